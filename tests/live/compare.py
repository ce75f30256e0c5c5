"""Compares what the program read from a server, post by post, with the thread that was put into it."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent


def thread():
    """The thread that is put into every server."""
    return json.loads((HERE / "thread.json").read_text(encoding="utf-8"))


def wait_for(url, process, log=None, patience=120):
    """Waits until a server answers, or says why it does not."""
    for _ in range(patience * 10):
        try:
            urllib.request.urlopen(url, timeout=5).read()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            if process.poll() is not None:
                sys.exit(f"the server ended: {pathlib.Path(log).read_text() if log else ''}")
            time.sleep(0.1)
    sys.exit(f"nothing answers at {url}")


def read(url):
    """The thread that the program reads at an address of this machine."""
    program = os.environ["REJOINDER"]
    with tempfile.TemporaryDirectory() as kept:
        run = subprocess.run(
            [program, "thread", url, "--format", "json", "--allow-private", "-q", "--wait", "0"],
            env={**os.environ, "XDG_CACHE_HOME": kept}, capture_output=True, text=True, encoding="utf-8",
            stdin=subprocess.DEVNULL)
    if run.returncode != 0:
        return None, run.stderr.strip()
    return json.loads(run.stdout)["thread"], ""


def compare(name, url, expected, opening_is_a_post, times=True):
    """Says every difference; true when there is none. `expected` has keys, parents by key, times and texts."""
    found, why = read(url)
    if found is None:
        print(f"FAILED {name}: {why}")
        return False
    faults = []
    posts = found["posts"]
    read_posts = [post for post in posts if post["state"] == "present"]
    wanted = expected if opening_is_a_post else expected[1:]
    if len(read_posts) != len(wanted):
        faults.append(f"{len(read_posts)} posts, not {len(wanted)}")
    by_text = {}
    for post in read_posts:
        by_text[post["text"]] = post
    keys = {}
    for post in wanted:
        text = "\n".join(post["text"])
        match = by_text.get(text)
        if match is None:
            faults.append(f"no post says {text!r}")
        else:
            keys[post["key"]] = match["id"]
    for post in wanted:
        match = next((found for found in posts if found["id"] == keys.get(post["key"])), None)
        if match is None:
            continue
        parent = post["parent"]
        at = 0 if parent == expected[0]["key"] else keys.get(parent)
        parent_id = None if parent is None else at
        for what, is_so, should in [
            ("author", match["author"], post["author"]),
            ("parent", match["parent"], parent_id),
            ("time", match["written_at"] if times else None, post["written_at"] if times else None),
            ("known by", match["parent_known_by"], None if parent is None else "declared"),
        ]:
            if is_so != should:
                faults.append(f"{what} of {post['key']} is {is_so!r}, not {should!r}")
    for fault in faults:
        print(f"FAILED {name}: {fault}")
    if faults:
        print(f"  it has: {[post['text'] for post in read_posts]}")
        print(f"  notices: {found['notices']}")
    else:
        print(f"ok {name}: {found['platform']}, {len(read_posts)} posts as they were written")
    return not faults
