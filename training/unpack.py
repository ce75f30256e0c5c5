#!/usr/bin/env python3
"""Turns the shipped file back into weights that train.py can begin from.

    unpack.py --file ../models/reader.bin --out work/shipped.pt

8-bit weights times their scales: within a half step of what was exported, which training on does not notice. It lets
the next run begin where the last one ended without anybody keeping its 32-bit file.
"""
import argparse
import json
import os
import struct

import numpy as np
import torch

from model import HIDDEN, Reader

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--file", default=os.path.join(HERE, "../models/reader.bin"))
    ap.add_argument("--out", default=os.path.join(HERE, "work/shipped.pt"))
    a = ap.parse_args()
    data = open(a.file, "rb").read()
    assert data[:8] == b"RJREAD01", "%s is not a reader" % a.file
    (length,) = struct.unpack_from("<I", data, 8)
    header = json.loads(data[12:12 + length])
    at = 12 + length
    vocab = data[at:at + header["vocabulary_bytes"]].decode().split("\n")
    at += header["vocabulary_bytes"]
    found = {}
    for t in header["tensors"]:
        rows, columns = t["rows"], t["columns"]
        if t["kind"] == "i8":
            q = np.frombuffer(data, np.int8, rows * columns, at).reshape(rows, columns)
            at += rows * columns
            scale = np.frombuffer(data, "<f4", rows, at)
            at += 4 * rows
            found[t["name"]] = q * scale[:, None]
        else:
            found[t["name"]] = np.frombuffer(data, "<f4", rows * columns, at).reshape(rows, columns)
            at += 4 * rows * columns
    assert at == len(data), "the file is longer than its tensors"
    model = Reader(len(vocab))
    state = model.state_dict()
    names = {"words.weight": "words", "positions.weight": "positions", "types.weight": "types", "aim.weight": "aim", "aimed.weight": "aimed",
             "main.weight": "heads.main.weight", "main.bias": "heads.main.bias", "struck.weight": "heads.struck.weight",
             "struck.bias": "heads.struck.bias"}
    for name, tensor in state.items():
        tensor.copy_(torch.tensor(found[names.get(name, name)]).reshape(tensor.shape))
    assert state["words.weight"].shape[1] == HIDDEN
    torch.save({"model": state, "vocab": vocab}, a.out)
    print("%s: %d tensors, %d word pieces" % (a.out, len(state), len(vocab)))


if __name__ == "__main__":
    main()
