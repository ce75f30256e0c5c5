#!/usr/bin/env python3
"""Writes the pairs that nobody has labelled yet as sheets to read, those the shipped model is least sure of first.

    sheets.py --out work/sheets --each 100 [--most 3000]
    sheets.py --collect READ.tsv ... > labels/replies3.tsv

A reader writes a line for each: id stance main target tone sure role (of the main passage); `--collect` turns such lines into those
of labels/. A sheet shows the parent's passages (p1, p2 ...) and the reply's (1, 2 ...), as labels/replies.tsv numbers them. Texts stay out of
the repository: sheets go where work/ goes.
"""
import argparse
import json
import os
import subprocess
import tempfile

from prepare import HERE, own_labels, passages, read

STANCES = ["agree", "disagree", "neutral", "question"]


def confidence(rejoinder, rows):
    """id -> how sure the shipped model is of the stance."""
    with tempfile.TemporaryDirectory() as folder:
        at, out = os.path.join(folder, "pairs.jsonl"), os.path.join(folder, "out.jsonl")
        with open(at, "w") as f:
            for n, r in enumerate(rows):
                # `eval` answers in the labels that a file holds: each stands somewhere, and none is looked at.
                f.write(json.dumps({"id": r["id"], "text": r["text"], "parent": r["parent"], "label": STANCES[n % 4]}) + "\n")
        subprocess.run([rejoinder, "eval", "--task", "stance", at, "--annotator", "model", "--predictions", out], check=True,
                       stdout=subprocess.DEVNULL)
        return {p["id"]: p["confidence"] for p in map(json.loads, open(out))}


def shown(text, spans, mark, most):
    lines = ["%s%d %s" % (mark, n, " ".join(text[a:b].split())[:400]) for n, (a, b) in enumerate(spans, 1)]
    if len(lines) > most:
        lines = lines[:most // 2] + ["..."] + lines[-most // 2:]
    return lines


def collect(rejoinder, data, files):
    """Prints the lines of readers in the form of labels/replies.tsv; the role of passages that nobody named is a dot."""
    rows = {r["id"]: r for r in read(os.path.join(data, "real/unlabelled.jsonl.gz"))}
    lines = {}
    for path in files:
        for line in open(path):
            if len(line.split()) == 7 and line.split()[0] in rows:
                lines[line.split()[0]] = line.split()
    cut = passages(rejoinder, [(key, rows[key]["text"], rows[key]["parent"]) for key in lines])
    print("# A reader's labels of further replies, as in replies.tsv, without the roles of other passages than the main one")
    for key, (_, stance, main, target, tone, sure, role) in sorted(lines.items()):
        if key not in cut or stance not in "adnq" or tone not in "kri" or role not in "cpqgo":
            continue
        units, punits = len(cut[key][1]), len(cut[key][3])
        main, target = int(main), int(target.strip("p"))
        main, target = main if main <= units else 0, target if target <= punits else 0
        roles = "".join(role if n == main else "." for n in range(1, units + 1))
        print("\t".join([key, stance, str(main), "p%d" % target if target else "0", tone, sure, roles or "."]))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--data", default=os.path.join(HERE, "../../shared/data"))
    ap.add_argument("--rejoinder", default=os.path.join(HERE, "../target/release/rejoinder"))
    ap.add_argument("--out", default=os.path.join(HERE, "work/sheets"))
    ap.add_argument("--each", type=int, default=100)
    ap.add_argument("--most", type=int, default=10000)
    ap.add_argument("--collect", nargs="*")
    a = ap.parse_args()
    if a.collect:
        return collect(a.rejoinder, a.data, a.collect)
    own = own_labels()
    rows = [r for r in read(os.path.join(a.data, "real/unlabelled.jsonl.gz")) if r["id"] not in own and r.get("parent")]
    sure = confidence(a.rejoinder, rows)
    rows = sorted(rows, key=lambda r: sure[r["id"]])[:a.most]
    cut = passages(a.rejoinder, [(r["id"], r["text"], r["parent"]) for r in rows])
    rows = [r for r in rows if r["id"] in cut and cut[r["id"]][1]]
    os.makedirs(a.out, exist_ok=True)
    for n in range(0, len(rows), a.each):
        with open(os.path.join(a.out, "sheet%03d.txt" % (n // a.each)), "w") as f:
            for r in rows[n:n + a.each]:
                text, units, parent, punits = cut[r["id"]]
                quoted = [line[:160] for line in text.split("\n") if line.startswith(">") and line.strip("> ")][:6]
                f.write("\n".join(["### " + r["id"]] + shown(parent, punits, "p", 12) + ["--- reply"] + quoted + shown(text, units, "", 16)) + "\n\n")
    print("%d pairs" % len(rows))


if __name__ == "__main__":
    main()
