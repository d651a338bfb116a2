# SPDX-License-Identifier: MIT
"""A client of the Handle.Net REST API: the few calls that the ledger's worker needs."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter

from b2share_pids.errors import (
    HandleExistsError,
    HandleNotFoundError,
    PermanentHandleError,
    TransientHandleError,
)

SUCCESS = 1
SERVER_ERROR = 2
HANDLE_NOT_FOUND = 100
HANDLE_ALREADY_EXISTS = 101
VALUES_NOT_FOUND = 200

ADMIN_INDEX = 100
ADMIN_PERMISSIONS = "011111110011"

BUSY = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
"""HTTP statuses below 500 that pass by themselves."""


@dataclass(frozen=True)
class HandleValue:
    """One typed value of a handle."""

    index: int
    type: str
    value: str

    def as_json(self) -> dict[str, Any]:
        """Return the value as the protocol has it."""
        data = {"format": "string", "value": self.value}
        return {"index": self.index, "type": self.type, "data": data}


@dataclass(frozen=True)
class Credentials:
    """Who writes: a user with a password, or a client certificate (with its key)."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    certificate: str | None = None
    private_key: str | None = None

    def header(self) -> str:
        """Return the value of the ``Authorization`` header."""
        if self.password is None:
            return 'Handle clientCert="true"'
        # Both parts are percent-encoded: the user contains a colon.
        pair = f"{quote(self.user or '')}:{quote(self.password)}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    def files(self) -> str | tuple[str, str] | None:
        """Return the certificate as requests takes it."""
        if self.certificate and self.private_key:
            return (self.certificate, self.private_key)
        return self.certificate


@dataclass(frozen=True)
class HandleServer:
    """A handle server and how to speak with it."""

    url: str
    credentials: Credentials
    admin: str
    ca: str | None = None
    connect_timeout: float = 3.0
    read_timeout: float = 10.0


class HandleClient:
    """Kept connections to one handle server; may be used by several threads.

    Every call raises ``TransientHandleError`` or ``PermanentHandleError``, never an error of
    requests, and no error, log line or ``repr`` has a secret in it.
    """

    def __init__(self, server: HandleServer, connections: int = 4) -> None:
        self.server = server
        self._session = requests.Session()
        # The environment may name proxies and a .netrc, which must not get our credentials.
        self._session.trust_env = False
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections, max_retries=0)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def __enter__(self) -> Self:
        """Use the client in a ``with``, which closes its connections."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close all connections."""
        self._session.close()

    def create(self, handle: str, values: Iterable[HandleValue]) -> None:
        """Make a new handle; one that exists is never touched.

        :raises HandleExistsError: somebody, perhaps we ourselves, made it before.
        """
        body = [value.as_json() for value in values] + [self._admin_value()]
        self._request("PUT", handle, {"overwrite": "false"}, {"values": body})

    def update(self, handle: str, values: Iterable[HandleValue]) -> None:
        """Replace these values of a handle that is ours; its other values stay."""
        body = [value.as_json() for value in values]
        indices = {"index": [str(value["index"]) for value in body]}
        self._request("PUT", handle, indices, {"values": body})

    def read(self, handle: str) -> tuple[HandleValue, ...]:
        """Return the text values of a handle as the primary server has them.

        :raises HandleNotFoundError: there is no such handle.
        """
        answer = self._request("GET", handle, {"auth": "true"})
        try:
            return tuple(
                HandleValue(int(value["index"]), value["type"], value["data"]["value"])
                for value in answer.get("values", [])
                if isinstance(value["data"]["value"], str)
            )
        except (KeyError, TypeError, ValueError) as error:
            raise TransientHandleError(handle, "the answer has values of another form") from error

    def _admin_value(self) -> dict[str, Any]:
        index, _, handle = self.server.admin.partition(":")
        value = {"handle": handle, "index": int(index), "permissions": ADMIN_PERMISSIONS}
        data = {"format": "admin", "value": value}
        return {"index": ADMIN_INDEX, "type": "HS_ADMIN", "data": data}

    def _request(
        self,
        method: str,
        handle: str,
        query: dict[str, Any],
        body: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Send one request and return the body of its answer; without a retry of its own."""
        server = self.server
        prefix, _, suffix = handle.partition("/")
        path = f"{quote(prefix, safe='')}/{quote(suffix, safe='')}"
        credentials = {"Authorization": server.credentials.header()} if method != "GET" else {}
        try:
            response = self._session.request(
                method,
                f"{server.url.rstrip('/')}/api/handles/{path}",
                params=query,
                json=body,
                headers={"Accept": "application/json", **credentials},
                cert=server.credentials.files(),
                verify=server.ca or True,
                timeout=(server.connect_timeout, server.read_timeout),
                allow_redirects=False,
            )
        except (requests.RequestException, OSError) as error:
            # Their messages may quote the request; the class says enough.
            reason = f"{method} failed: {type(error).__name__}"
            raise TransientHandleError(handle, reason) from None
        return read_answer(method, handle, response)


def read_answer(method: str, handle: str, response: requests.Response) -> dict[str, Any]:
    """Return the body of a success; raise what any other answer means for us.

    :raises HandleError: its class says whether another try makes sense.
    """
    status = response.status_code
    try:
        body = response.json()
    except (requests.JSONDecodeError, RecursionError):
        body = None
    code = body.get("responseCode") if isinstance(body, dict) else None
    code = code if isinstance(code, int) else None
    if status in {HTTPStatus.OK, HTTPStatus.CREATED}:
        if code == SUCCESS and isinstance(body, dict):
            return body
        if method == "GET" and code == VALUES_NOT_FOUND:
            return {"values": []}
        # A success that does not say so, whatever it is, is asked again.
        raise TransientHandleError(handle, f"{method} has an unusable answer", status, code)
    if code == HANDLE_ALREADY_EXISTS:
        raise HandleExistsError(handle, f"{method} refused: the handle exists", status, code)
    if code == HANDLE_NOT_FOUND:
        raise HandleNotFoundError(handle, f"{method} refused: no such handle", status, code)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in BUSY or code == SERVER_ERROR:
        error = TransientHandleError(handle, f"{method} failed", status, code)
        error.retry_after = seconds_to_wait(response)
        raise error
    raise PermanentHandleError(handle, f"{method} refused", status, code)


def seconds_to_wait(response: requests.Response) -> float | None:
    """Return what ``Retry-After`` asks for, counted from the server's own clock if it can be."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        wanted = parsedate_to_datetime(text)
        return (wanted - parsedate_to_datetime(response.headers["Date"])).total_seconds()
    except (KeyError, TypeError, ValueError):
        return None
