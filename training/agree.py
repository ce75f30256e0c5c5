#!/usr/bin/env python3
"""How often the 8-bit model in the binary gives the same stance as the 32-bit one that it was made from.

    agree.py --model work/soup.pt --file ../../shared/data/real/labelled.dev.jsonl.gz

Both are pooled with the linear annotator, as the program does; here that is done once more, in numpy.
"""
import argparse
import gzip
import json
import os
import struct
import subprocess
import tempfile

import numpy as np
import torch

from linear import BITS, HERE, seen
from model import Encoder, Reader, mean
from prepare import own_words

OWN, BESIDE = 0.72, 0.35     # as in src/annotate/model/mod.rs
STANCES = ["agree", "disagree", "neutral", "question"]


def header_of(path, magic):
    data = open(path, "rb").read()
    (length,) = struct.unpack_from("<I", data, len(magic))
    return json.loads(data[len(magic) + 4:len(magic) + 4 + length]), data[len(magic) + 4 + length:]


def linear_shares(rejoinder, rows):
    """The stance probabilities of models/linear.bin, from the features that the program prints."""
    header, weights = header_of(os.path.join(HERE, "../models/linear.bin"), b"RJLINE01")
    at = 0
    for head in header["heads"]:
        size = len(head["answers"]) << BITS
        if head["name"] == "stance":
            table = np.frombuffer(weights, dtype=np.int8, count=size, offset=at).reshape(1 << BITS, -1).astype(np.float64)
            break
        at += size
    for found in seen(rejoinder, "stance", rows):
        sums = table[found["buckets"]].sum(0) / max(1, len(found["buckets"])) ** 0.5
        logits = np.array(head["bias"]) + head["base"] * np.log(np.maximum(found["rules"], 1e-4)) + np.array(head["scale"]) * sums
        powers = np.exp((logits - logits.max()) / head["temperature"])
        yield powers / powers.sum()


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--model", required=True)
    ap.add_argument("--file", required=True)
    ap.add_argument("--binary", default=os.path.join(HERE, "../target/release/rejoinder"))
    ap.add_argument("--threads", type=int, default=1)
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    rows = [json.loads(line) for line in gzip.open(a.file, "rt")]
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.jsonl")
        subprocess.run([a.binary, "eval", "--task", "stance", a.file, "--annotator", "model", "--predictions", out],
                       check=True, stdout=subprocess.DEVNULL)
        ours = {p["id"]: p for p in map(json.loads, open(out))}
    # Quotations and code are cut by the program alone; only texts without them reach both models alike.
    plain = lambda text: not any(mark in text for mark in (">", "`", "http", "wrote:", "\n--", "    "))
    rows = [r for r in rows if str(r["id"]) in ours and plain(r["text"]) and plain(r.get("parent") or "")]
    known = {r.get("label") or r.get("stance") for r in rows}
    labels = [n for n, s in enumerate(STANCES) if s in known]
    state = torch.load(a.model)
    model = Reader(len(state["vocab"]))
    model.load_state_dict(state["model"])
    model.eval()
    encode = Encoder(state["vocab"])
    temperature = header_of(os.path.join(HERE, "../models/reader.bin"), b"RJREAD01")[0]["temperatures"]["stance"]
    same, away = 0, []
    beside = linear_shares(a.binary, [(r["text"], r.get("parent") or "", 0, "", "") for r in rows])
    with torch.no_grad():
        for r, words in zip(rows, beside):
            e = encode({"text": own_words(r["text"]), "parent": own_words(r.get("parent") or "")})
            x, _ = model(torch.tensor([e["ids"]]), torch.tensor([e["types"]]), torch.tensor([len(e["ids"])]))
            h = x[0]
            logits = model.heads["stance"](torch.cat([h[0], h.mean(0), mean(h, *e["reply"])]))
            shares = (logits / temperature).softmax(-1).double().numpy()
            pooled = (shares / shares[labels].sum())[labels] ** OWN * np.maximum(words[labels] / words[labels].sum(), 1e-4) ** BESIDE
            pooled /= pooled.sum()
            theirs = ours[str(r["id"])]
            same += STANCES[labels[int(pooled.argmax())]] == theirs["label"]
            away.append(abs(float(pooled.max()) - theirs["confidence"]))
    print("%d replies: the same stance for %.2f %%, confidence apart by %.4f on average" % (len(rows), 100 * same / len(rows), float(np.mean(away))))


if __name__ == "__main__":
    main()
