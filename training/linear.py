#!/usr/bin/env python3
"""Fits the linear annotator: one table of weights for hashed features a question, over what the rules say.

    linear.py --work work --rejoinder ../target/release/rejoinder --out ../models/linear.bin

Reads the work/train.jsonl of prepare.py. The features come from the program itself (`eval --seen HEAD`), so training
sees what it will see. A tenth of the training rows, chosen by a hash of their ids, is kept apart: it picks the number of
epochs and the temperature; the dev parts pick nothing. Minutes on one core.
"""
import argparse
import collections
import json
import os
import struct
import subprocess
import tempfile
import zlib

import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
BITS = 16
HEADS = {"stance": ["agree", "disagree", "neutral", "question"], "role": ["claim", "premise", "question", "concession", "none"],
         "claim": ["none", "claim"], "insult": ["ok", "insult"], "adhominem": ["ok", "insult"], "tone": ["ok", "rude", "insult"], "spam": ["ok", "spam"]}
# How much a set's rows count for the stance; real threads are what it is for.
WEIGHT = {"real": 2.0, "own": 1.0, "stance/debagreement": 1.0, "stance/iac": 0.7, "stance/rumoureval2019": 0.5, "stance/cmv_replies": 0.7,
          "stance_weak/iac_author_stance": 0.3, "stance/cmv_adu_pairs": 0.5, "stance_topic/perspectrum": 0.15,
          "stance_topic/argkp_arguments": 0.1, "stance_topic/iam_stance": 0.1}


def rows_of(head, examples):
    """(text, parent, label, set, id) of every thing that the head is asked."""
    for number, e in enumerate(examples):
        key = e["set"] + "/" + str(e.get("id", number))
        if head == "stance" and e["task"] in ("stance", "real"):
            yield e["text"], e.get("parent") or "", e["label"], e["set"], key
        elif head == "role" and e["task"] == "real":
            for n, ((a, b), role) in enumerate(zip(e["units"], e.get("roles") or [])):
                if role >= 0:
                    yield e["text"][a:b], "", role, e["set"], key
        elif head == "tone" and e["task"] == "real":
            yield e["text"], "", e["tone"], e["set"], key
        elif e["task"] == head:
            yield e["text"], "", e["label"], e["set"], key


def seen(rejoinder, head, rows):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as f:
        for n, (text, parent, _, _, _) in enumerate(rows):
            f.write(json.dumps({"id": str(n), "text": text, "parent": parent or None}) + "\n")
    out = subprocess.run([rejoinder, "eval", "--task", "stance", "--seen", head, f.name], capture_output=True, check=True).stdout
    os.unlink(f.name)
    return [json.loads(line) for line in out.splitlines()]


def fit(head, rows, features):
    answers = HEADS[head]
    known = collections.defaultdict(set)
    counts = collections.defaultdict(collections.Counter)
    for _, _, label, name, _ in rows:
        known[name].add(label)
        counts[name][label] += 1
    gold = torch.tensor([r[2] for r in rows])
    allowed = torch.tensor([[c in known[r[3]] for c in range(len(answers))] for r in rows])
    balance = [(sum(counts[r[3]].values()) / (len(counts[r[3]]) * counts[r[3]][r[2]])) ** 0.5 for r in rows]
    weight = torch.tensor([b * WEIGHT.get(r[3], 1.0) for b, r in zip(balance, rows)])
    has_base = bool(features[0]["rules"])
    base = torch.tensor([[max(p, 1e-4) for p in f["rules"]] if has_base else [1.0] * len(answers) for f in features]).log()
    held = torch.tensor([zlib.crc32(r[4].encode()) % 10 == 0 for r in rows])
    flat = [f["buckets"] for f in features]
    torch.manual_seed(1)
    bag = torch.nn.EmbeddingBag(1 << BITS, len(answers), mode="sum")
    torch.nn.init.zeros_(bag.weight)
    bias = torch.nn.Parameter(torch.zeros(len(answers)))
    strength = torch.nn.Parameter(torch.tensor(1.0 if has_base else 0.0))

    def logits(index):
        ids = torch.tensor([b for i in index for b in flat[i]])
        sizes = torch.tensor([len(flat[i]) for i in index])
        offsets = torch.cat([torch.zeros(1, dtype=torch.long), sizes.cumsum(0)[:-1]])
        return bias + strength * base[index] + bag(ids, offsets) / sizes.clamp_min(1).sqrt()[:, None]

    def loss(index, temperature=1.0):
        z = (logits(index) / temperature).masked_fill(~allowed[index], -1e4)
        return (weight[index] * F.cross_entropy(z, gold[index], reduction="none")).sum() / weight[index].sum()
    train = [i for i in range(len(rows)) if not held[i]]
    kept = [i for i in range(len(rows)) if held[i]]
    opt = torch.optim.Adagrad([{"params": [bag.weight], "lr": 0.05}, {"params": [bias, strength] if has_base else [bias], "lr": 0.02}])
    best, generator = (1e9, None), torch.Generator().manual_seed(1)
    for epoch in range(25):
        order = [train[i] for i in torch.randperm(len(train), generator=generator)]
        for at in range(0, len(order), 128):
            index = order[at:at + 128]
            value = loss(index) + 0.02 * (bag.weight ** 2).sum() / len(train)
            opt.zero_grad()
            value.backward()
            opt.step()
        with torch.no_grad():
            now = float(loss(kept))
        if now < best[0]:
            best = (now, (bag.weight.detach().clone(), bias.detach().clone(), float(strength), epoch))
        elif epoch > best[1][3] + 3:
            break
    with torch.no_grad():
        bag.weight.copy_(best[1][0]), bias.copy_(best[1][1])
        strength.data = torch.tensor(best[1][2])
        temperature = min((float(loss(kept, t / 20)), t / 20) for t in range(10, 50))[1]
        z = logits(kept).masked_fill(~allowed[kept], -1e4).argmax(1)
        by_set = collections.defaultdict(list)
        for i, guess in zip(kept, z.tolist()):
            by_set[rows[i][3]].append(guess == rows[i][2])
    print(head, len(rows), "epoch", best[1][3], "base %.2f" % best[1][2], "temperature", temperature,
          {k: round(sum(v) / len(v), 3) for k, v in by_set.items()}, flush=True)
    return bag.weight.detach(), bias.detach(), best[1][2], temperature


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", default=os.path.join(HERE, "work"))
    ap.add_argument("--rejoinder", default=os.path.join(HERE, "../target/release/rejoinder"))
    ap.add_argument("--out", default=os.path.join(HERE, "../models/linear.bin"))
    a = ap.parse_args()
    torch.set_num_threads(1)
    examples = [json.loads(line) for line in open(os.path.join(a.work, "train.jsonl"), encoding="utf-8")]
    heads, blobs = [], []
    for head, answers in HEADS.items():
        rows = list(rows_of(head, examples))
        table, bias, strength, temperature = fit(head, rows, seen(a.rejoinder, head, rows))
        scale = table.abs().amax(0).clamp_min(1e-9) / 127
        heads.append({"name": head, "answers": answers, "base": strength, "bias": bias.tolist(), "scale": scale.tolist(), "temperature": temperature})
        blobs.append(torch.round(table / scale).clamp(-127, 127).to(torch.int8).numpy().tobytes())
    header = json.dumps({"bits": BITS, "heads": heads}, separators=(",", ":")).encode()
    with open(a.out, "wb") as f:
        f.write(b"RJLINE01" + struct.pack("<I", len(header)) + header + b"".join(blobs))
    print("%s: %.2f MB" % (a.out, os.path.getsize(a.out) / 1e6))


if __name__ == "__main__":
    main()
