#!/usr/bin/env python3
"""Averages the weights of two runs, the second of which began where the first ended (Wortsman et al. 2022).

    soup.py --first work/long.pt --second work/second.pt --share 0.75 --out work/soup.pt

The second run knows the public sets better, the first the real threads; the mean keeps most of both.
"""
import argparse
import os

import torch

import evaluate
from model import Encoder, Reader, read_examples

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--work", default=os.path.join(HERE, "work"))
    ap.add_argument("--first", required=True)
    ap.add_argument("--second", required=True)
    ap.add_argument("--share", type=float, default=0.75, help="of the second run")
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    first, second = torch.load(a.first), torch.load(a.second)
    assert first["vocab"] == second["vocab"], "the runs have different vocabularies"
    mixed = {name: one * (1 - a.share) + second["model"][name] * a.share for name, one in first["model"].items()}
    torch.save({"model": mixed, "vocab": first["vocab"]}, a.out)
    model = Reader(len(first["vocab"]))
    model.load_state_dict(mixed)
    line = evaluate.table(model, Encoder(first["vocab"]), read_examples(os.path.join(a.work, "dev.jsonl")))
    print(line)
    with open(os.path.join(a.work, "results.log"), "a") as f:
        f.write("%s: %g of %s and the rest of %s: %s\n" % (os.path.basename(a.out), a.share, os.path.basename(a.second), os.path.basename(a.first), line))


if __name__ == "__main__":
    main()
