# SPDX-License-Identifier: MIT
"""What a Handle.Net server answers, without HTTP: handles, values, response codes."""

import base64
import binascii
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

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
Answer = tuple[int, dict[str, Any]]


class RefusedError(Exception):
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
        """Replace a handle's values (None deletes it); in the file before it is answered."""
        self.apply(handle, values)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as journal:
                journal.write(json.dumps({"handle": handle, "values": values}) + "\n")


@dataclass
class Request:
    """One call of the REST protocol."""

    method: str
    handle: str
    query: dict[str, list[str]]
    authorization: str
    content: bytes


@dataclass
class HandleService:
    """The handles of one prefix, which one user may change."""

    store: HandleStore
    prefix: str
    user: str
    password: str = field(repr=False)

    def answer(self, request: Request) -> Answer:
        """Return the HTTP status and the body."""
        try:
            status, body = METHODS[request.method](self, request)
        except RefusedError as refusal:
            status, body = refusal.status, {"responseCode": refusal.code, "message": str(refusal)}
        return status, {**body, "handle": request.handle} if request.handle else body

    def check_handle(self, handle: str) -> None:
        prefix, _, suffix = handle.partition("/")
        if not suffix:
            raise RefusedError(INVALID_HANDLE, "a handle is prefix/suffix")
        if prefix != self.prefix:
            raise RefusedError(NOT_RESPONSIBLE, f"this server has {self.prefix} alone")

    def check_credentials(self, authorization: str) -> None:
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "basic":
            raise RefusedError(AUTHENTICATION_NEEDED, "authentication needed")
        try:
            user, _, password = base64.b64decode(token).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise RefusedError(AUTHENTICATION_FAILED, "credentials cannot be read") from None
        if (unquote(user), unquote(password)) != (self.user, self.password):
            raise RefusedError(AUTHENTICATION_FAILED, "authentication failed")

    def read(self, request: Request) -> Answer:
        if not request.handle:
            return self.list_handles(request)
        self.check_handle(request.handle)
        with self.store.lock:
            values = self.store.handles.get(request.handle)
        if values is None:
            raise RefusedError(NOT_FOUND, "handle not found")
        indices = set(request.query.get("index", []))
        types = set(request.query.get("type", []))
        if indices or types:
            values = [v for v in values if str(v["index"]) in indices or v["type"] in types]
            if not values:
                raise RefusedError(VALUES_NOT_FOUND, "no such values", status=200)
        return 200, {"responseCode": SUCCESS, "values": values}

    def list_handles(self, request: Request) -> Answer:
        self.check_credentials(request.authorization)
        prefix = request.query.get("prefix", [""])[0]
        page = int(request.query.get("page", ["0"])[0])
        size = int(request.query.get("pageSize", ["0"])[0])
        with self.store.lock:
            handles = sorted(h for h in self.store.handles if h.startswith(f"{prefix}/"))
        some = handles[page * size : (page + 1) * size] if size else handles
        count = str(len(handles))
        body = {"prefix": prefix, "totalCount": count, "page": page, "handles": some}
        return 200, {"responseCode": SUCCESS, **body}

    def write(self, request: Request) -> Answer:
        self.check_credentials(request.authorization)
        self.check_handle(request.handle)
        sent = read_values(request.content)
        overwrite = request.query.get("overwrite", ["true"])[0] != "false"
        indices = request.query.get("index")
        with self.store.lock:
            old = self.store.handles.get(request.handle)
            if indices:
                merged = merge_values(old, sent, indices, overwrite=overwrite)
                self.store.set(request.handle, merged)
                return 200, {"responseCode": SUCCESS}
            if old is not None and not overwrite:
                raise RefusedError(EXISTS, "handle already exists")
            self.store.set(request.handle, sent)
        return (201 if old is None else 200), {"responseCode": SUCCESS}

    def delete(self, request: Request) -> Answer:
        self.check_credentials(request.authorization)
        self.check_handle(request.handle)
        gone = set(request.query.get("index", []))
        with self.store.lock:
            old = self.store.handles.get(request.handle)
            if old is None:
                raise RefusedError(NOT_FOUND, "handle not found")
            kept = [value for value in old if str(value["index"]) not in gone] if gone else None
            self.store.set(request.handle, kept)
        return 200, {"responseCode": SUCCESS}


METHODS: dict[str, Callable[[HandleService, Request], Answer]] = {
    "GET": HandleService.read,
    "PUT": HandleService.write,
    "DELETE": HandleService.delete,
}


def read_values(content: bytes) -> Values:
    """Return the values of a request body in the form in which they are stored."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise RefusedError(INVALID_VALUE, "the body is not JSON") from None
    sent = body.get("values", [body]) if isinstance(body, dict) else body
    if not isinstance(sent, list) or not sent:
        raise RefusedError(INVALID_VALUE, "no values")
    return sorted((read_value(value) for value in sent), key=lambda value: int(value["index"]))


def read_value(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise RefusedError(INVALID_VALUE, "a value has index, type and data")
    if not isinstance(value.get("index"), int) or value["index"] < 1:
        raise RefusedError(INVALID_VALUE, "an index is a positive integer")
    data = value.get("data")
    if isinstance(data, str):
        data = {"format": "string", "value": data}
    if not isinstance(data, dict) or "value" not in data:
        raise RefusedError(INVALID_VALUE, "data has a value")
    return {
        "index": value["index"],
        "type": value["type"],
        "data": data,
        "ttl": value.get("ttl", 86400),
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def merge_values(
    old: Values | None, sent: Values, indices: list[str], *, overwrite: bool
) -> Values:
    """Return the values after ``?index=``: what is sent is added or replaced, the rest stays."""
    if old is None:
        raise RefusedError(NOT_FOUND, "handle not found")
    if "various" not in indices and {str(value["index"]) for value in sent} - set(indices):
        raise RefusedError(INVALID_VALUE, "a value with another index was sent")
    merged = {value["index"]: value for value in old}
    if not overwrite and any(value["index"] in merged for value in sent):
        raise RefusedError(VALUE_EXISTS, "value already exists")
    merged |= {value["index"]: value for value in sent}
    return [merged[index] for index in sorted(merged)]
