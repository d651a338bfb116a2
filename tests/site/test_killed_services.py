# SPDX-License-Identifier: MIT
"""The site while its services are killed one by one: the others stay, the dead one comes back."""

import json
import os
import signal
import time

import pytest
import requests

from b2share_site.demo.client import Client
from tests.support.records import METADATA
from tests.support.servers import required_address

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def processes(site_home):
    return json.loads((site_home / "state" / "processes.json").read_text())


def wait_until(condition, limit=120):
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"not within {limit} s"
        time.sleep(0.5)


def answers(url):
    try:
        return requests.get(url, timeout=15).status_code == 200
    except requests.RequestException:
        return False


def works(site_url):
    pages = (f"{site_url}/", f"{site_url}/api/records?q=forest", f"{site_url}/api/communities")
    return all(answers(page) for page in pages)


@pytest.mark.parametrize("service", ["redis", "postgresql", "opensearch"])
def test_killed_service_is_started_again_and_web_recovers(service, site_url, site_home):
    before = processes(site_home)
    os.kill(before[service]["pid"], signal.SIGKILL)
    wait_until(lambda: processes(site_home).get(service, before[service]) != before[service])
    wait_until(lambda: works(site_url))
    after = processes(site_home)
    assert {name for name in before if after[name] != before[name]} == {service}


def publish_in_ecas(client):
    """Publish a small record in the community of direct publication; return its bare handle."""
    metadata = METADATA | {"title": "Published after three kills"}
    draft = client.post("/records", {"files": {"enabled": False}, "metadata": metadata})
    community = client.get("/communities/ecas")["id"]
    review = {"receiver": {"community": community}, "type": "community-submission"}
    client.put(f"/records/{draft['id']}/draft/review", review)
    client.post(f"/records/{draft['id']}/draft/actions/submit-review", {})
    identifier = client.get(f"/records/{draft['id']}")["pids"]["epic"]["identifier"]
    return identifier.removeprefix("http://hdl.handle.net/")


def test_worker_after_all_kills_still_registers_handles(site_url, people):
    handles = required_address("B2SHARE_TEST_HANDLE_URL")
    client = Client(site_url, people["member"]["email"], people["member"]["password"])
    try:
        handle = publish_in_ecas(client)
    finally:
        client.close()
    url = f"{handles}/api/handles/{handle}"
    wait_until(lambda: requests.get(url, timeout=10).status_code == 200, limit=150)
