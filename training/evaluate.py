"""Measures a reader on the dev parts: accuracy and macro-F1 for each set, in the answers that the set has."""
import collections

import torch

from model import aims, mean


def answers(model, encode, examples):
    """Yields (set, task, gold, probabilities) for every judged thing."""
    model.eval()
    encoded = sorted((encode(e) for e in examples), key=lambda e: len(e["ids"]))
    with torch.no_grad():
        for at in range(0, len(encoded), 32):
            batch = encoded[at:at + 32]
            width = max(len(e["ids"]) for e in batch)
            ids = torch.tensor([e["ids"] + [0] * (width - len(e["ids"])) for e in batch])
            types = torch.tensor([e["types"] + [0] * (width - len(e["types"])) for e in batch])
            x, _ = model(ids, types, torch.tensor([len(e["ids"]) for e in batch]))
            for i, e in enumerate(batch):
                yield from of_one(model, x[i, :len(e["ids"])], e)
    model.train()


def of_one(model, h, e):
    reply = mean(h, *e["reply"])
    if e["task"] in ("stance", "real"):
        yield e["set"], "stance", e["label"], model.heads["stance"](torch.cat([h[0], h.mean(0), reply])), e
    if e["task"] == "real":
        for (s, t), role in zip(e["ranges"], e.get("roles") or []):
            if role >= 0:
                yield e["set"], "role", role, model.heads["role"](torch.cat([mean(h, s, t), reply])), e
        pseen = [n for n, (s, t) in enumerate(e["pranges"]) if t > s]
        if e.get("target") is not None and len(e["pranges"]) > 1:
            scores = torch.full((len(e["pranges"]),), -99.0)
            for n in pseen:
                scores[n] = aims(model, reply, reply, mean(h, *e["pranges"][n])[None])[0]
            yield e["set"], "target", e["target"], scores, e
        yield e["set"], "tone", e["tone"], model.heads["tone"](torch.cat([reply, reply])), e
    elif e["task"] != "stance":
        yield e["set"], e["task"], e["label"], model.heads[e["task"]](torch.cat([reply, reply])), e


def score(gold, guess):
    labels = sorted(set(gold))
    f1 = []
    for c in labels:
        tp = sum(g == p == c for g, p in zip(gold, guess))
        denominator = sum(g == c for g in gold) + sum(p == c for p in guess)
        f1.append(2 * tp / denominator if denominator else 0.0)
    return sum(g == p for g, p in zip(gold, guess)) / len(gold), sum(f1) / len(f1), dict(zip(labels, (round(f, 2) for f in f1)))


def table(model, encode, examples, most=400):
    by_set = collections.defaultdict(list)
    for e in examples:
        if len(by_set[e["set"]]) < most or e["set"] == "real":
            by_set[e["set"]].append(e)
    examples = [e for part in by_set.values() for e in part]
    found = collections.defaultdict(lambda: ([], []))
    known = collections.defaultdict(set)
    rows = list(answers(model, encode, examples))
    for name, task, gold, _, _ in rows:
        known[name, task].add(gold)
    for name, task, gold, logits, _ in rows:
        allowed = range(len(logits)) if task == "target" else sorted(known[name, task])
        found[name, task][0].append(gold)
        found[name, task][1].append(max(allowed, key=lambda c: float(logits[c])))
    lines = []
    for (name, task), (gold, guess) in sorted(found.items()):
        accuracy, f1, each = score(gold, guess)
        if task == "target":
            lines.append("%s %s %.3f of %d" % (name, task, accuracy, len(gold)))
        else:
            lines.append("%s %s %.3f / %.3f %s" % (name, task, accuracy, f1, each))
    return "; ".join(lines)
