#!/usr/bin/env python3
"""The whole job beside the peer pipeline, interleaved in one run: CPU seconds, memory and their ratios.

    benches/side_by_side.py --peer-python VENV/bin/python [--shared ../shared] [--sizes 1000,10000] [--rounds 5]

Makes its own corpora (seeded) in a temporary folder, trains the peer's model once, and then runs
A B A B ... on the same Hacker News page. Needs the release binary (`cargo build --release`) and the peers of
`../shared/bench/versions.txt` in the peer's environment. Also prints the growth exponent of our own CPU time.
"""
import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time


def run(command):
    """-> (cpu seconds, peak MB) of one child, process start included."""
    with open(os.devnull, "w") as null:
        child = subprocess.Popen(command, stdout=null, stderr=null)
        _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit("failed: " + " ".join(command))
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    here = os.path.dirname(os.path.abspath(__file__))
    ap.add_argument("--peer-python", required=True)
    ap.add_argument("--shared", default=os.path.join(here, "..", "..", "shared"))
    ap.add_argument("--binary", default=os.path.join(here, "..", "target", "release", "rejoinder"))
    ap.add_argument("--sizes", default="1000,10000")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--seed", default="7")
    ap.add_argument("--large", type=int, default=100000, help="posts of the largest own run, for the exponent; 0 leaves it out")
    a = ap.parse_args()
    bench = os.path.join(a.shared, "bench")
    sizes = [int(n) for n in a.sizes.split(",")]
    with tempfile.TemporaryDirectory() as work:
        def corpus(n, name, single=True):
            out = os.path.join(work, name)
            subprocess.check_call([sys.executable, os.path.join(bench, "gen_corpus.py"), "--comments", str(n), "--seed", a.seed,
                                   "--out", out] + (["--single-thread"] if single else []), stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
            return out

        model = os.path.join(work, "model.joblib")
        peer = [a.peer_python, os.path.join(bench, "peer_pipeline.py"), "--model", model]
        subprocess.check_call(peer + ["--train", corpus(10000, "train", single=False)])
        for n in sizes:
            base = corpus(n, "t%d" % n)
            subprocess.check_call([sys.executable, os.path.join(bench, "gen_pages.py"), base + ".ndjson", "--limit", str(n),
                                   "--out", base], stderr=subprocess.DEVNULL)
            page = base + ".hn.html"
            ours = [a.binary, "map", page, "-q", "-o", os.path.join(work, "map.html"), "--annotator", "rules"]
            theirs = peer + ["--html", page, "--splitter", "punkt", "--out", os.path.join(work, "peer")]
            mine, other = [], []
            for _ in range(a.rounds if n <= 1000 else max(3, a.rounds // 2)):
                mine.append(run(ours))
                other.append(run(theirs))
            cpu, mb = (statistics.median(x) for x in zip(*mine))
            peer_cpu, peer_mb = (statistics.median(x) for x in zip(*other))
            print("%6d posts: rejoinder %.3f CPU-s %.0f MB, peer %.2f CPU-s %.0f MB: 1/%.1f of the CPU, 1/%.1f of the memory" %
                  (n, cpu, mb, peer_cpu, peer_mb, peer_cpu / cpu, peer_mb / mb), flush=True)
        version = statistics.median(run([a.binary, "--version"])[0] for _ in range(21))
        print("--version: %.1f ms of CPU" % (1000 * version))
        if a.large:
            points = []
            for n in (1000, 10000, a.large):
                path = corpus(n, "g%d" % n) + ".ndjson"
                cpu = statistics.median(run([a.binary, "map", path, "-q", "-o", os.path.join(work, "map.html")])[0] for _ in range(3))
                points.append((n, cpu))
                print("%6d posts of NDJSON: %.3f CPU-s" % (n, cpu), flush=True)
            (n0, c0), (n1, c1) = points[0], points[-1]
            print("growth of CPU: n^%.2f" % (math.log(c1 / c0) / math.log(n1 / n0)))


if __name__ == "__main__":
    main()
