# SPDX-License-Identifier: MIT
"""From publishing to a handle on the server, over REST and with a real handle server."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from b2share_pids.ledger import TABLE
from b2share_pids.schemes import handle_of
from b2share_pids.worker import work

RESTRICTED = {"record": "restricted", "files": "restricted"}


@pytest.fixture(scope="module")
def person(make_user, search, location):
    return make_user("depositor")


@pytest.fixture
def later():
    """A time at which every failed row is due again."""
    return datetime.now(UTC) + timedelta(minutes=10)


def uuid_of(record):
    return UUID(hex=record["pids"]["b2rec"]["identifier"])


def edit(client, person, record, **changes):
    """Edit and publish again; return the record."""
    url = f"/records/{record['id']}"
    draft = client.post(f"{url}/draft", headers=person.headers).json
    body = {key: draft[key] for key in ("access", "files", "metadata", "pids")} | changes
    reply = client.put(f"{url}/draft", json=body, headers=person.headers)
    assert reply.status_code == 200, reply.json
    reply = client.post(f"{url}/draft/actions/publish", headers=person.headers)
    assert reply.status_code == 202, reply.json
    return client.get(url, headers=person.headers).json


def test_publish_gives_pids_opens_the_ledger_and_the_worker_registers(
    person, deposit, publish, handle_server, rows, status_of, empty_ledger
):
    record = publish(person, deposit(person, files={"a.txt": b"a"}))
    pids = record["pids"]
    assert set(pids) == {"epic", "b2rec", "oai"}
    assert set(pids["epic"]) == {"identifier", "provider"}
    assert pids["epic"]["provider"] == "epic"
    uuid4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    epic = pids["epic"]["identifier"]
    assert re.fullmatch(rf"http://hdl\.handle\.net/21\.T12345/{uuid4}", epic)
    assert pids["b2rec"]["provider"] == "b2rec"
    assert re.fullmatch("[0-9a-f]{32}", pids["b2rec"]["identifier"])
    assert status_of("b2rec", pids["b2rec"]["identifier"]) == "REGISTERED"
    assert status_of("epic", epic) == "RESERVED"
    (row,) = rows(uuid_of(record))
    assert (row.object_type, row.scheme, row.pid_value) == ("record", "epic", epic)
    assert (row.generation, row.done_generation, row.attempts) == (1, 0, 0)
    assert handle_server.log() == []

    assert work().done == 1

    assert handle_server.handles()[handle_of(epic)] == {
        "URL": f"https://127.0.0.1:5000/records/{record['id']}",
        "EUDAT/FIXED_CONTENT": "False",
        "EUDAT/PROFILE_VERSION": "1",
    }
    assert status_of("epic", epic) == "REGISTERED"
    (row,) = rows(uuid_of(record))
    assert (row.done_generation, row.lease_owner, row.last_error) == (1, None, None)
    put, read = handle_server.log()
    assert (put["method"], put["query"]) == ("PUT", {"overwrite": ["false"]})
    assert (read["method"], read["query"]) == ("GET", {"auth": ["true"]})
    assert work().claimed == 0


def test_server_down_publish_succeeds_and_handle_follows_after_its_return(
    person, deposit, publish, handle_server, rows, status_of, empty_ledger, later
):
    with handle_server.down():
        record = publish(person, deposit(person))
        epic = record["pids"]["epic"]["identifier"]
        assert work().retried == 1
        (row,) = rows(uuid_of(record))
        assert (row.attempts, row.parked_at, row.lease_owner) == (1, None, None)
        assert "ConnectionError" in row.last_error
        assert row.next_try > datetime.now(UTC)
        assert status_of("epic", epic) == "RESERVED"
    assert work(later - timedelta(minutes=11)).claimed == 0
    assert handle_of(epic) not in handle_server.handles()

    assert work(later).done == 1
    assert handle_of(epic) in handle_server.handles()
    assert status_of("epic", epic) == "REGISTERED"


@pytest.mark.parametrize("scheme", ["epic", "b2rec"])
@pytest.mark.parametrize("kind", ["invented", "of another record"])
def test_chosen_identifier_is_reported_and_never_published(
    scheme, kind, client, person, deposit, publish
):
    other = publish(person, deposit(person))["pids"][scheme]["identifier"]
    invented = {"epic": "http://hdl.handle.net/21.T12345/mine", "b2rec": "0" * 32}
    value = other if kind == "of another record" else invented[scheme]
    draft = deposit(person)
    url = f"/records/{draft['id']}/draft"
    body = draft | {"pids": {scheme: {"identifier": value, "provider": scheme}}}
    reply = client.put(url, json=body, headers=person.headers)
    assert f"pids.{scheme}.identifier" in [error["field"] for error in reply.json["errors"]]
    reply = client.post(f"{url}/actions/publish", headers=person.headers)
    assert reply.status_code == 400
    assert [error["field"] for error in reply.json["errors"]] == [f"pids.{scheme}.identifier"]


def test_swapped_identifier_on_edit_is_refused_and_the_old_one_stays(
    client, person, deposit, publish
):
    record = publish(person, deposit(person))
    other = publish(person, deposit(person))
    url = f"/records/{record['id']}"
    draft = client.post(f"{url}/draft", headers=person.headers).json
    client.put(f"{url}/draft", json=draft | {"pids": other["pids"]}, headers=person.headers)
    reply = client.post(f"{url}/draft/actions/publish", headers=person.headers)
    assert reply.status_code == 400
    refused = {error["field"] for error in reply.json["errors"]}
    assert {"pids.epic.identifier", "pids.b2rec.identifier"} <= refused
    assert client.get(url, headers=person.headers).json["pids"] == record["pids"]


def test_reserved_handle_of_a_draft_is_kept_by_publish(client, person, deposit, publish, rows):
    draft = deposit(person)
    for scheme in ("epic", "b2rec"):
        url = f"/records/{draft['id']}/draft/pids/{scheme}"
        reply = client.post(url, headers=person.headers)
        assert reply.status_code == 201, reply.json
    reserved = reply.json["pids"]
    record = publish(person, draft)
    assert record["pids"]["epic"] == reserved["epic"]
    assert record["pids"]["b2rec"] == reserved["b2rec"]
    assert len(rows(uuid_of(record))) == 1


def test_edit_keeps_pids_even_if_the_client_drops_them(
    client, person, deposit, publish, handle_server, rows, empty_ledger
):
    record = publish(person, deposit(person))
    work()
    handle_server.log()
    assert edit(client, person, record, pids={})["pids"] == record["pids"]
    (row,) = rows(uuid_of(record))
    assert (row.generation, row.done_generation) == (2, 1)
    assert work().done == 1
    assert [entry["method"] for entry in handle_server.log()] == ["GET"]


def test_new_version_gets_new_pids(client, person, deposit, publish, empty_ledger):
    record = publish(person, deposit(person))
    url = f"/records/{record['id']}/versions"
    draft = client.post(url, headers=person.headers).json
    metadata = record["metadata"] | {"publication_date": "2025-11-11"}
    url = f"/records/{draft['id']}/draft"
    client.put(url, json=draft | {"metadata": metadata}, headers=person.headers)
    version = publish(person, draft)
    for scheme in ("epic", "b2rec"):
        assert version["pids"][scheme]["identifier"] != record["pids"][scheme]["identifier"]
    assert work().done == 2


def test_restricted_record_has_b2rec_alone_until_it_is_public(
    client, person, deposit, publish, rows, status_of, empty_ledger
):
    draft = deposit(person, access=RESTRICTED)
    reserve = client.post(f"/records/{draft['id']}/draft/pids/epic", headers=person.headers)
    reserved = reserve.json["pids"]["epic"]["identifier"]
    record = publish(person, draft)
    assert set(record["pids"]) == {"b2rec"}
    assert status_of("b2rec", record["pids"]["b2rec"]["identifier"]) == "REGISTERED"
    assert rows(uuid_of(record)) == []

    public = edit(client, person, record, access={"record": "public", "files": "public"})
    assert set(public["pids"]) == {"b2rec", "epic", "oai"}
    assert public["pids"]["b2rec"] == record["pids"]["b2rec"]
    assert public["pids"]["epic"]["identifier"] != reserved
    assert work().done == 1


def test_record_restricted_later_keeps_its_handle(client, person, deposit, publish, empty_ledger):
    record = publish(person, deposit(person))
    assert edit(client, person, record, access=RESTRICTED)["pids"] == record["pids"]


def test_lifted_embargo_gives_the_handle(
    client, person, deposit, publish, rows, status_of, database, empty_ledger, monkeypatch
):
    import arrow
    from invenio_access.permissions import system_identity
    from invenio_rdm_records.proxies import current_rdm_records_service as service

    until = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    embargo = {"active": True, "until": until, "reason": "patent"}
    record = publish(person, deposit(person, access=RESTRICTED | {"embargo": embargo}))
    assert set(record["pids"]) == {"b2rec"}
    monkeypatch.setattr(arrow, "utcnow", lambda: arrow.get(until).shift(days=1))
    service.lift_embargo(system_identity, record["id"])
    monkeypatch.undo()
    lifted = client.get(f"/records/{record['id']}", headers=person.headers).json
    assert lifted["access"]["record"] == "public"
    assert lifted["pids"]["b2rec"] == record["pids"]["b2rec"]
    epic = lifted["pids"]["epic"]["identifier"]
    assert [row.pid_value for row in rows(uuid_of(record))] == [epic]
    assert work().done == 1
    assert status_of("epic", epic) == "REGISTERED"


def test_discarded_draft_leaves_no_reserved_pid(client, person, deposit):
    from invenio_pidstore.models import PersistentIdentifier

    draft = deposit(person)
    url = f"/records/{draft['id']}/draft"
    for scheme in ("epic", "b2rec"):
        pids = client.post(f"{url}/pids/{scheme}", headers=person.headers).json["pids"]
    assert client.delete(url, headers=person.headers).status_code == 204
    for scheme in ("epic", "b2rec"):
        value = pids[scheme]["identifier"]
        found = PersistentIdentifier.query.filter_by(pid_type=scheme, pid_value=value)
        assert found.count() == 0


def test_pid_of_a_published_record_cannot_be_discarded(client, person, deposit, publish):
    record = publish(person, deposit(person))
    url = f"/records/{record['id']}/draft"
    client.post(url, headers=person.headers)
    for scheme in ("epic", "b2rec"):
        reply = client.delete(f"{url}/pids/{scheme}", headers=person.headers)
        assert reply.status_code in {400, 403}, reply.json
    assert edit(client, person, record)["pids"] == record["pids"]


def test_failed_publish_leaves_no_row(client, person, deposit, rows, empty_ledger):
    draft = deposit(person, title="")
    url = f"/records/{draft['id']}/draft/actions/publish"
    assert client.post(url, headers=person.headers).status_code == 400
    assert rows() == []


def test_row_and_record_are_written_by_one_transaction(
    person, deposit, client, rows, empty_ledger, database, monkeypatch
):
    """What fails after the ledger was written takes the row back with it."""
    from invenio_rdm_records.services import components

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(components.ReviewComponent, "publish", fail, raising=False)
    draft = deposit(person)
    with pytest.raises(RuntimeError):
        client.post(f"/records/{draft['id']}/draft/actions/publish", headers=person.headers)
    database.session.rollback()
    assert rows() == []


def test_object_gone_is_parked(rows, database, empty_ledger):
    from uuid import uuid4

    from b2share_pids.ledger import Change, note

    object_id = uuid4()
    note([Change("record", object_id, "epic", "http://hdl.handle.net/21.T12345/gone")])
    database.session.commit()
    assert work().parked == 1
    (row,) = rows(object_id)
    assert row.parked_at is not None
    assert str(object_id) in row.last_error


def test_no_secret_in_errors_rows_and_logs(
    person, deposit, publish, handle_server, rows, app, database, empty_ledger, caplog, later
):
    from b2share_pids.settings import handle_server as server_of

    caplog.set_level("DEBUG")
    publish(person, deposit(person))
    for fault in ({"mode": "status", "status": 401, "code": 402}, {"mode": "refuse"}):
        with handle_server.fault(**fault), database.engine.begin() as connection:
            connection.execute(sa.update(TABLE).values(parked_at=None))
            connection.commit()
            work(later)
    said = caplog.text + repr(rows()) + repr(server_of(app.config))
    assert "HTTP 401, response code 402" in said
    assert handle_server.user in said
    for secret in (handle_server.password, server_of(app.config).credentials.header()):
        assert secret not in said
        assert secret.split()[-1][:20] not in said


@pytest.mark.parametrize("when", ["first publication", "edit"])
def test_publish_costs_few_statements_more(when, count_publish, app, monkeypatch, record_property):
    with_plugin = count_publish(when)
    assert any(TABLE.name in statement for statement in with_plugin)
    schemes = app.config["RDM_PERSISTENT_IDENTIFIERS"]
    stock_schemes = {name: schemes[name] for name in ("doi", "oai")}
    monkeypatch.setitem(app.config, "RDM_PERSISTENT_IDENTIFIERS", stock_schemes)
    components = app.config["RDM_RECORDS_SERVICE_COMPONENTS"][:-1]
    monkeypatch.setitem(app.config, "RDM_RECORDS_SERVICE_COMPONENTS", components)
    stock = count_publish(when)
    assert not any(TABLE.name in statement for statement in stock)
    record_property(f"statements of {when}", f"{len(stock)}, {len(with_plugin)} with the plugin")
    assert len(with_plugin) - len(stock) <= 6


@pytest.fixture
def count_publish(person, deposit, client, database, statements):
    """Publish a draft and return the data statements of the request."""

    def run(when):
        url = f"/records/{deposit(person)['id']}/draft"
        if when == "edit":
            client.post(f"{url}/actions/publish", headers=person.headers)
            client.post(url, headers=person.headers)
        # As in a new process: nothing is known from the requests before.
        database.session.expunge_all()
        with statements() as said:
            reply = client.post(f"{url}/actions/publish", headers=person.headers)
        assert reply.status_code == 202, reply.json
        return said

    return run
