# SPDX-License-Identifier: MIT
"""The worker on real rows: two at once, lost answers, foreign handles, changes in between."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import requests
import sqlalchemy as sa
from invenio_pidstore.models import PersistentIdentifier, PIDStatus

from b2share_pids import ledger, worker
from b2share_pids.ledger import TABLE, Change, note
from b2share_pids.schemes import handle_of, pid_value_of


@pytest.fixture(scope="module")
def app(base_app, database):
    """An application on a database; the worker needs no index."""
    return base_app


@pytest.fixture
def later():
    return datetime.now(UTC) + timedelta(minutes=10)


@pytest.fixture
def publish_row(database, empty_ledger):
    """A record row with a reserved handle and an open ledger row, without a whole publication."""
    from invenio_rdm_records.records.models import RDMRecordMetadata

    def make(recid):
        value = pid_value_of(f"21.T12345/{uuid4()}")
        record = RDMRecordMetadata(id=uuid4(), json={"id": recid})
        database.session.add(record)
        PersistentIdentifier.create("epic", value, "epic", PIDStatus.RESERVED, "rec", record.id)
        change = Change("record", record.id, "epic", value)
        note([change])
        database.session.commit()
        return change

    return make


def landing_page(recid):
    return f"https://127.0.0.1:5000/records/{recid}"


def make_handle(server, handle, url):
    user = requests.utils.quote(server.user, safe="/")
    auth = (user.encode(), requests.utils.quote(server.password).encode())
    body = {"index": 1, "type": "URL", "data": url}
    url = f"{server.url}/api/handles/{handle}"
    requests.put(url, json=body, auth=auth, timeout=5).raise_for_status()
    server.log()


def puts(server):
    return [entry for entry in server.log() if entry["method"] == "PUT"]


def test_two_workers_at_once_send_each_handle_once(publish_row, handle_server, app, status_of):
    changes = [publish_row(f"two-{n}") for n in range(12)]
    handle_server.log()
    start = threading.Barrier(2)
    tallies = []

    def run():
        with app.app_context():
            start.wait()
            tallies.append(worker.work())

    threads = [threading.Thread(target=run) for _ in range(2)]
    with handle_server.fault("slow", seconds=0.05):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(tally.done for tally in tallies) == len(changes)
    sent = [entry["path"].removeprefix("/api/handles/") for entry in puts(handle_server)]
    assert sorted(sent) == sorted(handle_of(change.pid_value) for change in changes)
    for change in changes:
        assert status_of("epic", change.pid_value) == "REGISTERED"


def test_no_transaction_is_open_while_the_server_is_slow(publish_row, handle_server, app, database):
    publish_row("idle")
    name = database.engine.url.database
    database.session.rollback()
    seen = []

    def run():
        with app.app_context():
            worker.work()

    query = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND xact_start IS NOT NULL "
        "AND pid <> pg_backend_pid()"
    )
    with handle_server.fault("slow", seconds=0.8, methods=["PUT"]):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        with database.engine.connect() as connection:
            seen.append(connection.execute(query, {"name": name}).scalar())
        thread.join()
    assert seen == [0]


def test_lost_answer_ends_in_one_handle(publish_row, handle_server, rows, later):
    change = publish_row("lost")
    with handle_server.fault("cut", methods=["PUT"]):
        assert worker.work().retried == 1
    assert handle_of(change.pid_value) in handle_server.handles()
    handle_server.log()
    assert worker.work(later).done == 1
    assert [entry["status"] for entry in handle_server.log()] == [409, 200]


def test_killed_worker_leaves_rows_that_are_free_after_the_lease(
    publish_row, handle_server, rows, status_of
):
    change = publish_row("killed")
    lease = timedelta(minutes=5)
    (claim,) = ledger.claim("killed", 10, lease, "epic")
    assert worker.work().claimed == 0
    now = datetime.now(UTC) + timedelta(minutes=6)
    assert worker.work(now).done == 1
    assert not ledger.finish(claim)
    assert status_of("epic", change.pid_value) == "REGISTERED"


def test_foreign_handle_is_parked_and_left_alone(publish_row, handle_server, rows, status_of):
    change = publish_row("foreign")
    make_handle(handle_server, handle_of(change.pid_value), "https://elsewhere.example.org/")
    assert worker.work().parked == 1
    (row,) = rows(change.object_id)
    assert row.parked_at is not None
    assert "not ours" in row.last_error
    assert status_of("epic", change.pid_value) == "RESERVED"
    stored = handle_server.handles()[handle_of(change.pid_value)]
    assert stored == {"URL": "https://elsewhere.example.org/"}
    assert [entry["query"] for entry in puts(handle_server)] == [{"overwrite": ["false"]}]


def test_own_url_on_a_handle_that_was_never_sent_is_parked(publish_row, handle_server, rows):
    change = publish_row("early")
    make_handle(handle_server, handle_of(change.pid_value), landing_page("early"))
    assert worker.work().parked == 1


@pytest.mark.parametrize("base", ["https://127.0.0.1:5000", "https://old.example.org/"])
def test_handle_sent_before_is_ours_under_every_own_address(
    base, publish_row, handle_server, database, app, monkeypatch
):
    monkeypatch.setitem(app.config, "B2SHARE_PIDS_OWN_BASE_URLS", ["https://old.example.org/"])
    recid = f"ours-{len(base)}"
    change = publish_row(recid)
    with database.engine.begin() as connection:
        connection.execute(sa.update(TABLE).values(sent_at=sa.func.now()))
    handle = handle_of(change.pid_value)
    make_handle(handle_server, handle, f"{base.rstrip('/')}/records/{recid}")
    assert worker.work().done == 1
    assert handle_server.handles()[handle]["URL"] == landing_page(recid)


def test_server_that_stores_nothing_never_makes_a_pid_registered(
    publish_row, handle_server, status_of, rows, later
):
    change = publish_row("forgotten")
    with handle_server.fault("forget", methods=["PUT"]):
        assert worker.work().retried == 1
    assert status_of("epic", change.pid_value) == "RESERVED"
    assert worker.work(later).done == 1


def test_registered_handle_that_vanished_is_made_again(publish_row, handle_server, database):
    change = publish_row("vanished")
    worker.work()
    handle = handle_of(change.pid_value)
    user = requests.utils.quote(handle_server.user, safe="/")
    auth = (user.encode(), requests.utils.quote(handle_server.password).encode())
    requests.delete(f"{handle_server.url}/api/handles/{handle}", auth=auth, timeout=5)
    note([change])
    database.session.commit()
    assert worker.work().done == 1
    assert handle in handle_server.handles()


def test_registered_handle_with_other_values_is_corrected(publish_row, handle_server, database):
    change = publish_row("changed")
    worker.work()
    handle = handle_of(change.pid_value)
    make_handle(handle_server, handle, "https://old.example.org/records/changed")
    note([change])
    database.session.commit()
    assert worker.work().done == 1
    assert handle_server.handles()[handle]["URL"] == landing_page("changed")
    (put,) = puts(handle_server)
    assert put["query"] == {"index": ["1", "2", "3"]}


def test_change_while_the_row_is_worked_on_leaves_it_open(
    publish_row, handle_server, database, rows
):
    change = publish_row("meanwhile")
    (claim,) = ledger.claim("first", 10, timedelta(minutes=5), "epic")
    note([change])
    database.session.commit()
    assert ledger.finish(claim)
    (row,) = rows(change.object_id)
    assert (row.generation, row.done_generation) == (2, 1)
    assert worker.work().done == 1
    (row,) = rows(change.object_id)
    assert (row.generation, row.done_generation) == (2, 2)


def test_change_while_the_row_is_parked_opens_it_again(publish_row, handle_server, database, rows):
    change = publish_row("unparked")
    with handle_server.fault("status", status=403, code=403):
        assert worker.work().parked == 1
    assert worker.work().claimed == 0
    note([change])
    database.session.commit()
    assert worker.work().done == 1


def test_rolled_back_change_is_not_noted(publish_row, database, rows):
    object_id = uuid4()
    note([Change("record", object_id, "epic", pid_value_of("21.T12345/none"))])
    database.session.rollback()
    assert rows(object_id) == []


def test_row_that_fails_comes_after_fresh_ones(publish_row, handle_server, app, monkeypatch):
    monkeypatch.setitem(app.config, "B2SHARE_PIDS_WORKER_BATCH_SIZE", 2)
    monkeypatch.setitem(app.config, "B2SHARE_PIDS_RETRY_MIN", 1)
    publish_row("old-1")
    publish_row("old-2")
    with handle_server.fault("refuse"):
        worker.work()
    fresh = publish_row("fresh")
    soon = datetime.now(UTC) + timedelta(minutes=5)
    claims = ledger.claim("order", 2, timedelta(minutes=5), "epic", soon)
    assert claims[0].pid_value == fresh.pid_value


def test_back_off_doubles_with_jitter_up_to_its_limit_and_believes_the_server(app):
    seconds = [worker.back_off(attempts, None).total_seconds() for attempts in range(12)]
    for attempts, wait in enumerate(seconds):
        full = min(2**attempts, 240)
        assert full / 2 <= wait <= full
    assert worker.back_off(10**6, None).total_seconds() <= 240
    assert worker.back_off(0, 600.0).total_seconds() == 600
    assert worker.back_off(0, 10.0**9) == timedelta(days=1)
    assert worker.back_off(0, 10.0**15) == worker.back_off(0, float("inf")) == timedelta(days=1)
    assert worker.back_off(0, -5.0).total_seconds() >= 0.5


def test_job_whose_lease_is_over_is_not_sent(publish_row, handle_server, rows):
    change = publish_row("tardy")
    (claim,) = ledger.claim("tardy", 10, timedelta(minutes=5), "epic")
    (job,), _ = worker.prepare_jobs([claim])
    handle_server.log()
    with pytest.raises(worker.LeaseOverError), worker.open_client(1) as client:
        worker.work_job(client, job, deadline=0.0)
    assert handle_server.log() == []
    assert ledger.release(claim)
    (row,) = rows(change.object_id)
    assert (row.attempts, row.lease_owner) == (0, None)


def test_broken_profile_of_one_row_does_not_stop_the_others(
    publish_row, handle_server, monkeypatch, rows
):
    bad, good = publish_row("bad"), publish_row("good")
    reconcile = worker.reconcile

    def fail_once(client, job):
        if job.claim.object_id == bad.object_id:
            raise ZeroDivisionError
        reconcile(client, job)

    monkeypatch.setattr(worker, "reconcile", fail_once)
    tally = worker.work()
    assert (tally.done, tally.retried) == (1, 1)
    (row,) = rows(bad.object_id)
    assert row.last_error == "unexpected ZeroDivisionError"
    assert rows(good.object_id)[0].done_generation == 1


def test_stock_task_only_wakes_the_worker(publish_row, handle_server, status_of, monkeypatch):
    from b2share_pids import tasks
    from b2share_pids.wiring import PROVIDERS

    woken = []
    monkeypatch.setattr(tasks.work, "apply_async", lambda **options: woken.append(options))
    monkeypatch.setattr(tasks.work.app.conf, "task_always_eager", False)
    change = publish_row("woken")
    handle_server.log()
    pid = PersistentIdentifier.get("epic", change.pid_value)
    assert PROVIDERS[0].register(pid, record=None, url="https://127.0.0.1/")
    assert PROVIDERS[0].update(pid, record=None, url="https://127.0.0.1/")
    assert woken == [{"retry": False}, {"retry": False}]
    assert status_of("epic", change.pid_value) == "RESERVED"
    assert handle_server.log() == []


def test_wake_up_that_is_lost_does_no_harm(app, monkeypatch, caplog):
    from kombu.exceptions import OperationalError

    from b2share_pids import tasks

    def fail(**options):
        raise OperationalError

    monkeypatch.setattr(tasks.work, "apply_async", fail)
    monkeypatch.setattr(tasks.work.app.conf, "task_always_eager", False)
    tasks.wake()
    assert "next beat" in caplog.text


def test_commands_and_check_tell_what_is_open_and_parked(publish_row, handle_server, database):
    from b2share_pids import checks, cli

    def levels():
        return [finding["level"] for finding in checks.check_ledger()]

    def listed(*options):
        found = cli.list_pids.main(list(options), standalone_mode=False)
        return {row["pid"]: row["state"] for row in found}

    parked, late = publish_row("parked"), None
    with handle_server.fault("status", status=403, code=401):
        assert cli.work.main([], standalone_mode=False)["parked"] == 1
    late = publish_row("late")
    assert levels() == ["error"]
    old = sa.func.now() - timedelta(hours=2)
    with database.engine.begin() as connection:
        rule = TABLE.c.object_id == late.object_id
        connection.execute(sa.update(TABLE).where(rule).values(open_since=old))
    assert levels() == ["error", "warning"]
    assert listed() == {parked.pid_value: "parked", late.pid_value: "open"}
    assert listed("--failed") == {parked.pid_value: "parked"}
    note([parked])
    database.session.commit()
    assert cli.work.main([], standalone_mode=False)["done"] == 2
    assert levels() == ["ok"]
    assert listed("--open") == {}
    assert set(listed().values()) == {"done"}
