"""public-inbox: an inbox filled with the thread as mails, read as page of the thread, mailbox and feed."""

import email.message
import email.utils
import os
import pathlib
import subprocess
import sys
import tempfile
from datetime import datetime

import compare
from isso import free_port

LIST = "ferry@village.example"


def mail(post, title, posts):
    """A post as a mail; the quoting is the mail's own."""
    message = email.message.EmailMessage()
    message["From"] = email.utils.formataddr((post["author"], f"{post['key']}@village.example"))
    message["To"] = LIST
    message["List-Id"] = "<ferry.village.example>"
    message["Date"] = email.utils.format_datetime(datetime.fromisoformat(post["written_at"].replace("Z", "+00:00")))
    message["Message-ID"] = f"<{post['key']}@village.example>"
    message["Subject"] = title if post["parent"] is None else f"Re: {title}"
    if post["parent"] is not None:
        chain, above = [], post["parent"]
        by_key = {other["key"]: other for other in posts}
        while above is not None:
            chain.insert(0, f"<{above}@village.example>")
            above = by_key[above]["parent"]
        message["In-Reply-To"] = chain[-1]
        message["References"] = " ".join(chain)
    message.set_content("\n\n".join(post["text"]) + "\n", charset="utf-8", cte="quoted-printable")
    return message.as_bytes()


def main():
    written = compare.thread()
    posts = written["posts"]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        # What the user has set for other inboxes is left alone.
        environment = {**os.environ, "HOME": str(folder), "PI_CONFIG": str(folder / "config"),
                       "PI_DIR": str(folder), "PI_EMERGENCY": str(folder / "emergency"),
                       "ORIGINAL_RECIPIENT": LIST, "GIT_CONFIG_GLOBAL": os.devnull,
                       "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@village.example",
                       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@village.example"}
        run = lambda *args, **more: subprocess.run(args, env=environment, check=True, **more)
        run("public-inbox-init", "-V2", "ferry", str(folder / "ferry"), f"{base}/ferry", LIST)
        run("git", "config", "--file", str(folder / "config"), "publicinboxmda.spamcheck", "none")
        for post in posts:
            run("public-inbox-mda", "--no-precheck", input=mail(post, written["title"], posts))
        log = open(folder / "log", "w")
        server = subprocess.Popen(["public-inbox-httpd", "-W0", "-l", f"127.0.0.1:{port}"], env=environment,
                                  stdout=log, stderr=log)
        try:
            thread = f"{base}/ferry/opening@village.example"
            compare.wait_for(f"{base}/ferry/", server, log.name)
            same = [compare.compare(f"public-inbox {what}", url, posts, opening_is_a_post=True)
                    for what, url in [("mailbox", f"{thread}/t.mbox.gz"), ("page", f"{thread}/T/"),
                                      ("one mail's page", f"{thread}/"), ("feed", f"{thread}/t.atom")]]
            return all(same)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
