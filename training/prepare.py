#!/usr/bin/env python3
"""Step 1: the labelled sets as one file of training examples.

    prepare.py --data ../../shared/data --rejoinder ../target/release/rejoinder --out work/ [--licences A,B]

Writes work/train.jsonl and work/dev.jsonl, one example a line:
    {"set", "task", "text", "parent", "units": [[start, end]...], "punits": [...], "label", "roles", "main", "target", "weight"}
Spans are character offsets. Passages are cut by the program itself, so that training sees what it will see.
`labels/*.tsv` beside this script holds our own labels by id (no text); the texts are read from --data.
Licence classes are those of the sets' documentation; `--licences A,B` leaves out the sets that state none.
"""
import argparse
import collections
import glob
import gzip
import json
import math
import os
import random
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
STANCE = {"agree": 0, "disagree": 1, "neutral": 2, "question": 3}
ROLE = {"claim": 0, "premise": 1, "question": 2, "concession": 3, "none": 4}
LETTER = {"a": "agree", "d": "disagree", "n": "neutral", "q": "question"}
ROLE_LETTER = {"c": 0, "p": 1, "q": 2, "g": 3, "o": 4, ".": -1}
# file, task, licence class, how much of it a training epoch holds
SETS = [("stance/debagreement", "stance", "C", 1.0), ("stance/iac", "stance", "C", 1.0), ("stance/rumoureval2019", "stance", "B", 1.0),
        ("stance/cmv_replies", "stance", "C", 1.0), ("stance/cmv_adu_pairs", "stance", "C", 1.0),
        ("stance_weak/iac_author_stance", "stance", "C", 0.5),
        ("stance_topic/perspectrum", "stance", "B", 0.8), ("stance_topic/argkp_arguments", "stance", "A", 0.3),
        ("stance_topic/iam_stance", "stance", "C", 0.4),
        ("sentence/cmv_modes2", "role", "C", 0.0), ("sentence/cmv_modes2_minus_ampersandtest", "role", "C", 1.0),
        ("sentence/ampersand_decon", "role", "C", 0.0),
        ("sentence/dax_wtp", "claim", "C", 0.5), ("moderation/ukp_adhominem", "adhominem", "A", 0.45),
        ("moderation/insults", "insult", "C", 0.8), ("moderation/youtube_spam", "spam", "B", 1.0)]


def read(path):
    if not os.path.exists(path):
        return []
    with gzip.open(path, "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def own_words(text):
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))


def spoken(text, parent):
    """The author's own words of a row. Some sets fold line breaks, and then a quotation and what answers it are one line:
    what of its beginning stands in the parent is the quotation."""
    own = own_words(text)
    if own.strip():
        return own
    text, said = text.lstrip("> ").strip(), " ".join((parent or "").split())
    cuts = [i for i, c in enumerate(text) if c == " "] + [len(text)]
    quoted = 0
    for cut in cuts:
        if text[:cut] not in said:
            break
        quoted = cut
    rest = text[quoted:].strip() if quoted >= 15 else text
    return rest or text


def passages(rejoinder, pairs):
    """id -> (reply text, reply spans, parent text, parent spans) as the program reads and cuts them."""
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson", delete=False) as f:
        for key, text, parent in pairs:
            for name, up, body in (("p" + key, None, parent or ""), ("r" + key, "p" + key, text)):
                f.write(json.dumps({"id": name, "parent_id": up, "thread_id": "t", "author": "a", "created": 1, "body": body}) + "\n")
    out = subprocess.run([rejoinder, "map", f.name, "--format", "json", "-q", "--annotator", "rules"], capture_output=True, check=True)
    os.unlink(f.name)
    report = json.loads(out.stdout)
    spans = collections.defaultdict(list)
    for unit in report["units"]:
        spans[unit["post"]].append((unit["start"], unit["end"]))
    posts = {}
    for post in report["thread"]["posts"]:
        raw = post["text"].encode()
        cut = [[len(raw[:a].decode()), len(raw[:b].decode())] for a, b in spans[post["id"]]]
        posts[post["native_id"]] = (post["text"], cut)
    return {key: posts["r" + key] + posts["p" + key] for key, _, _ in pairs if "r" + key in posts and "p" + key in posts}


def holding(text, spans, wanted):
    """The index of the span that holds most of the wanted words, or None."""
    wanted = set((wanted or "").lower().split())
    if not wanted or not spans:
        return None
    overlap = [len(wanted & set(text[a:b].lower().split())) / len(wanted) for a, b in spans]
    best = max(range(len(spans)), key=lambda i: overlap[i])
    return best if overlap[best] >= 0.4 else None


def real(rejoinder, rows, own):
    """The real threads: stance, main sentence and its role, target, tone; our own labels give every role."""
    cut = passages(rejoinder, [(r["id"], r["text"], r.get("parent")) for r in rows])
    for r in rows:
        if r["id"] not in cut:
            continue
        text, units, parent, punits = cut[r["id"]]
        e = {"set": "real", "task": "real", "text": text, "units": units, "parent": parent, "punits": punits, "id": r["id"]}
        if r["id"] in own:
            label = own[r["id"]]
            # Where the passages are cut otherwise than when they were labelled, only the whole reply's labels still hold.
            same = len(label["roles"]) == len(units)
            roles = [ROLE_LETTER[c] for c in label["roles"]] if same else [-1] * len(units)
            e.update(label=STANCE[label["stance"]], roles=roles, tone="okay rude insult".split().index(
                {"k": "okay", "r": "rude", "i": "insult"}[label["tone"]]), weight=1.0 if label["sure"] else 0.6,
                main=label["main"] if same and label["main"] < len(units) else None, target=label["target"] if label["target"] < len(punits) else None)
        elif "label" in r:
            main = holding(text, units, r.get("main"))
            roles = [-1] * len(units)
            if main is not None and r.get("role") in ROLE:
                roles[main] = ROLE[r["role"]]
            e.update(label=STANCE[r["label"]], roles=roles, main=main, target=holding(parent, punits, r.get("target")),
                     tone={"ok": 0, "rude": 1, "insult": 2}[r["tone"]], weight=1.0 if r.get("sure") else 0.6)
        else:
            continue
        yield e


def own_labels():
    labels = {}
    for path in sorted(glob.glob(os.path.join(HERE, "labels", "replies*.tsv"))):
        for line in open(path):
            if line.startswith("#") or not line.strip():
                continue
            key, stance, main, target, tone, sure, roles = line.split()
            labels[key] = {"stance": LETTER[stance], "main": int(main) - 1 if main != "0" else 99, "tone": tone, "sure": sure == "y",
                           "target": int(target[1:]) - 1 if target != "0" else 99, "roles": roles}
    return labels


def votes(row):
    """What share of its judges gave each answer (agree, disagree, neutral, question), where a set says how they judged."""
    if "agreement_fraction" in row:
        # Three judges: the one who was outvoted may have said either of the other two.
        sure = float(row["agreement_fraction"])
        rest = (1 - sure) / 2
        return [sure if STANCE[row["label"]] == c else rest for c in range(3)] + [0.0]
    mean = (row.get("scores") or {}).get("agreement")
    if mean is None:
        return None
    # A mean on a scale from -5 to 5, cut at -1 and 1: near a cut, other judges would have chosen otherwise.
    agree, disagree = (1 / (1 + math.exp((1 - side * mean) / 0.6)) for side in (1, -1))
    return [agree, disagree, 1 - agree - disagree, 0.0]


def public(name, task, rows):
    for r in rows:
        label = r["label"]
        e = {"set": name, "task": task, "text": spoken(r["text"], r.get("parent")) if task == "stance" else r["text"], "weight": 0.5 if name.startswith("stance_weak") else 1.0, "id": r["id"],
             "parent": spoken(r.get("parent") or "", None) if task == "stance" else ""}
        if task == "stance":
            if label not in STANCE:
                continue
            e["label"] = STANCE[label]
            judged = votes(r)
            if judged:
                e["votes"] = judged
        elif task == "role":
            if label not in ROLE:
                continue
            e["label"] = ROLE[label]
        else:
            e["label"] = int(label not in ("none", "ok", "ham", "not_spam"))
        yield e


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--data", default=os.path.join(HERE, "../../shared/data"))
    ap.add_argument("--rejoinder", default=os.path.join(HERE, "../target/release/rejoinder"))
    ap.add_argument("--out", default=os.path.join(HERE, "work"))
    ap.add_argument("--licences", default="A,B,C")
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    random.seed(1)
    allowed = a.licences.split(",")
    own = own_labels()
    train, dev = [], []
    for name, task, licence, share in SETS:
        if licence in allowed:
            rows = list(public(name, task, read(os.path.join(a.data, name + ".train.jsonl.gz"))))
            random.shuffle(rows)
            train += rows[:int(share * len(rows))]
            dev += public(name, task, read(os.path.join(a.data, name + ".dev.jsonl.gz")))
    if "C" in allowed:
        rows = read(os.path.join(a.data, "real/labelled.train.jsonl.gz"))
        rows += [r for r in read(os.path.join(a.data, "real/unlabelled.jsonl.gz")) if r["id"] in own]
        train += real(a.rejoinder, rows, own)
        dev += real(a.rejoinder, read(os.path.join(a.data, "real/labelled.dev.jsonl.gz")), {})
    for path in sorted(glob.glob(os.path.join(HERE, "own", "*.jsonl"))):
        rows = [json.loads(line) for line in open(path)]
        train += [dict(e, set="own") for e in real(a.rejoinder, rows, {})]
    for name, rows in (("train", train), ("dev", dev)):
        with open(os.path.join(a.out, name + ".jsonl"), "w") as f:
            for e in rows:
                f.write(json.dumps(e, ensure_ascii=False) + "\n")
        print(name, len(rows), dict(collections.Counter(e["set"] for e in rows)))


if __name__ == "__main__":
    main()
