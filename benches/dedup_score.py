#!/usr/bin/env python3
"""Scores clusters written by `cargo bench --bench dedup -- FILE --out CLUSTERS` against the gold.

    dedup_score.py CLUSTERS GOLD.ndjson

Pairs of posts, leaving out those that the gold calls boiler or canned; recall for each kind of copy.
"""
import json
import sys
from collections import Counter


def pairs(counts):
    return sum(n * (n - 1) // 2 for n in counts.values())


def main(clusters, gold):
    labels = {}
    for line in open(clusters, encoding="utf-8"):
        row = json.loads(line)
        labels[row["id"]] = row["cluster"]
    truth, kind, source = {}, {}, {}
    for line in open(gold, encoding="utf-8"):
        cluster = json.loads(line)
        kinds = {m["kind"] for m in cluster["members"]}
        stock = "boiler" if "boiler" in kinds else "canned" if "canned" in kinds else None
        for m in cluster["members"]:
            truth[m["id"]], kind[m["id"]], source[m["id"]] = cluster["cluster"], stock or m["kind"], m["source"]
    found, want, both = Counter(), Counter(), Counter()
    for post in set(labels) | set(truth):
        if kind.get(post) in ("boiler", "canned"):
            continue
        a, b = labels.get(post, ("alone", post)), truth.get(post, ("alone", post))
        found[a] += 1
        want[b] += 1
        both[a, b] += 1
    right = pairs(both)
    precision, recall = right / (pairs(found) or 1), right / (pairs(want) or 1)
    hit, total = Counter(), Counter()
    for post, origin in source.items():
        if origin is not None:
            total[kind[post]] += 1
            hit[kind[post]] += labels.get(post, post) == labels.get(origin, origin)
    print("P %.4f R %.4f F1 %.4f" % (precision, recall, 2 * precision * recall / ((precision + recall) or 1)),
          " ".join("%s %.3f" % (k, hit[k] / total[k]) for k in sorted(total)))


if __name__ == "__main__":
    main(*sys.argv[1:3])
