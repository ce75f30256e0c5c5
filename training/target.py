#!/usr/bin/env python3
"""Fits the weights of src/annotate/aim.rs: a conditional logit over the passages of the parent.

    target.py --data ../../shared/data --rejoinder ../target/release/rejoinder

The signs come from the program itself (`eval --seen target`). Fitted on the labelled train part of the real threads and on
our own labels; dev picks nothing. Prints the weights to paste, and dev accuracy without the model's own view.
"""
import argparse
import json
import os
import subprocess
import tempfile

import torch

from prepare import HERE, own_labels, passages, read


def seen(rejoinder, rows, annotator):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", delete=False) as f:
        for r in rows:
            f.write(json.dumps({"id": r["id"], "text": r["text"], "parent": r["parent"], "target": r["target"]}) + "\n")
    out = subprocess.run([rejoinder, "eval", "--task", "target", "--seen", "target", "--annotator", annotator, f.name],
                         capture_output=True, check=True).stdout
    os.unlink(f.name)
    return [json.loads(line) for line in out.splitlines()]


def with_own(rejoinder, data):
    """Our own labels name a passage by number; the set names it by its words."""
    own = own_labels()
    rows = [r for r in read(os.path.join(data, "real/unlabelled.jsonl.gz")) if r["id"] in own]
    cut = passages(rejoinder, [(r["id"], r["text"], r.get("parent")) for r in rows])
    for r in rows:
        if r["id"] in cut and own[r["id"]]["target"] < len(cut[r["id"]][3]):
            a, b = cut[r["id"]][3][own[r["id"]]["target"]]
            yield dict(r, target=cut[r["id"]][2][a:b])


def tensors(found):
    return [(torch.tensor(f["signs"]), f["aimed"]) for f in found]


def right(rows, weights):
    return sum(int((signs @ weights).argmax()) == gold for signs, gold in rows) / len(rows)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--data", default=os.path.join(HERE, "../../shared/data"))
    ap.add_argument("--rejoinder", default=os.path.join(HERE, "../target/release/rejoinder"))
    ap.add_argument("--annotator", default="model", help="who names the reply's main passage")
    a = ap.parse_args()
    named = lambda rows: [r for r in rows if r.get("target") and r.get("parent")]
    train = named(read(os.path.join(a.data, "real/labelled.train.jsonl.gz"))) + list(with_own(a.rejoinder, a.data))
    train = tensors(seen(a.rejoinder, train, a.annotator))
    dev = tensors(seen(a.rejoinder, named(read(os.path.join(a.data, "real/labelled.dev.jsonl.gz"))), a.annotator))
    weights = torch.zeros(train[0][0].shape[1], requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def loss():
        optimiser.zero_grad()
        value = -sum((signs @ weights).log_softmax(0)[gold] for signs, gold in train) / len(train) + 2e-3 * (weights ** 2).sum()
        value.backward()
        return value
    optimiser.step(loss)
    weights = weights.detach()
    print("%d replies, right %.3f; dev %d, right %.3f" % (len(train), right(train, weights), len(dev), right(dev, weights)))
    print(", ".join("%.2f" % w for w in weights))


if __name__ == "__main__":
    main()
