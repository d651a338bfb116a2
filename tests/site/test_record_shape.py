# SPDX-License-Identifier: MIT
"""The record of the v3 documentation, deposited, published and read by a client of the site.

Everything that a client may rely on is named here; where a test says "stock", v13 decides.
"""

import copy
import hashlib
import json
import re
import secrets
from collections import namedtuple

import pytest
import requests

from b2share_site.demo.errors import RefusedError
from tests.site.conftest import wait_for
from tests.support.servers import required_address

INSTRUMENTS = [{"name": "xyz", "pid": "10.1234/instrument-xyz", "pid_type": "doi"}]
CONTACTS = [{"contact_email": "jane.doe@example.org"}]
EXAMPLE = {
    "title": "Sample Forest Dataset",
    "resource_type": {"id": "dataset"},
    "publication_date": "2025-11-10",
    "publisher": "B2SHARE",
    "description": "<p>Diameter and height of two trees.</p>",
    "creators": [
        {
            "person_or_org": {
                "type": "personal",
                "name": "Doe, Jane",
                "given_name": "Jane",
                "family_name": "Doe",
            },
            "affiliations": [{"name": "Forest Research Station Northhaven"}],
        }
    ],
    "subjects": [{"subject": "Ecology"}],
    "contact_emails": CONTACTS,
    "instruments": INSTRUMENTS,
}
KEY = "tall trees.csv"
CONTENT = b"tree,height\n1,20\n2,31\n"

HANDLE = re.compile(
    r"http://hdl\.handle\.net/(21\.T12345/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)
NO_USAGE = {"views": 0, "unique_views": 0, "downloads": 0, "unique_downloads": 0, "data_volume": 0}

Deposit = namedtuple("Deposit", "word draft record")


def send_file(client, path):
    client.post(f"{path}/files", [{"key": KEY}])
    address = f"{path}/files/{requests.utils.quote(KEY)}"
    client.upload(f"{address}/content", CONTENT)
    client.post(f"{address}/commit")


@pytest.fixture(scope="module")
def deposit(member):
    """The example under a title and an instrument of this run, published in ECAS directly."""
    word = f"w{secrets.token_hex(6)}"
    instruments = [INSTRUMENTS[0] | {"name": f"rangefinder {word}"}]
    metadata = EXAMPLE | {"title": f"Sample Forest Dataset {word}", "instruments": instruments}
    draft = member.post("/records", {"files": {"enabled": True}, "metadata": metadata})
    path = f"/records/{draft['id']}/draft"
    send_file(member, path)
    receiver = {"community": member.get("/communities/ecas")["id"]}
    member.put(f"{path}/review", {"receiver": receiver, "type": "community-submission"})
    request = member.post(f"{path}/actions/submit-review")
    assert request["status"] == "accepted"
    return Deposit(word, draft, member.get(f"/records/{draft['id']}"))


@pytest.fixture(scope="module")
def record(deposit):
    return deposit.record


@pytest.fixture(scope="module")
def public_record(api, record):
    """What somebody without a token reads."""
    return api.get(f"/records/{record['id']}").json()


@pytest.fixture(scope="module")
def landing_page(site_url, record):
    return f"{site_url}/records/{record['id']}"


def find(api, query):
    answer = api.get("/records", params={"q": query})
    assert answer.status_code == 200, answer.text
    return answer.json()["hits"]["hits"]


def test_draft_is_public_for_record_and_files_unless_the_client_says_otherwise(deposit):
    access = deposit.draft["access"]
    assert (access["record"], access["files"]) == ("public", "public")
    assert access["embargo"] == {"active": False, "reason": None}
    assert "errors" not in deposit.draft


def test_pids_have_one_form(record):
    pids = record["pids"]
    assert set(pids) == {"epic", "b2rec", "oai"}
    assert set(pids["epic"]) == {"identifier", "provider"}
    assert HANDLE.fullmatch(pids["epic"]["identifier"])
    assert pids["epic"]["provider"] == "epic"
    assert set(pids["b2rec"]) == {"identifier", "provider"}
    assert re.fullmatch("[0-9a-f]{32}", pids["b2rec"]["identifier"])
    assert pids["b2rec"]["provider"] == "b2rec"
    assert pids["oai"]["provider"] == "oai"
    assert pids["oai"]["identifier"].startswith("oai:")
    assert pids["oai"]["identifier"].endswith(f":{record['id']}")


def test_metadata_is_what_was_sent(deposit):
    sent = EXAMPLE | {
        "title": f"Sample Forest Dataset {deposit.word}",
        "instruments": [INSTRUMENTS[0] | {"name": f"rangefinder {deposit.word}"}],
    }
    metadata = dict(deposit.record["metadata"])
    assert metadata.pop("resource_type")["id"] == sent.pop("resource_type")["id"]
    assert metadata == sent
    assert deposit.record["custom_fields"] == {}


def test_file_entry_says_what_the_bytes_are_and_where(api, record):
    files = record["files"]
    assert files["count"] == 1
    assert files["total_bytes"] == len(CONTENT)
    assert set(files["entries"]) == {KEY}
    entry = files["entries"][KEY]
    assert entry["size"] == len(CONTENT)
    assert entry["checksum"] == f"md5:{hashlib.md5(CONTENT).hexdigest()}"  # noqa: S324
    assert entry["mimetype"] == "text/csv"
    assert entry["access"] == {"hidden": False}
    path = f"/records/{record['id']}/files/tall%20trees.csv/content"
    assert entry["links"]["content"].endswith(f"/api{path}")
    answer = requests.get(entry["links"]["content"], timeout=30)
    assert answer.status_code == 200
    assert answer.content == CONTENT


def test_community_entry_carries_slug_metadata_and_access(member, record):
    communities = record["parent"]["communities"]
    community = member.get("/communities/ecas")
    (entry,) = communities["entries"]
    assert communities["ids"] == [community["id"]]
    assert communities["default"] == community["id"]
    assert entry["id"] == community["id"]
    assert entry["slug"] == "ecas"
    assert entry["metadata"]["title"] == "ECAS"
    assert entry["metadata"]["description"] == community["metadata"]["description"]
    assert entry["access"] == community["access"]
    assert entry["access"]["review_policy"] == "members"


def test_owner_access_versions_and_statistics(member, record):
    owner = record["parent"]["access"]["owned_by"]
    assert set(owner) == {"user"}
    assert member.get(f"/users/{owner['user']}")["profile"]["full_name"] == "Aino Niemi"
    access = {"record": "public", "files": "public", "status": "open"}
    assert record["access"] == access | {"embargo": {"active": False, "reason": None}}
    assert record["versions"]["index"] == 1
    assert record["versions"]["is_latest"] is True
    assert record["stats"] == {"this_version": NO_USAGE, "all_versions": NO_USAGE}
    assert record["is_published"] is True
    assert record["is_draft"] is False


def test_everybody_reads_the_same_record_without_what_belongs_to_the_owner(
    record, public_record, people
):
    assert "errors" not in public_record
    assert people["member"]["email"] not in json.dumps(public_record)
    shown, mine = copy.deepcopy(public_record), copy.deepcopy(record)
    # Stock shows who was given access, by which links, and the state of drafts, to editors only.
    assert mine["parent"]["access"].pop("grants") == []
    assert mine["parent"]["access"].pop("links") == []
    assert mine["versions"].pop("is_latest_draft") is True
    assert shown == mine


@pytest.mark.parametrize(
    "query",
    [
        "metadata.instruments.name:{word}",
        'metadata.instruments.name:"rangefinder {word}"',
        "metadata.title:{word}",
        "{word}",
    ],
)
def test_search_finds_the_record_in_the_same_shape(query, api, deposit, public_record):
    (hit,) = wait_for(lambda: find(api, query.format(word=deposit.word)), "hit")
    assert hit["id"] == deposit.record["id"]
    assert set(hit) == set(public_record)
    for part in ("pids", "metadata", "access", "versions", "custom_fields"):
        assert hit[part] == public_record[part], part
    assert hit["parent"]["access"] == public_record["parent"]["access"]
    (entry,) = hit["parent"]["communities"]["entries"]
    assert entry["slug"] == "ecas"
    assert {"id", "metadata", "access"} <= set(entry)
    file = dict(public_record["files"]["entries"][KEY])
    # Stock leaves these two out of hits.
    del file["links"], file["storage_class"]
    assert hit["files"]["entries"][KEY] == file


def test_handle_leads_to_the_landing_page_and_carries_the_eudat_profile(record, landing_page):
    server = required_address("B2SHARE_TEST_HANDLE_URL")
    handle = HANDLE.fullmatch(record["pids"]["epic"]["identifier"]).group(1)

    def registered():
        answer = requests.get(f"{server}/api/handles/{handle}", timeout=10)
        return answer.json() if answer.status_code == 200 else None

    found = wait_for(registered, f"handle {handle}", limit=90)
    assert found["handle"] == handle
    values = {value["type"]: value["data"]["value"] for value in found["values"]}
    assert values.pop("HS_ADMIN")
    assert values == {
        "URL": landing_page,
        "EUDAT/FIXED_CONTENT": "False",
        "EUDAT/PROFILE_VERSION": "1",
    }
    answer = requests.get(f"{server}/{handle}", timeout=10, allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"] == landing_page
    assert requests.get(landing_page, timeout=30).status_code == 200


@pytest.mark.parametrize("scheme", ["b2rec", "epic"])
def test_identifier_leads_to_the_landing_page(scheme, site_url, record, landing_page):
    value = record["pids"][scheme]["identifier"]
    answer = requests.get(f"{site_url}/{scheme}/{value}", timeout=30, allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"] == landing_page


def test_new_version_has_the_next_index_and_pids_of_its_own(member, record):
    draft = member.post(f"/records/{record['id']}/versions")
    path = f"/records/{draft['id']}"
    assert draft["metadata"]["instruments"] == record["metadata"]["instruments"]
    assert draft["metadata"]["contact_emails"] == CONTACTS
    assert draft["pids"] == {}
    send_file(member, f"{path}/draft")
    metadata = {**draft["metadata"], "publication_date": "2025-11-11"}
    member.put(f"{path}/draft", draft | {"metadata": metadata, "files": {"enabled": True}})
    member.post(f"{path}/draft/actions/publish")

    second, first = member.get(path), member.get(f"/records/{record['id']}")
    assert (second["versions"]["index"], second["versions"]["is_latest"]) == (2, True)
    assert (first["versions"]["index"], first["versions"]["is_latest"]) == (1, False)
    assert set(second["pids"]) == set(first["pids"])
    for scheme, pid in second["pids"].items():
        assert pid["identifier"] != first["pids"][scheme]["identifier"]
        assert first["pids"][scheme] == record["pids"][scheme]
    assert second["parent"]["id"] == first["parent"]["id"]
    assert second["parent"]["communities"]["ids"] == record["parent"]["communities"]["ids"]


WRONG = {"instruments": [{"name": "xyz"}], "contact_emails": [{"contact_email": "jane.doe"}]}
MISSING = ["Missing data for required field."]
ERRORS = {
    "metadata.instruments.0.pid": MISSING,
    "metadata.instruments.0.pid_type": MISSING,
    "metadata.contact_emails.0.contact_email": ["Not a valid e-mail address."],
}


@pytest.fixture
def spoilt_draft(member):
    """A draft with an instrument that has a name alone, and a contact that is no address."""
    body = {"files": {"enabled": False}, "metadata": EXAMPLE | WRONG}
    draft = member.post("/records", body)
    yield draft
    member.delete(f"/records/{draft['id']}/draft")


def test_errors_name_the_field_as_the_client_sent_it(member, spoilt_draft):
    path = f"/records/{spoilt_draft['id']}/draft"
    body = {"files": {"enabled": False}, "metadata": EXAMPLE | WRONG}
    for answer in (spoilt_draft, member.put(path, body)):
        assert {error["field"]: error["messages"] for error in answer["errors"]} == ERRORS
        assert answer["metadata"]["title"] == EXAMPLE["title"]

    receiver = {"community": member.get("/communities/ecas")["id"]}
    member.put(f"{path}/review", {"receiver": receiver, "type": "community-submission"})
    with pytest.raises(RefusedError) as caught:
        member.post(f"{path}/actions/submit-review")
    assert caught.value.status == 400
    # A value that is no e-mail address is not kept in a draft, an incomplete instrument is.
    for field in ("metadata.instruments.0.pid", "metadata.instruments.0.pid_type"):
        assert f'"{field}"' in str(caught.value)
