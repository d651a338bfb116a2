# SPDX-License-Identifier: MIT
"""Processes that end by themselves, that are stopped, and that were left behind."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from b2share_site.services.errors import AlreadyRunningError, NotReadyError
from b2share_site.services.layout import Layout
from b2share_site.services.processes import Process, start_time, stop_leftovers
from b2share_site.services.steps import Progress
from b2share_site.services.supervisor import (
    MOST_RESTARTS,
    Supervisor,
    ended_by_signals,
    stop_site,
    supervisor_pid,
)

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path)
    layout.make_folders()
    return layout


@pytest.fixture
def supervisor(layout):
    supervisor = Supervisor(layout, Progress())
    with supervisor.lock():
        yield supervisor


def process(layout, name="sleeper", command=SLEEP, ready=lambda: True, **options):
    return Process(name, command, layout.log / f"{name}.log", ready, **options)


def wait_for(condition, limit=15):
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def watching(supervisor):
    thread = threading.Thread(target=supervisor.watch)
    thread.start()
    yield supervisor
    supervisor.ending.set()
    thread.join(10)


def test_watch_killed_process_is_started_again_and_named(layout, watching, capsys):
    watching.start_and_wait(process(layout))
    first = watching.processes["sleeper"].pid
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: watching.processes["sleeper"].pid != first)
    wait_for(lambda: "answers again" in capsys.readouterr().out)
    assert watching.restarts == {"sleeper": 1}


def test_watch_process_that_keeps_ending_is_given_up_and_others_stay(layout, watching, capsys):
    watching.start_and_wait(process(layout, "steady"))
    watching.start(process(layout, "dying", [sys.executable, "-c", "pass"], lambda: False))
    wait_for(lambda: "dying" not in watching.processes, limit=30)
    assert watching.restarts["dying"] == MOST_RESTARTS
    assert "dying ended again" in capsys.readouterr().out
    assert watching.processes["steady"].is_alive()


def test_start_process_that_ends_says_its_last_line(layout, supervisor):
    command = [sys.executable, "-c", "raise SystemExit('no space left')"]
    with pytest.raises(NotReadyError, match="it ended: no space left"):
        supervisor.start_and_wait(process(layout, "broken", command, lambda: False))


def test_start_process_that_never_answers_has_a_limit(layout, supervisor):
    with pytest.raises(NotReadyError, match="no answer within 1 s"):
        supervisor.start_and_wait(process(layout, ready=lambda: False, limit=1))


def test_lock_second_supervisor_is_refused(layout, supervisor):
    second = Supervisor(layout, Progress())
    with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"), second.lock():
        pass


def test_lock_end_stops_everything_and_forgets_the_supervisor(layout):
    supervisor = Supervisor(layout, Progress())
    with supervisor.lock():
        supervisor.start_and_wait(process(layout))
        pid = supervisor.processes["sleeper"].pid
        assert supervisor_pid(layout) == os.getpid()
    assert start_time(pid) is None
    assert supervisor_pid(layout) == 0


def test_stop_users_of_services_end_first(layout):
    supervisor = Supervisor(layout, Progress())
    note = layout.home / "ended"
    command = (
        "import signal, sys, time\n"
        f"def end(*_): open({str(note)!r}, 'a').write(sys.argv[1] + ' '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('set', flush=True)\n"
        "time.sleep(60)\n"
    )
    with supervisor.lock():
        for name in ("redis", "web"):
            log = layout.log / f"{name}.log"
            made = process(
                layout,
                name,
                [sys.executable, "-c", command, name],
                lambda log=log: "set" in log.read_text(),
            )
            supervisor.start_and_wait(made)
    assert note.read_text().split() == ["web", "redis"]


def test_stop_leftovers_of_killed_supervisor(layout):
    left = subprocess.Popen(SLEEP, start_new_session=True)
    entry = {"pid": left.pid, "start": start_time(left.pid), "signal": int(signal.SIGTERM)}
    reaper = threading.Thread(target=left.wait)
    reaper.start()
    assert stop_leftovers({"sleeper": entry}) == ["sleeper"]
    reaper.join(5)
    assert left.returncode == -signal.SIGTERM


def test_stop_leftovers_spares_a_later_process_with_the_same_number(layout):
    mine = os.getpid()
    entry = {"pid": mine, "start": (start_time(mine) or 0) - 1, "signal": int(signal.SIGKILL)}
    assert stop_leftovers({"other": entry}) == []


def test_stop_site_that_does_not_run_says_so(layout):
    (layout.state / "supervisor.json").write_text(json.dumps({"pid": 1, "start": -1}))
    assert stop_site(layout) is False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ended_by_signals_first_ends_and_later_ones_change_nothing(number):
    ending = threading.Event()
    with ended_by_signals(ending):
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        assert ending.is_set()
        signal.raise_signal(number)
        signal.raise_signal(signal.SIGINT)


def test_ended_by_signals_nohup_stays():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    ending = threading.Event()
    try:
        with ended_by_signals(ending):
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert not ending.is_set()


def test_watch_at_the_end_starts_nothing_again(layout, supervisor):
    dead = [process(layout, name, [sys.executable, "-c", "pass"]) for name in ("one", "two")]
    for one in dead:
        supervisor.start(one)
        one.popen.wait()

    def revive(_process):
        supervisor.restarts["tried"] = supervisor.restarts.get("tried", 0) + 1
        supervisor.ending.set()

    supervisor._revive = revive
    supervisor.watch()
    assert supervisor.restarts == {"tried": 1}
