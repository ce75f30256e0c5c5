#!/usr/bin/env python3
"""Step 3: calibrates on dev, quantises to 8 bits and writes the file that the binary embeds.

    export.py --work work --model work/reader.pt --out ../models/reader.bin

Weights get one scale for each output, word vectors one for each word; positions, norms and heads stay real. Each
question's temperature is the one that makes the dev parts' log-loss least, the real threads counting most.
"""
import argparse
import collections
import json
import os
import struct

import torch
import torch.nn.functional as F
import xxhash

import evaluate
from model import PARENT, Encoder, Reader, read_examples

HERE = os.path.dirname(os.path.abspath(__file__))


def temperature(rows, known):
    """The temperature of least log-loss on a grid."""
    best = (1e9, 1.0)
    for step in range(50, 801, 5):
        t = step / 100
        loss = weight = 0.0
        for name, task, gold, logits, _ in rows:
            allowed = range(len(logits)) if task == "target" else sorted(known[name, task])
            w = 3.0 if name == "real" else 1.0
            loss += w * float(F.cross_entropy(logits[list(allowed)][None] / t, torch.tensor([allowed.index(gold)])))
            weight += w
        best = min(best, (loss / max(weight, 1), t))
    return best[1]


def insult_threshold(rows):
    """The least probability of an insult at which fewer than one in three hundred civil real replies is accused."""
    civil = sorted((float(logits.softmax(-1)[2]) for name, task, gold, logits, _ in rows if task == "tone" and gold != 2), reverse=True)
    return max(0.5, civil[len(civil) // 300] + 0.02) if civil else 0.95


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", default=os.path.join(HERE, "work"))
    ap.add_argument("--model", required=True)
    ap.add_argument("--out", default=os.path.join(HERE, "../models/reader.bin"))
    ap.add_argument("--uncalibrated", action="store_true", help="leave the temperatures at 1 (for trying the engine)")
    a = ap.parse_args()
    state = torch.load(a.model)
    model = Reader(len(state["vocab"]))
    model.load_state_dict(state["model"])
    dev = [e for e in read_examples(os.path.join(a.work, "dev.jsonl"))]
    by_set = collections.defaultdict(list)
    for e in dev:
        if len(by_set[e["set"]]) < (0 if a.uncalibrated else 600):
            by_set[e["set"]].append(e)
    rows = list(evaluate.answers(model, Encoder(state["vocab"]), [e for part in by_set.values() for e in part]))
    known, by_task = collections.defaultdict(set), collections.defaultdict(list)
    for row in rows:
        known[row[0], row[1]].add(row[2])
        # Twitter and topic-stance balances are not those of replies: they do not set the stance's temperature.
        if not (row[1] == "stance" and row[0].startswith(("stance/rumour", "stance_topic"))):
            by_task[row[1]].append(row)
    if a.uncalibrated:
        by_task = {}
    temperatures = {"target": 1.0} | {task: temperature(part, known) for task, part in by_task.items()}
    tensors, blobs = [], []

    def real(name, t):
        t = t.detach().float().contiguous()
        rows = t.shape[0]
        tensors.append({"name": name, "kind": "f32", "rows": rows, "columns": t.numel() // rows})
        blobs.append(t.numpy().astype("<f4").tobytes())

    def small(name, t):
        t = t.detach().float()
        scale = t.abs().amax(1).clamp_min(1e-12) / 127
        q = torch.round(t / scale[:, None]).clamp(-127, 127).to(torch.int8)
        tensors.append({"name": name, "kind": "i8", "rows": t.shape[0], "columns": t.shape[1]})
        blobs.append(q.numpy().tobytes() + scale.numpy().astype("<f4").tobytes())

    small("words", model.words.weight)
    small("positions", model.positions.weight)
    real("types", model.types.weight)
    real("norm.weight", model.norm.weight)
    real("norm.bias", model.norm.bias)
    for i, layer in enumerate(model.layers):
        for part in ("query", "key", "value", "out", "up", "down"):
            small("layers.%d.%s.weight" % (i, part), getattr(layer, part).weight)
            real("layers.%d.%s.bias" % (i, part), getattr(layer, part).bias)
        for part in ("norm1", "norm2"):
            real("layers.%d.%s.weight" % (i, part), getattr(layer, part).weight)
            real("layers.%d.%s.bias" % (i, part), getattr(layer, part).bias)
    for task, head in list(model.heads.items()) + [("main", model.main), ("struck", model.struck)]:
        real("heads.%s.weight" % task, head.weight)
        real("heads.%s.bias" % task, head.bias)
    real("aim", model.aim.weight)
    real("aimed", model.aimed.weight)
    vocabulary = "\n".join(state["vocab"]).encode()
    rest = vocabulary + b"".join(blobs)
    header = json.dumps({"checksum": xxhash.xxh3_64_hexdigest(rest), "vocabulary_bytes": len(vocabulary), "parent": PARENT, "tensors": tensors, "temperatures": temperatures,
                         "insult_threshold": insult_threshold(rows)}, separators=(",", ":")).encode()
    with open(a.out, "wb") as f:
        f.write(b"RJREAD01" + struct.pack("<I", len(header)) + header + rest)
    print("%s: %.2f MB, temperatures %s" % (a.out, os.path.getsize(a.out) / 1e6, temperatures))


if __name__ == "__main__":
    main()
