# SPDX-License-Identifier: MIT
"""A person at the site: logs in on its pages, makes a token there, and uses the REST API.

Only ``requests`` and the standard library: this is what any client outside of the site does.
"""

import http.cookiejar
import re
import threading
import time
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import requests

from b2share_site.demo.errors import LoginError, PageError, RefusedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT = (5, 60)
"""Seconds to wait for a connection, and for each answer."""

LONGEST_PAUSE = 70.0
"""Seconds to wait at most when the site asks for a pause."""

TOKEN_NAME = "demo content"  # noqa: S105 - the name of a token, not a token
LOGIN_PAGE = "/login/"
TOKEN_PAGE = "/account/settings/applications/tokens/new/"  # noqa: S105 - an address


class Client:
    """One person; logs in and makes a personal access token when first needed.

    May be used by several threads. The token is deleted by ``close``.
    """

    def __init__(self, url: str, email: str, password: str) -> None:
        self.url = url.rstrip("/")
        self.email = email
        self._password = password
        self._pages = _session(email)
        self._api = _session(email)
        self._api.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self._lock = threading.Lock()
        self._discard: Callable[[], object] | None = None

    def get(self, path: str, **parameters: object) -> Any:
        """Return the JSON at a path of the REST API."""
        return _json(self._call("GET", path, params=parameters))

    def find(self, path: str) -> Any | None:
        """Return the JSON at a path, or ``None`` if nothing is there."""
        answer = self._call("GET", path, accepted=(HTTPStatus.NOT_FOUND,))
        return None if answer.status_code == HTTPStatus.NOT_FOUND else _json(answer)

    def exists(self, path: str) -> bool:
        """Tell whether something is at a path, whatever its format."""
        answer = self._call("GET", path, accepted=(HTTPStatus.NOT_FOUND,))
        return answer.status_code != HTTPStatus.NOT_FOUND

    def post(self, path: str, body: object = None) -> Any:
        """Send JSON to a path, and return the JSON of the answer."""
        return _json(self._call("POST", path, json=body))

    def put(self, path: str, body: object) -> Any:
        """Replace what is at a path by this JSON, and return the JSON of the answer."""
        return _json(self._call("PUT", path, json=body))

    def delete(self, path: str, body: object = None) -> None:
        """Delete what is at a path."""
        self._call("DELETE", path, json=body)

    def upload(self, path: str, content: bytes) -> None:
        """Send bytes to a path."""
        headers = {"Content-Type": "application/octet-stream"}
        self._call("PUT", path, data=content, headers=headers)

    def close(self) -> None:
        """Delete the token, if one was made."""
        if self._discard:
            self._discard()
            self._discard = None
        self._pages.close()
        self._api.close()

    def _call(
        self, method: str, path: str, accepted: tuple[int, ...] = (), **options: Any
    ) -> requests.Response:
        with self._lock:
            if self._discard is None:
                self._log_in()
                self._api.headers["Authorization"] = f"Bearer {self._make_token()}"
        answer = _send(self._api, method, f"{self.url}/api{path}", **options)
        if not answer.ok and answer.status_code not in accepted:
            raise RefusedError(f"{method} {path} by {self.email}", answer.status_code, answer.text)
        return answer

    def _log_in(self) -> None:
        form = {"email": self.email, "password": self._password}
        if not self._submit(LOGIN_PAGE, form).is_redirect:
            raise LoginError(self.email)

    def _make_token(self) -> str:
        form = {"name": TOKEN_NAME, "scopes": "user:email"}
        answer = self._submit(TOKEN_PAGE, form)
        if not answer.is_redirect:
            raise RefusedError(f"POST {TOKEN_PAGE}", answer.status_code, answer.text)
        address = urljoin(answer.url, answer.headers["Location"])
        page = self._page(address)
        token = _shown(page, r"<code[^>]*>\s*(\w+)\s*</code>", "token")
        form = {"delete": "", "csrf_token": _csrf_token(page)}
        self._discard = lambda: self._post_form(address, form)
        return token

    def _submit(self, path: str, form: dict[str, str]) -> requests.Response:
        address = f"{self.url}{path}"
        return self._post_form(address, {**form, "csrf_token": _csrf_token(self._page(address))})

    def _page(self, address: str) -> requests.Response:
        answer = _send(self._pages, "GET", address)
        if not answer.ok:
            raise RefusedError(f"GET {address}", answer.status_code, answer.text)
        return answer

    def _post_form(self, address: str, form: dict[str, str]) -> requests.Response:
        headers = {"Referer": address}
        return _send(
            self._pages, "POST", address, data=form, headers=headers, allow_redirects=False
        )


def _session(email: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    # invenio-app 2.3 allows 10 requests a minute to the login page for one address and user agent.
    session.headers["User-Agent"] = f"b2share-demo ({email})"
    return session


def _send(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
    """Send a request; once more after the pause that a site with a rate limit asks for."""
    try:
        answer = session.request(method, url, timeout=TIMEOUT, **options)
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            time.sleep(_pause(answer))
            answer = session.request(method, url, timeout=TIMEOUT, **options)
    except requests.RequestException as error:
        raise UnreachableError(f"{method} {url}", error) from error
    return answer


def _pause(answer: requests.Response) -> float:
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_PAUSE) if asked.isdigit() else 1.0


def _json(answer: requests.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except requests.JSONDecodeError as error:
        request = f"{answer.request.method} {answer.url}"
        raise RefusedError(request, answer.status_code, answer.text) from error


def _csrf_token(page: requests.Response) -> str:
    return _shown(page, r'name="csrf_token"[^>]*\svalue="([^"]+)"', "form with a CSRF token")


def _shown(page: requests.Response, pattern: str, what: str) -> str:
    match = re.search(pattern, page.text)
    if not match:
        raise PageError(page.url, what)
    return unescape(match.group(1))
