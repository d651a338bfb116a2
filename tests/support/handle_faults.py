# SPDX-License-Identifier: MIT
"""What can go wrong with the stand-in handle server, one function for each mode."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol


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


class Connection(Protocol):
    """What a fault can do with the connection of a request."""

    cut_before_answer: bool

    def cut(self) -> None: ...

    def send(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None: ...


def refuse(connection: Connection, fault: Fault) -> bool:
    """Reset the connection without an answer; nothing is done."""
    connection.cut()
    return False


def slow(connection: Connection, fault: Fault) -> bool:
    """Give the right answer, ``seconds`` later."""
    time.sleep(fault.seconds)
    return True


def status(connection: Connection, fault: Fault) -> bool:
    """Answer with this HTTP ``status`` and response ``code``; nothing is done."""
    body: dict[str, Any] = {} if fault.code is None else {"responseCode": fault.code}
    connection.send(fault.status, json.dumps(body).encode(), "application/json", fault.headers)
    return False


def raw_body(connection: Connection, fault: Fault) -> bool:
    """Answer with a ``body`` that is no JSON; nothing is done."""
    connection.send(fault.status, (fault.body or "").encode(), "text/html", fault.headers)
    return False


def lose_answer(connection: Connection, fault: Fault) -> bool:
    """Do the work and reset the connection instead of answering."""
    connection.cut_before_answer = True
    return True


def forget(connection: Connection, fault: Fault) -> bool:
    """Answer 201 and store nothing."""
    connection.send(201, b'{"responseCode": 1}', "application/json", fault.headers)
    return False


FAULTS: dict[str, Callable[[Connection, Fault], bool]] = {
    "refuse": refuse,
    "slow": slow,
    "status": status,
    "body": raw_body,
    "cut": lose_answer,
    "forget": forget,
}
"""The modes of ``PUT /faults``; a function returns True to let the server do its work."""
