# SPDX-License-Identifier: MIT
"""A stand-in for a Handle.Net server: its REST protocol over real HTTP, and faults on demand.

Run it as a process of its own (standard library only)::

    HANDLE_PASSWORD=… python -m tests.support.handle_server --port 8000 \
        --prefix 21.T12345 --user 300:21.T12345/DEMO --password-env HANDLE_PASSWORD --store FILE

The first line on its standard output is its address. Handles are kept in the store file, so
that a restart finds them again.

* ``/api/handles…`` speaks the Handle.Net REST protocol.
* ``/<prefix>/<suffix>`` resolves: a redirect to the handle's URL, as the public resolver does.
* ``PUT /faults {"mode": …}`` switches faults on, ``GET /log`` and ``GET /dump`` tell what was
  asked and what is stored, ``DELETE /log`` empties the log. These are for tests only, and
  are therefore never touched by a fault.
"""

import argparse
import base64
import binascii
import html
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LABEL = "Stand-in handle server (demo), not the Handle System"

SUCCESS, SERVER_ERROR, NOT_FOUND, EXISTS, INVALID_HANDLE = 1, 2, 100, 101, 102
VALUES_NOT_FOUND, VALUE_EXISTS, INVALID_VALUE, NOT_RESPONSIBLE = 200, 201, 202, 301
AUTHENTICATION_NEEDED, AUTHENTICATION_FAILED = 402, 403

STATUS = {
    SUCCESS: 200,
    SERVER_ERROR: 500,
    NOT_FOUND: 404,
    EXISTS: 409,
    INVALID_HANDLE: 400,
    VALUES_NOT_FOUND: 400,
    VALUE_EXISTS: 409,
    INVALID_VALUE: 400,
    NOT_RESPONSIBLE: 400,
    AUTHENTICATION_NEEDED: 401,
    AUTHENTICATION_FAILED: 403,
}
"""HTTP status of each response code; ``VALUES_NOT_FOUND`` is 200 on reading."""

Values = list[dict[str, Any]]


class Refusal(Exception):
    """A request that is answered with a response code other than success."""

    def __init__(self, code: int, message: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status or STATUS[code]


class HandleStore:
    """Handles and their values in memory, and every change in a journal file."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.handles: dict[str, Values] = {}
        self.lock = threading.Lock()
        if path is not None and path.exists():
            for line in path.read_text("utf-8").splitlines():
                entry = json.loads(line)
                self.apply(entry["handle"], entry["values"])

    def apply(self, handle: str, values: Values | None) -> None:
        if values is None:
            self.handles.pop(handle, None)
        else:
            self.handles[handle] = values

    def set(self, handle: str, values: Values | None) -> None:
        """Replace a handle's values (None deletes it); on disk before it is answered."""
        self.apply(handle, values)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as journal:
                journal.write(json.dumps({"handle": handle, "values": values}) + "\n")
                journal.flush()


@dataclass
class Fault:
    """What goes wrong, with which methods, and how often (None: until it is switched off)."""

    mode: str
    methods: tuple[str, ...] = ("GET", "PUT", "DELETE")
    times: int | None = None
    seconds: float = 0.0
    status: int = 500
    code: int | None = None
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class ServerState:
    """Everything the request handlers share."""

    store: HandleStore
    prefix: str
    user: str
    password: str = field(repr=False)
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
    """One connection; the protocol is in the ``api_…`` methods, faults are in ``FAULTS``."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    state: ServerState
    cut_after_answer = False
    answered: int | None = None

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep standard error empty: the log of requests is at ``/log``."""

    def do_GET(self) -> None:  # noqa: N802
        self.dispatch()

    def do_PUT(self) -> None:  # noqa: N802
        self.dispatch()

    def do_DELETE(self) -> None:  # noqa: N802
        self.dispatch()

    def dispatch(self) -> None:
        parts = urlsplit(self.path)
        self.query = parse_qs(parts.query, keep_blank_values=True)
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path in ADMINISTRATION:
            ADMINISTRATION[parts.path](self)
            return
        started = time.time()
        fault = self.state.take_fault(self.command)
        answer = self.answer_api if parts.path.startswith("/api/handles") else self.resolve
        if fault is None or FAULTS[fault.mode](self, fault):
            answer(parts.path)
        self.note(parts.path, started, fault)

    def note(self, path: str, started: float, fault: Fault | None) -> None:
        entry = {
            "method": self.command,
            "path": path,
            "query": self.query,
            "started": started,
            "ended": time.time(),
            "status": self.answered,
            "fault": fault.mode if fault else None,
        }
        with self.state.lock:
            self.state.log.append(entry)

    def send(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
        self.answered = status
        if self.cut_after_answer:
            self.cut()
            return
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self.send(status, json.dumps(body).encode(), "application/json", headers or {})

    def send_page(self, status: int, title: str, body: str, **headers: str) -> None:
        page = (
            f'<!doctype html><html lang="en"><title>{html.escape(title)}</title>'
            f"<p><strong>{LABEL}</strong></p><h1>{html.escape(title)}</h1>{body}</html>"
        )
        self.send(status, page.encode(), "text/html; charset=utf-8", headers)

    def cut(self) -> None:
        """Close the connection at once (RST), without a byte of an answer."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.wfile = open(os.devnull, "wb")  # noqa: SIM115, PTH123  # flushed by the base class

    def answer_api(self, path: str) -> None:
        """Answer a request of the REST protocol."""
        handle = unquote(path.removeprefix("/api/handles").removeprefix("/"))
        try:
            status, body = API[self.command](self, handle)
        except Refusal as refusal:
            status, body = refusal.status, {"responseCode": refusal.code, "message": str(refusal)}
        self.send_json(status, {**body, "handle": handle} if handle else body)

    def check_handle(self, handle: str) -> None:
        prefix, _, suffix = handle.partition("/")
        if not suffix:
            raise Refusal(INVALID_HANDLE, "a handle is prefix/suffix")
        if prefix.upper() != self.state.prefix.upper():
            raise Refusal(NOT_RESPONSIBLE, f"this server has {self.state.prefix} alone")

    def check_credentials(self) -> None:
        kind, _, token = (self.headers.get("Authorization") or "").partition(" ")
        if kind.lower() != "basic":
            raise Refusal(AUTHENTICATION_NEEDED, "authentication needed")
        try:
            user, _, password = base64.b64decode(token).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise Refusal(AUTHENTICATION_FAILED, "credentials cannot be read") from None
        if (unquote(user), unquote(password)) != (self.state.user, self.state.password):
            raise Refusal(AUTHENTICATION_FAILED, "authentication failed")

    def api_get(self, handle: str) -> tuple[int, dict[str, Any]]:
        if not handle:
            return self.api_list()
        self.check_handle(handle)
        with self.state.store.lock:
            values = self.state.store.handles.get(handle.upper())
        if values is None:
            raise Refusal(NOT_FOUND, "handle not found")
        indices = {int(index) for index in self.query.get("index", []) if index.isdigit()}
        types = set(self.query.get("type", []))
        if indices or types:
            values = [v for v in values if v["index"] in indices or v["type"] in types]
            if not values:
                raise Refusal(VALUES_NOT_FOUND, "no such values", status=200)
        return 200, {"responseCode": SUCCESS, "values": values}

    def api_list(self) -> tuple[int, dict[str, Any]]:
        self.check_credentials()
        prefix = self.query.get("prefix", [""])[0]
        page = int(self.query.get("page", ["0"])[0])
        size = int(self.query.get("pageSize", ["0"])[0])
        with self.state.store.lock:
            handles = sorted(h for h in self.state.store.handles if h.startswith(f"{prefix}/"))
        some = handles[page * size : (page + 1) * size] if size else handles
        return 200, {
            "responseCode": SUCCESS,
            "prefix": prefix,
            "totalCount": str(len(handles)),
            "page": page,
            "handles": some,
        }

    def api_put(self, handle: str) -> tuple[int, dict[str, Any]]:
        self.check_credentials()
        self.check_handle(handle)
        sent = read_values(self.content)
        overwrite = self.query.get("overwrite", ["true"])[0] != "false"
        key = handle.upper()
        with self.state.store.lock:
            old = self.state.store.handles.get(key)
            if "index" in self.query:
                self.state.store.set(key, merge_values(old, sent, self.query["index"], overwrite))
                return 200, {"responseCode": SUCCESS}
            if old is not None and not overwrite:
                raise Refusal(EXISTS, "handle already exists")
            self.state.store.set(key, sent)
        return (201 if old is None else 200), {"responseCode": SUCCESS}

    def api_delete(self, handle: str) -> tuple[int, dict[str, Any]]:
        self.check_credentials()
        self.check_handle(handle)
        key = handle.upper()
        with self.state.store.lock:
            old = self.state.store.handles.get(key)
            if old is None:
                raise Refusal(NOT_FOUND, "handle not found")
            gone = {int(index) for index in self.query.get("index", [])}
            kept = [value for value in old if value["index"] not in gone] if gone else None
            self.state.store.set(key, kept)
        return 200, {"responseCode": SUCCESS}

    def resolve(self, path: str) -> None:
        """Redirect to the URL of a handle, or show a page that says what this server is."""
        handle = unquote(path.removeprefix("/"))
        if not handle:
            self.send_page(200, "Handles", f"<p>{len(self.state.store.handles)} handles</p>")
            return
        values = self.state.store.handles.get(handle.upper())
        if values is None:
            self.send_page(404, "Handle not found", f"<p>{html.escape(handle)}</p>")
            return
        rows = "".join(
            f"<dt>{html.escape(v['type'])}</dt><dd>{html.escape(str(v['data']['value']))}</dd>"
            for v in values
        )
        urls = [str(v["data"]["value"]) for v in values if v["type"] == "URL"]
        page = f"<dl>{rows}</dl>"
        if urls and "noredirect" not in self.query:
            self.send_page(302, handle, page, Location=urls[0])
        else:
            self.send_page(200, handle, page)

    def admin_faults(self) -> None:
        if self.command == "PUT":
            wanted = json.loads(self.content or b"{}")
            if wanted.get("mode") and wanted["mode"] not in FAULTS:
                self.send_json(400, {"modes": sorted(FAULTS)})
                return
            if "methods" in wanted:
                wanted["methods"] = tuple(wanted["methods"])
            self.state.fault = Fault(**wanted) if wanted.get("mode") else None
        elif self.command == "DELETE":
            self.state.fault = None
        fault = self.state.fault
        self.send_json(200, {"mode": fault.mode if fault else None, "modes": sorted(FAULTS)})

    def admin_log(self) -> None:
        with self.state.lock:
            entries = list(self.state.log)
            if self.command == "DELETE":
                self.state.log.clear()
        self.send_json(200, {"requests": entries})

    def admin_dump(self) -> None:
        with self.state.store.lock:
            self.send_json(200, {"handles": self.state.store.handles})


def read_values(content: bytes) -> Values:
    """Return the values of a request body in the form in which they are stored."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise Refusal(INVALID_VALUE, "the body is not JSON") from None
    sent = body.get("values", [body]) if isinstance(body, dict) else body
    if not isinstance(sent, list) or not sent:
        raise Refusal(INVALID_VALUE, "no values")
    return sorted((read_value(value) for value in sent), key=lambda value: int(value["index"]))


def read_value(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise Refusal(INVALID_VALUE, "a value has index, type and data")
    if not isinstance(value.get("index"), int) or value["index"] < 1:
        raise Refusal(INVALID_VALUE, "an index is a positive integer")
    data = value.get("data")
    if isinstance(data, str):
        data = {"format": "string", "value": data}
    if not isinstance(data, dict) or "value" not in data:
        raise Refusal(INVALID_VALUE, "data has a value")
    return {
        "index": value["index"],
        "type": value["type"],
        "data": data,
        "ttl": value.get("ttl", 86400),
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def merge_values(old: Values | None, sent: Values, indices: list[str], overwrite: bool) -> Values:
    """Return the values after ``?index=``: what is sent is added or replaced, the rest stays."""
    if old is None:
        raise Refusal(NOT_FOUND, "handle not found")
    if "various" not in indices and {str(value["index"]) for value in sent} - set(indices):
        raise Refusal(INVALID_VALUE, "a value with another index was sent")
    merged = {value["index"]: value for value in old}
    if not overwrite and any(value["index"] in merged for value in sent):
        raise Refusal(VALUE_EXISTS, "value already exists")
    merged |= {value["index"]: value for value in sent}
    return [merged[index] for index in sorted(merged)]


def fault_refuse(handler: HandleRequestHandler, fault: Fault) -> bool:
    handler.cut()
    return False


def fault_slow(handler: HandleRequestHandler, fault: Fault) -> bool:
    time.sleep(fault.seconds)
    return True


def fault_status(handler: HandleRequestHandler, fault: Fault) -> bool:
    body: dict[str, Any] = {} if fault.code is None else {"responseCode": fault.code}
    handler.send_json(fault.status, body, fault.headers)
    return False


def fault_body(handler: HandleRequestHandler, fault: Fault) -> bool:
    content = (fault.body or "").encode()
    handler.send(fault.status, content, "text/html", fault.headers)
    return False


def fault_cut(handler: HandleRequestHandler, fault: Fault) -> bool:
    handler.cut_after_answer = True
    return True


def fault_forget(handler: HandleRequestHandler, fault: Fault) -> bool:
    handler.send_json(HTTPStatus.CREATED, {"responseCode": SUCCESS})
    return False


FAULTS: dict[str, Callable[[HandleRequestHandler, Fault], bool]] = {
    "refuse": fault_refuse,  # the connection is reset without an answer
    "slow": fault_slow,  # the right answer after so many seconds
    "status": fault_status,  # another HTTP status and response code
    "body": fault_body,  # an answer that is not JSON
    "cut": fault_cut,  # the work is done, the answer is lost
    "forget": fault_forget,  # 201, but nothing is stored
}
"""What a fault does with a request; True lets the server go on and do its work."""

API: dict[str, Callable[[HandleRequestHandler, str], tuple[int, dict[str, Any]]]] = {
    "GET": HandleRequestHandler.api_get,
    "PUT": HandleRequestHandler.api_put,
    "DELETE": HandleRequestHandler.api_delete,
}

ADMINISTRATION: dict[str, Callable[[HandleRequestHandler], None]] = {
    "/faults": HandleRequestHandler.admin_faults,
    "/log": HandleRequestHandler.admin_log,
    "/dump": HandleRequestHandler.admin_dump,
}


class HandleServer(ThreadingHTTPServer):
    """The listening server; its threads end with the process."""

    daemon_threads = True
    request_queue_size = 128


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
    state = ServerState(HandleStore(options.store), options.prefix, options.user, password)
    handler = type("Handler", (HandleRequestHandler,), {"state": state})
    with HandleServer((options.host, options.port), handler) as server:
        print(f"http://{options.host}:{server.server_address[1]}", flush=True)  # noqa: T201
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
