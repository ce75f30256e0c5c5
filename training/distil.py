#!/usr/bin/env python3
"""Mixes the answers of trained weights into the labels of the training examples (Hinton et al. 2015).

    distil.py --work work --teacher work/s.pt --share 0.4 --weak 0.7

Every example with a stance gets `votes`: its label (or what its judges said) and the teacher's answer, mixed. Of the
weak set, whose labels say what two authors think of a topic and not what one reply does, the teacher says more, and it
may call a reply neutral, which that set does not know.
"""
import argparse
import json
import os

import torch

from model import Encoder, Reader, mean, read_examples
from train import tensors

HERE = os.path.dirname(os.path.abspath(__file__))


def answers(model, encode, examples):
    """The probabilities of the four stances for each example, in order."""
    encoded = sorted(((n, encode(e)) for n, e in enumerate(examples)), key=lambda pair: len(pair[1]["ids"]))
    out = [None] * len(examples)
    with torch.no_grad():
        for at in range(0, len(encoded), 32):
            batch = encoded[at:at + 32]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                x, _ = model(*tensors([e for _, e in batch]))
            for (n, e), h in zip(batch, x.float()):
                h = h[:len(e["ids"])]
                out[n] = model.heads["stance"](torch.cat([h[0], h.mean(0), mean(h, *e["reply"])]))
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", default=os.path.join(HERE, "work"))
    ap.add_argument("--teacher", required=True)
    ap.add_argument("--share", type=float, default=0.4)
    ap.add_argument("--weak", type=float, default=0.7)
    a = ap.parse_args()
    state = torch.load(a.teacher)
    model = Reader(len(state["vocab"]))
    model.load_state_dict(state["model"])
    model.eval()
    path = os.path.join(a.work, "train.jsonl")
    examples = read_examples(path)
    asked = [e for e in examples if e["task"] in ("stance", "real")]
    known = {}
    for e in asked:
        known.setdefault(e["set"], set()).add(e["label"])
    for e, logits in zip(asked, answers(model, Encoder(state["vocab"]), asked)):
        weak = e["set"].startswith("stance_weak")
        allowed = {0, 1, 2} if weak else known[e["set"]]
        told = logits.masked_fill(torch.tensor([c not in allowed for c in range(4)]), -1e4).softmax(-1).tolist()
        own = e.get("votes") or [float(c == e["label"]) for c in range(4)]
        share = a.weak if weak else a.share
        e["votes"] = [round((1 - share) * mine + share * theirs, 4) for mine, theirs in zip(own, told)]
    with open(path, "w") as f:
        for e in examples:
            f.write(json.dumps(e, ensure_ascii=False) + "\n")
    print("%d examples have the teacher's answers" % len(asked))


if __name__ == "__main__":
    main()
