# SPDX-License-Identifier: MIT
"""The doors to publication that the table cannot name; the others are in test_matrix.py."""

import pytest
from invenio_access.permissions import system_identity
from invenio_rdm_records.proxies import current_rdm_records_service

from b2share_access import wiring
from b2share_access.roles import ROLES
from tests.support.records import refresh_indices

STATES = {"accept": "accepted", "decline": "declined"}


@pytest.fixture(scope="module")
def app_config(app_config):
    wiring.enable(app_config)
    return app_config


@pytest.fixture(scope="module")
def closed(make_community, members, location):
    """A community that reviews everything."""
    return make_community(access={"review_policy": "closed"}, members=members)


@pytest.fixture(scope="module")
def direct(make_community, members, location):
    """A community in which every member publishes at once."""
    return make_community(access={"review_policy": "members"}, members=members)


@pytest.fixture
def submit(client, deposit):
    """Deposit a draft for a community and submit it; return the request as the answer has it."""

    def run(person, community, **body):
        draft = deposit(person, community=community.id)
        url = f"/records/{draft['id']}/draft/actions/submit-review"
        answer = client.post(url, json=body, headers=person.headers)
        assert answer.status_code == 202, answer.json
        return answer.json

    return run


@pytest.fixture
def include(client, publish, deposit, direct):
    """Publish a member's record in one community, then ask another to include it."""

    def run(person, community):
        record = publish(person, deposit(person, community=direct.id))
        url = f"/records/{record['id']}/communities"
        body = {"communities": [{"id": community.id}]}
        answer = client.post(url, json=body, headers=person.headers)
        assert answer.status_code == 200, answer.json
        return record, answer.json["processed"][0]["request"]

    return run


def test_publish_without_community_is_refused_with_the_reason(client, deposit, people, location):
    draft = deposit(people["owner"])
    url = f"/records/{draft['id']}/draft/actions/publish"
    answer = client.post(url, headers=people["owner"].headers)
    assert answer.status_code == 400
    assert answer.json["message"] == "Cannot publish without selecting a community."
    assert client.get(f"/records/{draft['id']}").status_code == 404


def test_publish_by_the_system_service_needs_no_community(deposit, people, location):
    draft = deposit(people["user"])
    record = current_rdm_records_service.publish(system_identity, draft["id"])
    assert record["is_published"]


def test_last_community_cannot_be_removed_from_a_published_record(
    client, deposit, publish, people, direct
):
    record = publish(people["reader"], deposit(people["reader"], community=direct.id))
    url = f"/records/{record['id']}/communities"
    body = {"communities": [{"id": direct.id}]}
    answer = client.delete(url, json=body, headers=people["reader"].headers)
    assert answer.status_code == 400, answer.json
    shown = client.get(f"/records/{record['id']}", headers=people["reader"].headers).json
    assert shown["parent"]["communities"]["ids"] == [direct.id]


def test_outsider_in_an_open_direct_community_goes_to_review(submit, people, direct):
    assert submit(people["user"], direct)["status"] == "submitted"


def test_member_may_ask_for_a_review_in_a_direct_community(submit, people, direct):
    assert submit(people["reader"], direct, require_review=True)["status"] == "submitted"


def test_cards_tell_a_member_that_publication_is_direct(client, people, direct, closed):
    accept = {"Accept": "application/vnd.inveniordm.v1+json"}
    shown = {}
    for name in ("user", "reader"):
        headers = people[name].headers | accept
        hits = client.get("/communities?size=50", headers=headers).json["hits"]["hits"]
        shown[name] = {hit["id"]: hit["ui"]["permissions"]["can_include_directly"] for hit in hits}
    assert shown["reader"] == {direct.id: True, closed.id: False}
    assert shown["user"] == {direct.id: False, closed.id: False}


@pytest.mark.parametrize("role", ROLES)
def test_requests_of_the_community_are_listed_for_its_reviewers(
    client, submit, people, closed, role
):
    request = submit(people["user"], closed)
    refresh_indices()
    found = client.get("/requests/?size=100", headers=people[role].headers).json["hits"]["hits"]
    assert (request["id"] in {hit["id"] for hit in found}) == (role != "reader")


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_admin_decides_on_the_inclusion_of_a_published_record(
    client, include, people, closed, decision
):
    record, request = include(people["reader"], closed)
    admin = people["admin"].headers
    assert client.get(f"/requests/{request['id']}", headers=admin).status_code == 200
    done = client.post(f"/requests/{request['id']}/actions/{decision}", json={}, headers=admin)
    assert (done.status_code, done.json["status"]) == (200, STATES[decision])
    shown = client.get(f"/records/{record['id']}", headers=admin).json
    assert (closed.id in shown["parent"]["communities"]["ids"]) == (decision == "accept")


@pytest.mark.parametrize("subject", ["user", "reader"])
def test_others_do_not_decide_on_an_inclusion(client, include, people, closed, subject):
    _, request = include(people["curator"], closed)
    headers = people[subject].headers
    done = client.post(f"/requests/{request['id']}/actions/accept", json={}, headers=headers)
    assert done.status_code == 403
    unchanged = client.get(f"/requests/{request['id']}", headers=people["curator"].headers)
    assert unchanged.json["status"] == "submitted"
