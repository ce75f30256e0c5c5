#!/usr/bin/env python3
"""The model's speed beside onnxruntime's int8 MiniLM-L6 on the same texts, one thread, tokenising included.

    speed.py --model work/mixed.pt --file ../../shared/data/real/labelled.dev.jsonl.gz

Interleaved, CPU seconds; ours is `rejoinder eval`, process start and loading included. Needs onnx and onnxruntime.

    speed.py --load

Only what the model adds: the time and the memory of judging one reply with it, less those with the rules.
"""
import argparse
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch

from model import LENGTH, Encoder, Reader
from prepare import own_words

HERE = os.path.dirname(os.path.abspath(__file__))


class Bare(torch.nn.Module):
    """The encoder alone, for the export."""

    def __init__(self, reader):
        super().__init__()
        self.reader = reader

    def forward(self, ids, types, mask):
        m = self.reader
        x = m.norm(m.words(ids) + m.positions.weight[:ids.shape[1]] + m.types(types))
        bias = (1.0 - mask)[:, None, None, :] * -1e4
        for layer in m.layers:
            x = layer(x, bias)
        return x


# A process starts with the peak memory of the one that started it, so a small one has to.
LAUNCH = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print((used.ru_utime + used.ru_stime) * 1000, used.ru_maxrss / 1024)"""


def one_reply(binary, annotator):
    """CPU milliseconds and peak megabytes of a process that judges one reply; the best of ten."""
    with tempfile.NamedTemporaryFile("wt", suffix=".jsonl") as file:
        file.write(json.dumps({"id": "1", "text": "No, that is wrong.", "parent": "It is cheap.", "label": "disagree", "task": "stance"}) + "\n")
        file.flush()
        command = [binary, "eval", "--task", "stance", file.name, "--annotator", annotator]
        found = [subprocess.run([sys.executable, "-S", "-c", LAUNCH] + command, check=True, capture_output=True, text=True).stdout
                 for _ in range(10)]
    return tuple(min(values) for values in zip(*(map(float, line.split()) for line in found)))


def load(binary):
    (model, model_size), (rules, rules_size) = one_reply(binary, "model"), one_reply(binary, "rules")
    print("one reply: %.0f CPU ms and %.0f MB at most with the model, %.0f ms and %.0f MB with the rules: the model adds %.0f ms and %.0f MB" %
          (model, model_size, rules, rules_size, model - rules, model_size - rules_size))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--model")
    ap.add_argument("--file")
    ap.add_argument("--load", action="store_true")
    ap.add_argument("--binary", default=os.path.join(HERE, "../target/release/rejoinder"))
    ap.add_argument("--rounds", type=int, default=3)
    a = ap.parse_args()
    if a.load:
        return load(a.binary)
    if not a.model or not a.file:
        ap.error("--model and --file are needed")
    import onnxruntime as ort
    from onnxruntime.quantization import QuantType, quantize_dynamic
    state = torch.load(a.model)
    reader = Reader(len(state["vocab"]))
    reader.load_state_dict(state["model"])
    reader.eval()
    rows = [json.loads(line) for line in gzip.open(a.file, "rt")]
    with tempfile.TemporaryDirectory() as work:
        full, small = os.path.join(work, "f32.onnx"), os.path.join(work, "int8.onnx")
        sample = (torch.zeros(2, 16, dtype=torch.long), torch.zeros(2, 16, dtype=torch.long), torch.ones(2, 16))
        axes = {n: {0: "b", 1: "t"} for n in ("ids", "types", "mask", "out")}
        torch.onnx.export(Bare(reader), sample, full, input_names=["ids", "types", "mask"], output_names=["out"], dynamic_axes=axes,
                          opset_version=17, dynamo=False)
        quantize_dynamic(full, small, per_channel=True, weight_type=QuantType.QInt8)
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        session = ort.InferenceSession(small, options)
        encode = Encoder(state["vocab"])

        def peer():
            began = time.process_time()
            read = sorted((encode({"text": own_words(r["text"]), "parent": own_words(r.get("parent") or "")}) for r in rows),
                          key=lambda e: len(e["ids"]))
            for at in range(0, len(read), 32):
                batch = read[at:at + 32]
                width = max(len(e["ids"]) for e in batch)
                fill = lambda key, pad: np.array([e[key] + [pad] * (width - len(e["ids"])) for e in batch], dtype=np.int64)
                mask = np.array([[1.0] * len(e["ids"]) + [0.0] * (width - len(e["ids"])) for e in batch], dtype=np.float32)
                session.run(None, {"ids": fill("ids", 0), "types": fill("types", 0), "mask": mask})
            return time.process_time() - began

        def ours():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([a.binary, "eval", "--task", "stance", a.file, "--annotator", "model"], check=True,
                           stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        times = [(ours(), peer()) for _ in range(a.rounds)]
    mine, theirs = (statistics.median(t) for t in zip(*times))
    print("%d replies: rejoinder %.1f/s, onnxruntime int8 %.1f/s: %.2f times its rate (windows of %d tokens at most)" %
          (len(rows), len(rows) / mine, len(rows) / theirs, theirs / mine, LENGTH))


if __name__ == "__main__":
    main()
