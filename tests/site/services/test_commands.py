# SPDX-License-Identifier: MIT
"""The commands behind the Makefile: what they refuse, and how they say it."""

import signal
import subprocess
import sys
import time

import pytest

from b2share_site.services import checks, commands
from b2share_site.services.layout import Layout
from b2share_site.services.processes import start_time
from b2share_site.services.steps import Progress
from b2share_site.services.supervisor import Supervisor

CLEANING_UP = """
import sys, time
from pathlib import Path
try:
    Path(sys.argv[1], "begun").touch()
    time.sleep(60)
finally:
    Path(sys.argv[1], "cleaned").touch()
"""


@pytest.fixture
def running_test_site(tmp_path):
    layout = Layout(tmp_path, "test")
    layout.make_folders()
    with Supervisor(layout, Progress(quiet=True)).lock():
        yield layout


def test_reset_all_while_another_site_runs_is_refused(tmp_path, running_test_site, capsys):
    assert commands.main(["--root", str(tmp_path), "reset", "--all"]) == 1
    assert "bootstrap.py stop --site test" in capsys.readouterr().err
    assert running_test_site.state.exists()


def test_reset_leaves_the_other_site(tmp_path, running_test_site):
    Layout(tmp_path).make_folders()
    assert commands.main(["--root", str(tmp_path), "reset"]) == 0
    assert not (tmp_path / "var" / "run").exists()
    assert running_test_site.state.exists()


def test_reset_without_data_is_done(tmp_path):
    assert commands.main(["--root", str(tmp_path), "reset", "--all"]) == 0


def test_reset_that_cannot_delete_says_so(tmp_path, monkeypatch, capsys):
    Layout(tmp_path).make_folders()

    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(commands.shutil, "rmtree", lambda folder, **_: refuse(folder))
    assert commands.main(["--root", str(tmp_path), "reset"]) == 1
    output = capsys.readouterr()
    assert output.err == f"{tmp_path}/var/run: Permission denied\n"
    assert "deleted" not in output.out


def test_missing_program_is_one_sentence(tmp_path, monkeypatch, capsys):
    def start(layout, options):
        return subprocess.run(["/nowhere/uv"], check=True)

    monkeypatch.setitem(commands.COMMANDS, "status", (start, ""))
    assert commands.main(["--root", str(tmp_path), "status"]) == 1
    assert capsys.readouterr().err == "/nowhere/uv: No such file or directory\n"


def test_interrupted_check_may_clean_up(tmp_path):
    program = [sys.executable, "-c", CLEANING_UP, str(tmp_path)]
    code = (
        "import sys; from pathlib import Path; from b2share_site.services.checks import _run;"
        f"_run('pytest', {program!r}, {{}}, Path('/'))"
    )
    check = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    check.send_signal(signal.SIGINT)
    check.wait(20)
    assert (tmp_path / "cleaned").exists()


def test_interrupted_check_that_does_not_end_is_killed():
    deaf = "import signal, time; signal.signal(2, 1); print('deaf', flush=True); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout.readline() == b"deaf\n"
    checks._end(process, limit=0.5)
    assert start_time(process.pid) is None
