# SPDX-License-Identifier: MIT
"""Contact e-mails and instruments as a client of the REST API sees them."""

import pytest

from b2share_extensions import wiring
from b2share_extensions.fields.base import get_field
from tests.extensions.conftest import CONTACTS, INSTRUMENTS
from tests.support.records import METADATA, refresh_indices

FIELDS = {"contact_emails": CONTACTS, "instruments": INSTRUMENTS}


@pytest.fixture(scope="module")
def app_config(app_config):
    wiring.enable(app_config)
    return app_config


@pytest.fixture(scope="module")
def person(make_user, synced, location):
    return make_user()


@pytest.fixture
def send(client, person):
    """Send JSON to a path below ``/records`` as the person; the status is part of the answer."""

    def run(method, path, body=None):
        answer = client.open(
            f"/records{path}", method=method, json=body or {}, headers=person.headers
        )
        return answer.status_code, answer.json

    return run


def body(**metadata):
    return {
        "access": {"record": "public", "files": "public"},
        "files": {"enabled": False},
        "metadata": METADATA | metadata,
    }


def assert_shown(record):
    """The one form in which our fields leave the API."""
    assert record["metadata"]["contact_emails"] == CONTACTS
    assert record["metadata"]["instruments"] == INSTRUMENTS
    assert record["custom_fields"] == {}


def errors_of(answer):
    return {error["field"]: error["messages"] for error in answer["errors"]}


def test_life_of_a_record_shows_the_fields_in_metadata(send, person):
    status, draft = send("POST", "", body(**FIELDS))
    assert status == 201
    assert "errors" not in draft
    assert_shown(draft)
    path = f"/{draft['id']}"
    assert_shown(send("PUT", f"{path}/draft", body(**FIELDS))[1])
    status, record = send("POST", f"{path}/draft/actions/publish")
    assert status == 202
    assert_shown(record)
    assert_shown(send("GET", path)[1])

    status, edited = send("POST", f"{path}/draft")
    assert status == 201
    assert_shown(edited)
    changed = edited | {"metadata": edited["metadata"] | {"instruments": []}}
    assert "instruments" not in send("PUT", f"{path}/draft", changed)[1]["metadata"]
    status, record = send("POST", f"{path}/draft/actions/publish")
    assert status == 202
    assert "instruments" not in record["metadata"]
    assert record["metadata"]["contact_emails"] == CONTACTS

    status, version = send("POST", f"{path}/versions")
    assert status == 201
    assert version["metadata"]["contact_emails"] == CONTACTS
    assert version["custom_fields"] == {}


def test_save_without_the_fields_removes_them(send):
    draft = send("POST", "", body(**FIELDS))[1]
    saved = send("PUT", f"/{draft['id']}/draft", body())[1]
    assert "instruments" not in saved["metadata"]
    assert "contact_emails" not in saved["metadata"]
    assert saved["custom_fields"] == {}


def test_search_hits_show_the_fields_in_metadata(send, client, deposit, publish, person):
    record = publish(person, deposit(person, title="Hit", **FIELDS))
    refresh_indices()
    hits = client.get("/records", query_string={"q": f"id:{record['id']}"}).json["hits"]["hits"]
    assert [hit["id"] for hit in hits] == [record["id"]]
    assert_shown(hits[0])
    mine = send("GET", f"/{record['id']}/versions")[1]["hits"]["hits"]
    assert_shown(mine[0])


def test_own_drafts_show_the_fields_in_metadata(client, deposit, person):
    draft = deposit(person, title="Mine", **FIELDS)
    refresh_indices()
    answer = client.get(
        "/user/records", query_string={"q": f"id:{draft['id']}"}, headers=person.headers
    )
    assert_shown(answer.json["hits"]["hits"][0])


def test_community_records_show_the_fields_in_metadata(
    client, deposit, publish, person, make_community
):
    community = make_community(access={"review_policy": "open"}, owner=person)
    publish(person, deposit(person, community=community.id, **FIELDS))
    refresh_indices()
    hits = client.get(f"/communities/{community.id}/records").json["hits"]["hits"]
    assert_shown(hits[0])


def test_both_forms_sent_metadata_wins(send):
    other = [{"name": "other", "pid": "other", "pid_type": "other"}]
    sent = body(instruments=INSTRUMENTS) | {
        "custom_fields": {"b2share:instruments": other, "b2share:contact_emails": CONTACTS}
    }
    assert_shown(send("POST", "", sent)[1])


def test_null_custom_fields_are_no_obstacle(send):
    assert_shown(send("POST", "", body(**FIELDS) | {"custom_fields": None})[1])


def test_instrument_of_the_rescue_client_is_stored_in_our_form(send):
    sent = [{"instrument_name": "xyz", "identifier": "10.1234/xyz", "scheme": "doi"}]
    draft = send("POST", "", body(instruments=sent))[1]
    assert "errors" not in draft
    stored = [{"name": "xyz", "pid": "10.1234/xyz", "pid_type": "doi"}]
    assert draft["metadata"]["instruments"] == stored


MISSING = ["Missing data for required field."]
EMPTY = ["Must not be empty."]
BAD_FIELDS = [
    (
        {"instruments": [*INSTRUMENTS, {"name": "xyz"}]},
        {"metadata.instruments.1.pid": MISSING, "metadata.instruments.1.pid_type": MISSING},
    ),
    (
        {"instruments": [{"name": " ", "pid": "", "pid_type": "doi"}]},
        {"metadata.instruments.0.name": EMPTY, "metadata.instruments.0.pid": EMPTY},
    ),
    (
        {"instruments": [INSTRUMENTS[0] | {"colour": "red"}]},
        {"metadata.instruments.0.colour": ["Unknown field."]},
    ),
    ({"instruments": {}}, {"metadata.instruments": ["Not a valid list."]}),
    (
        {"contact_emails": [{"contact_email": "jane.doe"}]},
        {"metadata.contact_emails.0.contact_email": ["Not a valid e-mail address."]},
    ),
    ({"contact_emails": [{}]}, {"metadata.contact_emails.0.contact_email": MISSING}),
]


@pytest.mark.parametrize(("sent", "errors"), BAD_FIELDS)
def test_save_bad_value_reports_it_and_keeps_the_rest(send, sent, errors):
    status, draft = send("POST", "", body(**(FIELDS | sent)))
    assert status == 201
    assert errors_of(draft) == errors
    assert draft["metadata"]["title"] == METADATA["title"]
    (label,) = sent
    (other,) = set(FIELDS) - {label}
    assert draft["metadata"][other] == FIELDS[other]
    status, saved = send("PUT", f"/{draft['id']}/draft", body(**(FIELDS | sent)))
    assert status == 200
    assert errors_of(saved) == errors


def test_save_error_beside_a_stock_error_reports_both(send):
    draft = send("POST", "", body(title=7, instruments=[{"name": "xyz"}]))[1]
    assert set(errors_of(draft)) == {
        "metadata.title",
        "metadata.instruments.0.pid",
        "metadata.instruments.0.pid_type",
    }


def test_publish_incomplete_instrument_is_refused_with_its_path(send):
    draft = send("POST", "", body(instruments=[{"name": "xyz"}]))[1]
    assert draft["metadata"]["instruments"] == [{"name": "xyz"}]
    status, answer = send("POST", f"/{draft['id']}/draft/actions/publish")
    assert status == 400
    assert errors_of(answer) == {
        "metadata.instruments.0.pid": MISSING,
        "metadata.instruments.0.pid_type": MISSING,
    }
    send("PUT", f"/{draft['id']}/draft", body(**FIELDS))
    assert send("POST", f"/{draft['id']}/draft/actions/publish")[0] == 202


@pytest.mark.parametrize(
    "sent",
    [
        {"metadata": None},
        {"metadata": "text"},
        {"metadata": {"instruments": INSTRUMENTS}, "custom_fields": "text"},
        {"metadata": {"instruments": None}},
        {"metadata": {"instruments": [None, "x", 3, [], {"name": {"a": 1}}]}},
    ],
)
def test_save_wrong_shapes_are_errors_of_the_client(send, sent):
    status, draft = send("POST", "", {"files": {"enabled": False}, **sent})
    assert status == 201
    assert draft["errors"]


def test_get_field_reads_every_form(app, deposit, publish, person, client):
    from invenio_access.permissions import system_identity
    from invenio_rdm_records.proxies import current_rdm_records_service as service

    record = publish(person, deposit(person, **FIELDS))
    item = service.read(system_identity, record["id"])
    assert get_field(item._record, "instruments") == INSTRUMENTS
    assert get_field(item, "instruments") == INSTRUMENTS
    assert get_field(item.to_dict(), "instruments") == INSTRUMENTS
    assert get_field(item._record.dumps(), "contact_emails") == CONTACTS
    assert get_field({"metadata": {}}, "instruments") is None
    assert get_field({}, "instruments", []) == []
