# SPDX-License-Identifier: MIT
"""The client of the demo content, before a stand-in site."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from b2share_site.demo.client import Client
from b2share_site.demo.errors import LoginError, RefusedError, UnreachableError


@dataclass
class StandIn:
    """What the stand-in site was asked, and what it answers to calls of its API."""

    url: str = ""
    answers: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    api_headers: list[dict[str, str]] = field(default_factory=list)
    forms: list[tuple[str, dict[str, str]]] = field(default_factory=list)


class Pages(BaseHTTPRequestHandler):
    """Login and token pages in the shape of stock v13, and an API with scripted answers."""

    protocol_version = "HTTP/1.1"
    site: StandIn

    def do_GET(self) -> None:
        if self.path.startswith("/api/"):
            self.site.api_headers.append(dict(self.headers))
            self._answer(*self.site.answers.pop(0))
        elif self.path.endswith("/tokens/7/"):
            csrf = '<input name="csrf_token" type="hidden" value="c2&amp;">'
            self._answer(200, f'<code class="x">t0ken</code><form>{csrf}</form>', {})
        else:
            self._answer(200, '<input id="csrf_token" name="csrf_token" value="c1">', {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {k: v[0] for k, v in parse_qs(body, keep_blank_values=True).items()}
        self.site.forms.append((self.path, form))
        if self.path == "/login/" and form["password"] != "right-password":
            self._answer(200, "Invalid password", {})
        elif self.path.endswith("/tokens/new/"):
            self._answer(302, "", {"Location": "/account/settings/applications/tokens/7/"})
        else:
            self._answer(302, "", {"Location": "/"})

    def _answer(self, status: int, body: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    site = StandIn()
    handler = type("BoundPages", (Pages,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture
def jane(stand_in: StandIn) -> Iterator[Client]:
    client = Client(stand_in.url, "jane@example.org", "right-password")
    yield client
    client.close()


def test_client_uses_its_own_token_and_deletes_it(stand_in: StandIn, jane: Client):
    stand_in.answers = [(200, '{"hits": 1}', {"Set-Cookie": "session=1"}), (200, "", {})]
    assert jane.get("/records") == {"hits": 1}
    assert jane.get("/records") is None
    assert [h["Authorization"] for h in stand_in.api_headers] == ["Bearer t0ken"] * 2
    assert "Cookie" not in stand_in.api_headers[1]
    jane.close()
    assert stand_in.forms[1][1]["scopes"] == "user:email"
    discarded = ("/account/settings/applications/tokens/7/", {"delete": "", "csrf_token": "c2&"})
    assert stand_in.forms[2:] == [discarded]


def test_client_wrong_password_says_which_account(stand_in: StandIn):
    with pytest.raises(LoginError, match=r"jane@example\.org cannot log in"):
        Client(stand_in.url, "jane@example.org", "wrong").get("/records")


def test_client_refusal_shows_the_body(stand_in: StandIn, jane: Client):
    stand_in.answers = [(400, '{"errors": ["no title"]}', {})]
    with pytest.raises(RefusedError, match=r'GET /records by jane.* 400: .*"no title"'):
        jane.get("/records")


def test_client_refusal_by_a_page_shows_its_text(stand_in: StandIn, jane: Client):
    page = "<html><head><title>x</title></head><body><script>y</script><p>Too\n big</p></body>"
    stand_in.answers = [(413, page, {})]
    with pytest.raises(RefusedError) as caught:
        jane.get("/records")
    assert str(caught.value).endswith("was answered with 413: Too big")


def test_client_find_takes_not_found_for_none(stand_in: StandIn, jane: Client):
    stand_in.answers = [(404, "{}", {}), (404, "{}", {}), (403, "{}", {})]
    assert jane.find("/communities/x") is None
    assert jane.exists("/communities/x") is False
    with pytest.raises(RefusedError, match="403"):
        jane.find("/communities/x")


def test_client_waits_as_long_as_the_rate_limit_asks(
    stand_in: StandIn, jane: Client, monkeypatch: pytest.MonkeyPatch
):
    pauses: list[float] = []
    monkeypatch.setattr("b2share_site.demo.client.time.sleep", pauses.append)
    stand_in.answers = [(429, "{}", {"Retry-After": "13"}), (200, "[]", {})]
    assert jane.get("/records") == []
    stand_in.answers = [(429, "{}", {"Retry-After": "9999"}), (429, "{}", {})]
    with pytest.raises(RefusedError, match="429"):
        jane.get("/records")
    assert pauses == [13, 70]


def test_client_without_a_site_says_so(stand_in: StandIn):
    nobody = Client("http://127.0.0.1:9", "jane@example.org", "x")
    with pytest.raises(UnreachableError, match=r"no answer to GET http://127\.0\.0\.1:9/login/"):
        nobody.get("/records")
