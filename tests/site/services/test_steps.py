# SPDX-License-Identifier: MIT
"""Steps side by side, their order, their failures and limits."""

import signal
import sys
import threading
import time

import pytest

from b2share_site.services.errors import CancelledError, CommandFailedError, ServicesError
from b2share_site.services.processes import start_time
from b2share_site.services.stamps import Stamps, digest
from b2share_site.services.steps import (
    KEPT,
    Commands,
    Progress,
    Step,
    child_environment,
    run_steps,
)


@pytest.fixture
def commands(tmp_path):
    return Commands(tmp_path / "log")


def test_run_steps_keeps_the_order_of_needs(commands):
    done = []
    steps = [
        Step("last", lambda: done.append("last"), ("middle",)),
        Step("middle", lambda: done.append("middle"), ("first",)),
        Step("first", lambda: done.append("first")),
    ]
    run_steps(steps, Progress(quiet=True), commands)
    assert done == ["first", "middle", "last"]


def test_run_steps_runs_independent_steps_side_by_side(commands):
    meeting = threading.Barrier(2, timeout=5)
    steps = [Step(name, lambda: str(meeting.wait())) for name in ("one", "two")]
    run_steps(steps, Progress(quiet=True), commands)
    assert not meeting.broken


def test_run_steps_failure_ends_running_programs(commands):
    def fail():
        time.sleep(0.3)
        raise ServicesError("no disk")

    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    steps = [Step("sleeper", lambda: commands.run("sleeper", sleeper)), Step("failing", fail)]
    begin = time.monotonic()
    with pytest.raises(ServicesError, match="no disk"):
        run_steps(steps, Progress(quiet=True), commands)
    assert time.monotonic() - begin < 10


def test_run_steps_kept_step_prints_nothing(commands, capsys):
    run_steps([Step("packages", lambda: KEPT)], Progress(), commands)
    assert capsys.readouterr().out == ""


def test_run_steps_long_step_is_named_while_it_works(commands, capsys, monkeypatch):
    monkeypatch.setattr("b2share_site.services.steps.PATIENCE", 0.1)
    run_steps([Step("assets", lambda: time.sleep(0.35))], Progress(), commands)
    assert "at work: assets" in capsys.readouterr().out


def test_command_failing_names_step_reason_and_log(commands):
    program = [sys.executable, "-c", "print('Error: disk is full'); raise SystemExit(3)"]
    with pytest.raises(CommandFailedError, match=r"packages: exit code 3: Error: disk is full"):
        commands.run("packages", program)
    assert "disk is full" in (commands.log / "packages.log").read_text()


def test_command_that_stopped_names_the_reason_not_the_advice(commands):
    text = "The upgrade stopped at the step 'files': no folder\nMend the cause."
    with pytest.raises(CommandFailedError, match="no folder"):
        commands.run("set-up", [sys.executable, "-c", f"print({text!r}); raise SystemExit(1)"])


def test_command_past_its_limit_is_ended(commands):
    program = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(CommandFailedError, match="took longer than 1 s"):
        commands.run("slow", program, limit=1)


def test_command_after_cancel_is_ended(commands):
    commands.cancelled.set()
    with pytest.raises(CancelledError, match="run the command again to go on"):
        commands.run("slow", [sys.executable, "-c", "import time; time.sleep(60)"])


def test_command_interrupted_from_the_keyboard_is_ended(commands):
    program = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    log = commands.log / "slow.log"

    def interrupt():
        while not (log.exists() and log.read_text().endswith("\n")):
            time.sleep(0.05)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        commands.run("slow", [sys.executable, "-c", program])
    assert start_time(int(log.read_text())) is None


@pytest.mark.parametrize(
    "name",
    [
        "INVENIO_SQLALCHEMY_DATABASE_URI",
        "FLASK_DEBUG",
        "PYTHONPATH",
        "PYTHONSAFEPATH",
        "PGSSLMODE",
        "BROKER_URL",
        "NODE_ENV",
        "VIRTUAL_ENV",
    ],
)
def test_child_environment_leaves_out(monkeypatch, name):
    monkeypatch.setenv(name, "theirs")
    assert name not in child_environment()
    assert child_environment({name: "ours"})[name] == "ours"


def test_child_environment_keeps_what_leads_to_registries(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.org")
    monkeypatch.setenv("https_proxy", "http://proxy.example.org:3128")
    env = child_environment()
    assert env["PIP_INDEX_URL"] == "https://packages.example.org"
    assert env["https_proxy"] == "http://proxy.example.org:3128"


def test_child_environment_no_proxy_leads_to_the_services(monkeypatch):
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "example.org")
    env = child_environment()
    assert env["no_proxy"] == env["NO_PROXY"] == "example.org,127.0.0.1,localhost"


def test_digest_changes_with_content_and_appearance(tmp_path):
    missing = digest(tmp_path / "a")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("1")
    first = digest(tmp_path / "a")
    (tmp_path / "a" / "x").write_text("2")
    assert len({missing, first, digest(tmp_path / "a")}) == 3


def test_digest_leaves_byte_code_out(tmp_path):
    before = digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_text("")
    assert digest(tmp_path) == before


def test_stamp_cut_off_while_written_counts_as_absent(tmp_path):
    stamps = Stamps(tmp_path)
    stamps.write("packages", "abc")
    assert stamps.is_current("packages", "abc")
    (tmp_path / "packages.json").write_text('"ab')
    assert not stamps.is_current("packages", "abc")
