# SPDX-License-Identifier: MIT
"""The handle client against the stand-in server: the protocol and all response codes."""

import pytest
import requests

from b2share_pids.errors import (
    HandleError,
    HandleExistsError,
    HandleNotFoundError,
    PermanentHandleError,
    TransientHandleError,
)
from b2share_pids.handles import Credentials, HandleClient, HandleServer, HandleValue

VALUES = (HandleValue(1, "URL", "https://127.0.0.1/a"), HandleValue(2, "NOTE", "ä/%?#"))


@pytest.fixture(scope="module")
def server(handle_server):
    credentials = Credentials(handle_server.user, handle_server.password)
    admin = f"200:0.NA/{handle_server.prefix}"
    return HandleServer(handle_server.url, credentials, admin, None, 1.0, 0.5)


@pytest.fixture(scope="module")
def client(server):
    with HandleClient(server) as opened:
        yield opened


def stored(server, handle):
    path = requests.utils.quote(handle, safe="/")
    return requests.get(f"{server.url}/api/handles/{path}", timeout=5).json()


def test_created_handle_is_read_back_and_has_its_administrator(client, handle_server):
    client.create("21.T12345/new", VALUES)
    assert client.read("21.T12345/new") == VALUES
    admin = stored(handle_server, "21.T12345/new")["values"][-1]
    assert (admin["index"], admin["type"]) == (100, "HS_ADMIN")
    assert admin["data"]["format"] == "admin"
    expected = {"handle": "0.NA/21.T12345", "index": 200, "permissions": "011111110011"}
    assert admin["data"]["value"] == expected


@pytest.mark.parametrize("suffix", ["a?b", "a b", "a/b", "a#b", "a%2Fb", "ä", "a?overwrite=true"])
def test_suffix_with_special_characters_is_created_once(suffix, client, handle_server):
    """A suffix with ``?`` must not swallow ``overwrite=false``."""
    handle = f"21.T12345/{suffix}"
    client.create(handle, VALUES)
    assert handle in handle_server.handles()
    with pytest.raises(HandleExistsError):
        client.create(handle, (HandleValue(1, "URL", "https://127.0.0.1/b"),))
    assert client.read(handle) == VALUES


def test_existing_handle_is_never_overwritten_by_create(client):
    client.create("21.T12345/twice", VALUES)
    with pytest.raises(HandleExistsError) as caught:
        client.create("21.T12345/twice", (HandleValue(1, "URL", "https://127.0.0.1/b"),))
    error = caught.value
    assert (error.handle, error.status, error.response_code) == ("21.T12345/twice", 409, 101)
    assert client.read("21.T12345/twice") == VALUES


def test_update_replaces_its_values_alone(client, handle_server):
    client.create("21.T12345/change", VALUES)
    client.update("21.T12345/change", (HandleValue(1, "URL", "https://127.0.0.1/b"),))
    assert client.read("21.T12345/change") == (
        HandleValue(1, "URL", "https://127.0.0.1/b"),
        VALUES[1],
    )
    assert len(stored(handle_server, "21.T12345/change")["values"]) == 3


def test_unknown_handle_is_not_found(client):
    with pytest.raises(HandleNotFoundError):
        client.read("21.T12345/nowhere")


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (500, 2, TransientHandleError),
        (200, 2, TransientHandleError),
        (502, None, TransientHandleError),
        (503, None, TransientHandleError),
        (429, None, TransientHandleError),
        (408, None, TransientHandleError),
        (201, None, TransientHandleError),
        (200, 100, TransientHandleError),
        (404, 100, HandleNotFoundError),
        (409, 101, HandleExistsError),
        (400, 102, PermanentHandleError),
        (400, 200, PermanentHandleError),
        (409, 201, PermanentHandleError),
        (400, 202, PermanentHandleError),
        (400, 301, PermanentHandleError),
        (401, 402, PermanentHandleError),
        (403, 400, PermanentHandleError),
        (403, 401, PermanentHandleError),
        (403, 403, PermanentHandleError),
        (403, 406, PermanentHandleError),
        (302, None, PermanentHandleError),
        (404, None, PermanentHandleError),
    ],
)
def test_response_code_table(status, code, expected, client, handle_server):
    with handle_server.fault("status", status=status, code=code), pytest.raises(expected) as caught:
        client.create("21.T12345/codes", VALUES)
    assert (caught.value.status, caught.value.response_code) == (status, code)
    assert "21.T12345/codes" not in handle_server.handles()


def test_values_not_found_on_reading_is_an_empty_handle(client, handle_server):
    with handle_server.fault("status", status=200, code=200):
        assert client.read("21.T12345/empty") == ()


@pytest.mark.parametrize("body", ["", "<html>ok</html>", '{"responseCode": 1', "[" * 100_000, "1"])
def test_success_that_cannot_be_read_is_tried_again(body, client, handle_server):
    with (
        handle_server.fault("body", status=200, body=body),
        pytest.raises(TransientHandleError),
    ):
        client.create("21.T12345/garbage", VALUES)


@pytest.mark.parametrize("mode", [{"mode": "refuse"}, {"mode": "slow", "seconds": 1.0}])
def test_no_answer_in_time_is_transient_and_says_why(mode, client, handle_server):
    with handle_server.fault(**mode), pytest.raises(TransientHandleError) as caught:
        client.create("21.T12345/slow", VALUES)
    assert str(caught.value).startswith("21.T12345/slow: PUT failed: ")
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("soon", None),
        ("\u00b2", None),
        ("9" * 400, float("inf")),
        ("Thu, 01 Jan 1970 00:00:00 GMT", -1),
    ],
)
def test_retry_after_is_handed_on(header, seconds, client, handle_server):
    fault = {"status": 503, "headers": {"Retry-After": header}}
    with (
        handle_server.fault("status", **fault),
        pytest.raises(TransientHandleError) as caught,
    ):
        client.read("21.T12345/busy")
    waited = caught.value.retry_after
    assert waited == seconds or (seconds == -1 and waited is not None and waited < 0)


def test_wrong_password_is_permanent_and_stays_secret(handle_server, server):
    wrong = Credentials(handle_server.user, "not-the-password")
    with (
        HandleClient(HandleServer(server.url, wrong, server.admin)) as client,
        pytest.raises(PermanentHandleError) as caught,
    ):
        client.create("21.T12345/locked", VALUES)
    assert (caught.value.status, caught.value.response_code) == (403, 403)
    assert "not-the-password" not in repr(wrong) + repr(client.server) + str(caught.value)


def test_other_prefix_is_permanent(client):
    with pytest.raises(PermanentHandleError) as caught:
        client.create("21.T99999/other", VALUES)
    assert caught.value.response_code == 301


def test_redirect_is_not_followed_with_the_credentials(client, handle_server):
    handle_server.log()
    fault = {"status": 302, "headers": {"Location": f"{handle_server.url}/elsewhere"}}
    with handle_server.fault("status", **fault), pytest.raises(HandleError):
        client.create("21.T12345/moved", VALUES)
    assert len(handle_server.log()) == 1


def test_environment_gets_no_say(client, handle_server, monkeypatch):
    """A proxy of the environment would see the credentials."""
    with monkeypatch.context() as patch:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            patch.setenv(name, "http://127.0.0.1:9")
        client.create("21.T12345/direct", VALUES)
    assert "21.T12345/direct" in handle_server.handles()


def test_connection_is_kept(server, handle_server):
    handle_server.log()
    with HandleClient(server) as client:
        client.create("21.T12345/kept", VALUES)
        client.read("21.T12345/kept")
    assert len({entry["client_port"] for entry in handle_server.log()}) == 1


def test_certificate_is_sent_in_place_of_a_password(server, monkeypatch):
    sent = {}

    def request(self, method, url, **arguments):
        sent.update(arguments)
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "request", request)
    credentials = Credentials(certificate="/c.pem", private_key="/k.pem")
    with (
        HandleClient(HandleServer(server.url, credentials, server.admin, ca="/ca.pem")) as client,
        pytest.raises(TransientHandleError),
    ):
        client.create("21.T12345/x", VALUES)
    assert sent["headers"]["Authorization"] == 'Handle clientCert="true"'
    assert sent["cert"] == ("/c.pem", "/k.pem")
    assert sent["verify"] == "/ca.pem"
    assert sent["timeout"] == (3.0, 10.0)
