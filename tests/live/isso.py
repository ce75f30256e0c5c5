"""Isso: started on a free port, filled through its own interface, read as its server's answer."""

import json
import os
import pathlib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import compare

PAGE = "/ferry/"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fill(base, posts):
    """Posts the comments in order; Isso numbers them and takes the time itself."""
    numbers = {posts[0]["key"]: None}
    for post in posts[1:]:
        body = {"author": post["author"], "text": "\n\n".join(post["text"]), "parent": numbers[post["parent"]],
                "title": compare.thread()["title"]}
        request = urllib.request.Request(
            f"{base}/new?uri={urllib.parse.quote(PAGE, safe='')}", json.dumps(body).encode(),
            {"Content-Type": "application/json", "Origin": base})
        numbers[post["key"]] = json.load(urllib.request.urlopen(request))["id"]


def set_times(database, posts):
    """Gives the comments the times of the thread, which the interface does not take."""
    from datetime import datetime
    with sqlite3.connect(database) as rows:
        for number, post in enumerate(posts[1:], 1):
            at = datetime.fromisoformat(post["written_at"].replace("Z", "+00:00")).timestamp()
            rows.execute("UPDATE comments SET created = ? WHERE id = ?", (at, number))


def one_level(posts):
    """The thread as Isso keeps it: a reply to a reply answers what that one answers."""
    by_key = {post["key"]: post for post in posts}
    opening = posts[0]["key"]
    for post in posts[1:]:
        above = by_key[post["parent"]]
        while post["parent"] != opening and above["parent"] != opening:
            post["parent"] = above["parent"]
            above = by_key[post["parent"]]
    return posts


def main():
    posts = compare.thread()["posts"]
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        settings = pathlib.Path(folder) / "isso.cfg"
        database = pathlib.Path(folder) / "comments.db"
        settings.write_text(f"[general]\ndbpath = {database}\nhost = {base}/\n[server]\nlisten = {base}\n"
                            "[guard]\nenabled = false\n[moderation]\nenabled = false\n")
        log = open(pathlib.Path(folder) / "log", "w")
        server = subprocess.Popen([os.environ["ISSO"], "-c", str(settings), "run"], stdout=log, stderr=log)
        try:
            compare.wait_for(f"{base}/?uri={PAGE}", server, log.name)
            fill(base, posts)
            set_times(database, posts)
            time.sleep(0.5)
            url = f"{base}/?uri={urllib.parse.quote(PAGE, safe='')}"
            return compare.compare("Isso", url, one_level(posts), opening_is_a_post=False)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
