# SPDX-License-Identifier: MIT
"""The search indices: what is found by which words, and that no write is ever refused."""

import pytest
from opensearchpy.client.indices import IndicesClient

from b2share_extensions import wiring
from b2share_extensions.errors import FieldLimitError, MappingRefusedError
from tests.extensions.conftest import CONTACTS, INSTRUMENTS
from tests.support.records import METADATA, refresh_indices

RECORDS = "rdmrecords-records-record-v7.0.0"
DRAFTS = "rdmrecords-drafts-draft-v6.0.0"


@pytest.fixture(scope="module")
def app_config(app_config):
    wiring.enable(app_config)
    return app_config


@pytest.fixture(scope="module")
def person(make_user, synced, location):
    return make_user()


@pytest.fixture(scope="module")
def records(app, person):
    """One record with instrument and contact, one without."""
    client = app.test_client()
    fields = {"instruments": INSTRUMENTS, "contact_emails": CONTACTS}
    found = {}
    for name, metadata in (("full", fields), ("bare", {})):
        sent = {"metadata": METADATA | metadata, "files": {"enabled": False}}
        draft = client.post("/records", json=sent, headers=person.headers).json
        url = f"/records/{draft['id']}/draft/actions/publish"
        assert client.post(url, headers=person.headers).status_code == 202
        found[name] = draft["id"]
    return found


@pytest.fixture
def calls(monkeypatch):
    """Names of the calls that change an index."""
    seen = []
    for name in ("put_mapping", "put_settings", "create", "delete"):
        stock = getattr(IndicesClient, name)

        def spy(self, *args, _name=name, _stock=stock, **kwargs):
            seen.append(_name)
            return _stock(self, *args, **kwargs)

        monkeypatch.setattr(IndicesClient, name, spy)
    return seen


def index_name(name):
    from invenio_search.utils import build_alias_name

    return build_alias_name(name)


def state(name):
    from invenio_search import current_search_client

    (found,) = current_search_client.indices.get(index=index_name(name)).values()
    return found


@pytest.mark.parametrize(
    "query",
    [
        "metadata.instruments.name:sonde",
        'metadata.instruments.name:"ozone sonde"',
        "metadata.instruments.name:sond*",
        "metadata.instruments.name:sonda~1",
        "metadata.instruments.name:(sonde AND NOT balloon)",
        'metadata.instruments.name_keyword:"Ozone sonde 7"',
        'metadata.instruments.pid:"10.1234/sonde-7"',
        "metadata.instruments.pid_type:doi",
        "metadata.contact_emails.contact_email:jane.doe@example.org",
        "_exists_:metadata.instruments",
        "_exists_:metadata.instruments.pid",
        "_exists_:metadata.contact_emails",
        "custom_fields.b2share\\:instruments.name:sonde",
        "custom_fields.b2share\\:instruments.name:/son.*/",
        "sonde",
        '"ozone sonde"',
        "forest AND sonde",
    ],
)
def test_search_by_api_names_and_plain_words_finds_the_record(records, find, query):
    assert find(query) == {records["full"]}


@pytest.mark.parametrize(
    "query",
    [
        "metadata.instruments.name:balloon",
        "metadata.instruments.pid:10.1234",
        "metadata.instruments.nothing:sonde",
        "metadata.instruments.name:/son.*/",
        "balloon",
    ],
)
def test_search_by_what_is_not_there_finds_nothing(records, find, query):
    """Regular expressions do not follow an alias in OpenSearch 2.17: the documented limit."""
    assert find(query) == set()


def test_search_stock_fields_still_found_by_plain_words(records, find):
    assert find("forest") == set(records.values())


def test_sync_second_run_writes_nothing(synced, calls):
    from b2share_extensions.index.sync import differences, sync

    assert sync() == {"changed": [], "reindexed": 0}
    assert differences() == []
    assert calls == []


def test_sync_types_the_records_index_only(synced):
    typed = state(RECORDS)["mappings"]["properties"]
    instruments = typed["custom_fields"]["properties"]["b2share:instruments"]
    assert instruments["dynamic"] == "false"
    assert instruments["properties"]["pid"]["type"] == "keyword"
    assert typed["metadata"]["properties"]["instruments"]["properties"]["name"] == {
        "type": "alias",
        "path": "custom_fields.b2share:instruments.name",
    }
    drafts = state(DRAFTS)["mappings"]["properties"]
    assert drafts["custom_fields"]["properties"]["b2share:instruments"] == {
        "type": "object",
        "dynamic": "false",
    }
    assert "instruments" not in drafts["metadata"]["properties"]


def test_sync_keeps_the_notes_and_default_fields_of_others(synced, calls):
    from invenio_search import current_search_client

    from b2share_extensions.index.sync import sync

    name = index_name(RECORDS)
    meta = state(RECORDS)["mappings"]["_meta"]
    note = {"other": 1, "b2share": meta["b2share"] | {"base": "older", "clarin": 2}}
    current_search_client.indices.put_mapping(index=name, body={"_meta": note})
    body = {"index.query.default_field": ["id", "metadata.title"]}
    current_search_client.indices.put_settings(index=name, body=body)
    (changed,) = sync()["changed"]
    assert changed.startswith(name)
    found = state(RECORDS)
    assert found["mappings"]["_meta"] == {"other": 1, "b2share": meta["b2share"] | {"clarin": 2}}
    assert found["settings"]["index"]["query"]["default_field"] == [
        "id",
        "metadata.title",
        "custom_fields.b2share:fulltext",
    ]


def test_init_of_stock_custom_fields_after_sync_changes_nothing(synced, init_fields):
    before = state(RECORDS)["mappings"]
    init_fields()
    assert state(RECORDS)["mappings"] == before


def test_sync_maximum_too_small_is_refused_before_any_write(app, synced, monkeypatch, calls):
    from b2share_extensions.index import sync as module

    monkeypatch.setitem(app.config, "B2SHARE_EXTENSIONS_MAX_FIELDS", 10)
    monkeypatch.setattr(module.LiveIndex, "has_mapping", False)
    monkeypatch.setattr(module.LiveIndex, "field_limit", 10)
    with pytest.raises(FieldLimitError) as caught:
        module.sync()
    assert caught.value.maximum == 10
    assert caught.value.needed > 400
    assert calls == []


BAD_VALUES = [
    None,
    "text",
    3.5,
    {"name": "not in a list"},
    [["nested"]],
    [{"name": {"deep": ["x"]}, "pid": 7, "pid_type": True}],
    [{"name": "x" * 40_000, "pid": "é" * 40_000, "pid_type": "doi"}],
]


@pytest.mark.parametrize("value", BAD_VALUES)
def test_bad_value_in_a_draft_never_fails_indexing(client, person, value, synced):
    sent = {"metadata": METADATA | {"instruments": value}, "files": {"enabled": False}}
    draft = client.post("/records", json=sent, headers=person.headers)
    assert draft.status_code == 201, draft.json
    url = f"/records/{draft.json['id']}/draft"
    assert client.put(url, json=sent, headers=person.headers).status_code == 200
    refresh_indices()
    query = {"q": f"id:{draft.json['id']}"}
    mine = client.get("/user/records", query_string=query, headers=person.headers).json
    assert mine["hits"]["total"] == 1


def test_longest_values_are_published_and_indexed(client, person, find, synced):
    value = [{"name": f"{'x' * 40_000} zeppelin", "pid": "é" * 40_000, "pid_type": "doi"}]
    metadata = METADATA | {"title": "Airship", "instruments": value}
    sent = {"metadata": metadata, "files": {"enabled": False}}
    draft = client.post("/records", json=sent, headers=person.headers).json
    url = f"/records/{draft['id']}/draft/actions/publish"
    assert client.post(url, headers=person.headers).status_code == 202
    assert find("metadata.instruments.name:zeppelin") == {draft["id"]}


def test_reindexing_goes_on_until_the_queue_is_empty(records, monkeypatch):
    from invenio_indexer.api import RecordIndexer
    from invenio_rdm_records.proxies import current_rdm_records_service as service

    from b2share_extensions.index.sync import reindex_stored_records

    take = RecordIndexer.process_bulk_queue
    take(service.indexer)
    bare = str(service.record_cls.pid.resolve(records["bare"]).id)
    service.indexer.bulk_index([bare, bare])
    one = {"bulk_index_max_items": 1}
    monkeypatch.setattr(RecordIndexer, "process_bulk_queue", lambda self: take(self, **one))
    assert reindex_stored_records() > 0
    assert take(service.indexer) == (0, 0)


def levels(found):
    return [entry["level"] for entry in found]


def test_check_and_upgrade_step_follow_the_indices(app, records, find, init_fields):
    """Indices destroyed, made anew and filled before ``sync`` ran: nothing is lost for good."""
    from invenio_access.permissions import system_identity
    from invenio_rdm_records.proxies import current_rdm_records_service as service
    from invenio_search import current_search

    from b2share_extensions import checks
    from b2share_extensions.upgrade import SYNC

    assert levels(checks.index()) == ["ok"]
    assert not SYNC.pending()
    list(current_search.delete(ignore=[404]))
    assert levels(checks.index()) == ["error"]
    assert SYNC.pending()

    list(current_search.create())
    init_fields()
    service.rebuild_index(system_identity)
    service.indexer.process_bulk_queue()
    assert find("forest") == set(records.values())
    assert find("metadata.instruments.name:sonde") == set()
    assert levels(checks.index()) == ["error", "error", "error"]
    assert SYNC.pending()

    assert SYNC.run().endswith("indexed 2 records again")
    assert find("metadata.instruments.name:sonde") == {records["full"]}
    assert levels(checks.index()) == ["ok"]
    assert not SYNC.pending()

    service.edit(system_identity, records["full"])
    service.publish(system_identity, records["full"])
    assert find("metadata.instruments.name:sonde") == {records["full"]}


def test_sync_type_guessed_before_is_refused_with_what_to_do(app, records):
    from invenio_search import current_search, current_search_client

    from b2share_extensions.index.sync import sync

    list(current_search.delete(ignore=[404]))
    list(current_search.create())
    guessed = {"custom_fields": {"b2share:instruments": [{"pid": "10.1234/x"}]}}
    current_search_client.index(index=index_name(RECORDS), body=guessed, refresh=True)
    with pytest.raises(MappingRefusedError, match="b2share schemas sync") as caught:
        sync()
    assert "b2share:instruments.pid" in caught.value.reason


def test_not_enabled_check_and_step_are_silent_and_sync_refuses(app, monkeypatch):
    from b2share_extensions import checks
    from b2share_extensions.errors import NotEnabledError
    from b2share_extensions.index.sync import sync
    from b2share_extensions.upgrade import SYNC

    monkeypatch.setitem(app.config, "B2SHARE_EXTENSIONS_ENABLED", False)
    assert list(checks.index()) == []
    assert not SYNC.pending()
    with pytest.raises(NotEnabledError):
        sync()
