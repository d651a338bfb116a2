# SPDX-License-Identifier: MIT
"""The PIDs on the landing page, and the routes that lead there."""

import pytest
from invenio_access.permissions import system_identity
from invenio_app.factory import create_ui
from lxml import html

from tests.support.records import METADATA

create_app = create_ui


@pytest.fixture(scope="module")
def app_config(app_config):
    return app_config | {"B2SHARE_PIDS_EPIC_RESOLVER_URL": "https://handles.example.org/"}


@pytest.fixture(scope="module")
def publish_by_service(app, search, location):
    from invenio_rdm_records.proxies import current_rdm_records_service as service

    def make(access="public"):
        body = {
            "access": {"record": access, "files": access},
            "files": {"enabled": False},
            "metadata": METADATA,
        }
        draft = service.create(system_identity, body)
        return service.publish(system_identity, draft.id).to_dict()

    return make


def test_landing_page_shows_the_handle_as_a_link_and_the_record_id(publish_by_service, client):
    record = publish_by_service()
    page = html.fromstring(client.get(f"/records/{record['id']}").data)
    block = page.get_element_by_id("b2share-pids-record")
    (link,) = block.iter("a")
    epic = record["pids"]["epic"]["identifier"]
    assert link.text == epic
    assert link.get("href") == epic.replace("http://hdl.handle.net", "https://handles.example.org")
    assert next(block.iter("code")).text == record["pids"]["b2rec"]["identifier"]


@pytest.mark.parametrize("scheme", ["epic", "b2rec"])
def test_identifier_leads_to_the_landing_page(scheme, publish_by_service, client):
    record = publish_by_service()
    value = record["pids"][scheme]["identifier"]
    answer = client.get(f"/{scheme}/{value}")
    assert answer.status_code == 302
    assert answer.location.endswith(f"/records/{record['id']}")


def test_record_id_of_a_restricted_record_asks_for_access(publish_by_service, client):
    record = publish_by_service("restricted")
    answer = client.get(f"/b2rec/{record['pids']['b2rec']['identifier']}")
    assert answer.status_code == 302
    assert answer.location.startswith("/login/")
