# SPDX-License-Identifier: MIT
"""A stand-in for a Handle.Net server: its REST protocol over real HTTP, and faults on demand.

Run it as a process of its own (standard library only)::

    HANDLE_PASSWORD=… python -m tests.support.handle_server --port 8000 \
        --prefix 21.T12345 --user 300:21.T12345/DEMO --password-env HANDLE_PASSWORD --store FILE

The first line on its standard output is its address. Handles are kept in the store file, so
that a restart finds them again.

* ``/api/handles…`` speaks the Handle.Net REST protocol (``handle_protocol.py``).
* ``/<prefix>/<suffix>`` resolves: a redirect to the handle's URL, as the public resolver does;
  with ``?noredirect`` a page that shows the values.
* ``PUT /faults {"mode": …}`` switches a fault on (``handle_faults.py``), ``DELETE /faults`` off;
  ``GET /log`` and ``GET /dump`` tell what was asked and what is stored, ``DELETE /log`` empties
  the log. These are for tests, need no password, and no fault touches them.
"""

import argparse
import html
import json
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.handle_faults import FAULTS, Fault
from tests.support.handle_protocol import HandleService, HandleStore, Request

LABEL = "Stand-in handle server (demo), not the Handle System"


@dataclass
class ServerState:
    """What all connections share."""

    service: HandleService
    fault: Fault | None = None
    log: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take_fault(self, method: str) -> Fault | None:
        """Return the fault that this request gets, and count it."""
        with self.lock:
            fault = self.fault
            if fault is None or method not in fault.methods or fault.times == 0:
                return None
            if fault.times is not None:
                fault.times -= 1
            return fault


class HandleRequestHandler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    state: ServerState
    cut_before_answer = False
    answered: int | None = None

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep standard error empty: the requests are at ``/log``."""

    def do_GET(self) -> None:
        self.dispatch()

    def do_PUT(self) -> None:
        self.dispatch()

    def do_DELETE(self) -> None:
        self.dispatch()

    def dispatch(self) -> None:
        parts = urlsplit(self.path)
        self.query = parse_qs(parts.query, keep_blank_values=True)
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path in ADMINISTRATION:
            ADMINISTRATION[parts.path](self)
            return
        started, self.answered, self.cut_before_answer = time.time(), None, False
        fault = self.state.take_fault(self.command)
        if fault is None or FAULTS[fault.mode](self, fault):
            if parts.path.startswith("/api/handles"):
                self.answer_api(parts.path)
            else:
                self.resolve(parts.path)
        entry = {"method": self.command, "path": parts.path, "query": self.query}
        entry |= {"client_port": self.client_address[1]}
        entry |= {"started": started, "ended": time.time(), "status": self.answered}
        with self.state.lock:
            self.state.log.append({**entry, "fault": fault.mode if fault else None})

    def answer_api(self, path: str) -> None:
        """Answer a request of the REST protocol."""
        handle = unquote(path.removeprefix("/api/handles").removeprefix("/"))
        authorization = self.headers.get("Authorization") or ""
        request = Request(self.command, handle, self.query, authorization, self.content)
        self.send_json(*self.state.service.answer(request))

    def resolve(self, path: str) -> None:
        """Redirect to the URL of a handle, or show a page that says what this server is."""
        handle = unquote(path.removeprefix("/"))
        handles = self.state.service.store.handles
        if not handle:
            self.send_page(200, "Handles", f"<p>{len(handles)} handles</p>")
            return
        values = handles.get(handle)
        if values is None:
            self.send_page(404, "Handle not found", f"<p>{html.escape(handle)}</p>")
            return
        rows = "".join(
            f"<dt>{html.escape(v['type'])}</dt><dd>{html.escape(str(v['data']['value']))}</dd>"
            for v in values
        )
        urls = [str(v["data"]["value"]) for v in values if v["type"] == "URL"]
        if urls and "noredirect" not in self.query:
            self.send_page(302, handle, f"<dl>{rows}</dl>", Location=urls[0])
        else:
            self.send_page(200, handle, f"<dl>{rows}</dl>")

    def send(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
        self.answered = status
        if self.cut_before_answer:
            self.cut()
            return
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_json(self, status: int, body: Any) -> None:
        self.send(status, json.dumps(body).encode(), "application/json", {})

    def send_page(self, status: int, title: str, body: str, **headers: str) -> None:
        page = (
            f'<!doctype html><html lang="en"><title>{html.escape(title)}</title>'
            f"<p><strong>{LABEL}</strong></p><h1>{html.escape(title)}</h1>{body}</html>"
        )
        self.send(status, page.encode(), "text/html; charset=utf-8", headers)

    def cut(self) -> None:
        """Reset the connection, without a byte of an answer."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()  # the socket closes for real once its last file is closed
        self.connection.close()
        self.rfile, self.wfile = BytesIO(), BytesIO()  # the base class reads and flushes them

    def admin_faults(self) -> None:
        """Switch a fault on (PUT) or off (DELETE), or tell which one is on (GET)."""
        wanted = json.loads(self.content or b"{}") if self.command == "PUT" else {}
        if wanted.get("mode") and wanted["mode"] not in FAULTS:
            self.send_json(400, {"modes": sorted(FAULTS)})
            return
        if self.command != "GET":
            self.state.fault = Fault(**wanted) if wanted.get("mode") else None
        fault = self.state.fault
        self.send_json(200, {"mode": fault.mode if fault else None, "modes": sorted(FAULTS)})

    def admin_log(self) -> None:
        """Tell the requests so far, oldest first; DELETE empties the list, too."""
        with self.state.lock:
            entries = list(self.state.log)
            if self.command == "DELETE":
                self.state.log.clear()
        self.send_json(200, {"requests": entries})

    def admin_dump(self) -> None:
        """Tell all handles with their values."""
        with self.state.service.store.lock:
            self.send_json(200, {"handles": self.state.service.store.handles})


ADMINISTRATION: dict[str, Callable[[HandleRequestHandler], None]] = {
    "/faults": HandleRequestHandler.admin_faults,
    "/log": HandleRequestHandler.admin_log,
    "/dump": HandleRequestHandler.admin_dump,
}


class HandleServer(ThreadingHTTPServer):
    """The listening server; its threads end with the process."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that went away; report everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def main(arguments: list[str] | None = None) -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=LABEL)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--user", required=True, help="index:prefix/suffix")
    parser.add_argument("--password-env", required=True, help="name of an environment variable")
    parser.add_argument("--store", type=Path, help="file that keeps the handles")
    options = parser.parse_args(arguments)
    password = os.environ.get(options.password_env)
    if not password:
        parser.error(f"the environment variable {options.password_env} is not set")
    store = HandleStore(options.store)
    state = ServerState(HandleService(store, options.prefix, options.user, password))
    handler = type("Handler", (HandleRequestHandler,), {"state": state})
    with HandleServer((options.host, options.port), handler) as server:
        print(f"http://{options.host}:{server.server_address[1]}", flush=True)  # noqa: T201
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
