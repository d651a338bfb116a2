# SPDX-License-Identifier: MIT
"""The stand-in handle server itself, by plain HTTP."""

import requests

from tests.support.handle_server import LABEL


def put(server, handle, body, **query):
    url = f"{server.url}/api/handles/{handle}"
    user = requests.utils.quote(server.user, safe="/")
    auth = (user.encode(), requests.utils.quote(server.password).encode())
    return requests.put(url, json=body, params=query, auth=auth, timeout=5)


def test_handles_survive_a_restart_and_keep_the_address(handle_server):
    value = {"index": 1, "type": "URL", "data": "https://127.0.0.1/a"}
    assert put(handle_server, "21.T12345/a", value).status_code == 201
    before = handle_server.url
    handle_server.stop()
    handle_server.start()
    assert handle_server.url == before
    assert handle_server.handles()["21.T12345/a"] == {"URL": "https://127.0.0.1/a"}


def test_handle_resolves_and_says_that_this_is_a_stand_in(handle_server):
    value = {"index": 1, "type": "URL", "data": "https://127.0.0.1/<b>"}
    put(handle_server, "21.T12345/b", [value])
    url = f"{handle_server.url}/21.T12345/b"
    answer = requests.get(url, allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://127.0.0.1/<b>")
    page = requests.get(f"{url}?noredirect", timeout=5)
    assert LABEL in page.text
    assert "&lt;b&gt;" in page.text
    missing = requests.get(f"{handle_server.url}/21.T12345/none", timeout=5)
    assert missing.status_code == 404
    assert LABEL in missing.text


def test_handles_of_a_prefix_are_listed_for_the_user_alone(handle_server):
    for suffix in "xyz":
        put(handle_server, f"21.T12345/{suffix}", {"index": 1, "type": "URL", "data": "u"})
    url = f"{handle_server.url}/api/handles"
    assert requests.get(url, params={"prefix": "21.T12345"}, timeout=5).status_code == 401
    user = requests.utils.quote(handle_server.user, safe="/")
    auth = (user.encode(), requests.utils.quote(handle_server.password).encode())
    query = {"prefix": "21.T12345", "page": 1, "pageSize": 2}
    answer = requests.get(url, params=query, auth=auth, timeout=5).json()
    assert answer["responseCode"] == 1
    assert int(answer["totalCount"]) == len(handle_server.handles())
    assert answer["handles"] == sorted(handle_server.handles())[2:4]


def test_values_are_chosen_replaced_and_refused_by_index(handle_server):
    values = [{"index": i, "type": t, "data": t} for i, t in ((1, "URL"), (2, "A"))]
    put(handle_server, "21.T12345/v", {"values": values})
    new = {"index": 2, "type": "A", "data": "new"}
    assert put(handle_server, "21.T12345/v", new, index=2, overwrite="false").status_code == 409
    assert put(handle_server, "21.T12345/v", new, index=1).json()["responseCode"] == 202
    assert put(handle_server, "21.T12345/v", new, index="various").status_code == 200
    assert handle_server.handles()["21.T12345/v"] == {"URL": "URL", "A": "new"}
    url = f"{handle_server.url}/api/handles/21.T12345/v"
    (value,) = requests.get(url, params={"type": "A"}, timeout=5).json()["values"]
    assert value["data"] == {"format": "string", "value": "new"}
    nothing = requests.get(url, params={"index": 9}, timeout=5)
    assert (nothing.status_code, nothing.json()["responseCode"]) == (200, 200)


def test_fault_hits_the_named_methods_so_often_and_is_logged(handle_server):
    handle_server.log()
    with handle_server.fault("status", methods=["GET"], times=1, status=503):
        assert put(handle_server, "21.T12345/f", {"index": 1, "type": "URL", "data": "u"}).ok
        url = f"{handle_server.url}/api/handles/21.T12345/f"
        assert requests.get(url, timeout=5).status_code == 503
        assert requests.get(url, timeout=5).status_code == 200
    log = handle_server.log()
    assert [entry["fault"] for entry in log] == [None, "status", None]
    assert handle_server.password not in str(log)
    wrong = requests.put(f"{handle_server.url}/faults", json={"mode": "none"}, timeout=5)
    assert wrong.status_code == 400
