"""WordPress: a blog in a folder of its own with a database of its own, read as page and as REST answers."""

import getpass
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import compare
from isso import free_port

SETTINGS = """<?php
define('DB_NAME', 'blog'); define('DB_USER', 'blog'); define('DB_PASSWORD', 'blog');
define('DB_HOST', 'localhost:%(socket)s'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '%(base)s'); define('WP_SITEURL', '%(base)s');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""


def database(folder):
    """A database that listens on a socket in the folder and nowhere else."""
    data, socket = folder / "data", folder / "db.sock"
    user = getpass.getuser()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={data}", f"--user={user}",
                    "--auth-root-authentication-method=normal", "--skip-test-db"], check=True, **quiet)
    server = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
    process = subprocess.Popen([server, "--no-defaults", f"--datadir={data}", f"--socket={socket}", f"--user={user}",
                                "--skip-networking", f"--pid-file={folder / 'db.pid'}"], **quiet)
    make = ("CREATE DATABASE blog CHARACTER SET utf8mb4; CREATE USER blog@localhost IDENTIFIED BY 'blog';"
            "GRANT ALL ON blog.* TO blog@localhost;")
    for _ in range(600):
        made = subprocess.run(["mariadb", "--no-defaults", f"--socket={socket}", "-uroot", "-e", make],
                              capture_output=True, text=True)
        if made.returncode == 0:
            return process, socket
        time.sleep(0.1)
    sys.exit(f"the database does not start: {made.stderr}")


def as_html(post):
    """A comment as people type it into the form."""
    quote = lambda text: f"<blockquote>{text[2:]}</blockquote>" if text.startswith("> ") else text
    return "\n\n".join(quote(text) for text in post["text"])


def main():
    written = compare.thread()
    posts = written["posts"]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        site = folder / "site"
        # The package's own files stay as they are.
        shutil.copytree("/usr/share/wordpress", site, ignore_dangling_symlinks=True,
                        ignore=shutil.ignore_patterns("wp-config.php", "uploads"))
        rows, socket = database(folder)
        (site / "wp-config.php").write_text(SETTINGS % {"socket": socket, "base": base})
        given = {"title": written["title"], "opening": posts[0]["key"],
                 "posts": [{**post, "html": as_html(post)} for post in posts]}
        (folder / "thread.json").write_text(json.dumps(given))
        log = open(folder / "log", "w")
        server = None
        try:
            filled = subprocess.run(["php", str(compare.HERE / "wordpress_fill.php"), str(site),
                                     str(folder / "thread.json")], capture_output=True, text=True)
            if filled.returncode != 0 or not filled.stdout.strip().isdigit():
                sys.exit(f"WordPress was not filled: {filled.stdout} {filled.stderr}")
            number = filled.stdout.strip()
            # Four workers: a page of a blog may ask its own server for something.
            server = subprocess.Popen(["php", "-S", f"127.0.0.1:{port}", "-t", str(site)], stdout=log, stderr=log,
                                      env={**os.environ, "PHP_CLI_SERVER_WORKERS": "4"}, start_new_session=True)
            compare.wait_for(f"{base}/", server, log.name)
            same = [compare.compare(f"WordPress {what}", url, posts, opening_is_a_post=opening)
                    for what, url, opening in [
                        ("page", f"{base}/ferry/", False),
                        ("page by number", f"{base}/?p={number}", False),
                        ("REST", f"{base}/wp-json/wp/v2/comments?post={number}", True)]]
            return all(same)
        finally:
            if server is not None:
                # Its workers do not end with it.
                os.killpg(server.pid, signal.SIGTERM)
                server.wait()
            rows.terminate()
            rows.wait()


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
