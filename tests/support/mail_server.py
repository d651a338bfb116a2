# SPDX-License-Identifier: MIT
"""A stand-in for a mail server: takes every message by SMTP, keeps it, shows it as a page.

Run ``python -m tests.support.mail_server --smtp-port N --port N --store FOLDER``. Messages are
files in the folder, oldest first; ``GET /`` lists them, ``GET /messages`` is the list as JSON
(``to``, ``subject``, ``text``), newest first.
"""

import argparse
import html
import itertools
import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import AsyncMessage

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Stand-in mailbox</title>
<body style="font-family: sans-serif; max-width: 50rem; margin: 2rem auto">
<h1>Stand-in mailbox (demo)</h1><p>No mail leaves this machine; this is what would have been sent.
</p>{messages}</body></html>"""


class Mailbox(AsyncMessage):
    """Messages as files, named so that they sort by arrival."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._numbers = itertools.count(len(list(folder.glob("*.eml"))))

    async def handle_message(self, message: Any) -> None:
        (self.folder / f"{next(self._numbers):06d}.eml").write_bytes(bytes(message))

    def messages(self) -> list[dict[str, str]]:
        """Return what arrived, newest first."""
        found = []
        for path in sorted(self.folder.glob("*.eml"), reverse=True):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            assert isinstance(message, EmailMessage)
            body = message.get_body(("plain", "html"))
            found.append(
                {
                    "to": str(message["To"]),
                    "subject": str(message["Subject"]),
                    "text": body.get_content() if body else "",
                }
            )
        return found


def render(messages: list[dict[str, str]]) -> str:
    """Return a page of the messages in which addresses of the web are links."""
    parts = []
    for message in messages:
        text = html.escape(message["text"])
        text = re.sub(r"(https?://[^\s<&]+)", r'<a href="\1">\1</a>', text)
        title = html.escape(f"{message['subject']} — to {message['to']}")
        parts.append(f"<h2>{title}</h2><pre style='white-space: pre-wrap'>{text}</pre>")
    return PAGE.format(messages="".join(parts) or "<p>Nothing arrived yet.</p>")


def make_handler(mailbox: Mailbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            as_json = self.path == "/messages"
            messages = mailbox.messages()
            body = (json.dumps(messages) if as_json else render(messages)).encode()
            self.send_response(200)
            kind = "application/json" if as_json else "text/html; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--store", type=Path, required=True)
    options = parser.parse_args()
    mailbox = Mailbox(options.store)
    Controller(mailbox, hostname="127.0.0.1", port=options.smtp_port).start()
    ThreadingHTTPServer(("127.0.0.1", options.port), make_handler(mailbox)).serve_forever()


if __name__ == "__main__":
    main()
