# SPDX-License-Identifier: MIT
"""Set-ups beside each other, set-ups that fail or are killed half-way."""

import fcntl
import os
import signal
import subprocess
import sys
import time

import pytest

from b2share_site.services import installer as module
from b2share_site.services.environment import BEGUN, Environment
from b2share_site.services.errors import ServicesError
from b2share_site.services.installer import Installer
from b2share_site.services.layout import Layout
from b2share_site.services.processes import Process
from b2share_site.services.steps import Progress, Step
from b2share_site.services.supervisor import Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]

KILLED_SET_UP = """
import sys
from pathlib import Path
from b2share_site.services.installer import Installer
from b2share_site.services.layout import Layout
from b2share_site.services.steps import Progress, Step
from b2share_site.services.supervisor import Supervisor

layout, progress = Layout(Path(sys.argv[1])), Progress(quiet=True)
installer = Installer(layout, progress, Supervisor(layout, progress), {"web": 1})
program = [sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(3)"]
installer.run([Step("slow", lambda: installer.commands.run("slow", program))])
"""


class RecordingCommands:
    """Keeps the commands in place of running them; fails while ``broken``."""

    def __init__(self):
        self.calls = []
        self.broken = False

    def run(self, step, command, **options):
        self.calls.append([str(part) for part in command])
        if self.broken:
            raise KeyboardInterrupt
        return ""


@pytest.fixture
def layout(tmp_path):
    layout = Layout(tmp_path)
    layout.make_folders()
    return layout


@pytest.fixture
def installer(layout):
    progress = Progress(quiet=True)
    return Installer(layout, progress, Supervisor(layout, progress), {"web": 1})


def test_run_failing_step_ends_the_wait_for_a_service(installer, layout):
    silent = Process("silent", SLEEP, layout.log / "silent.log", lambda: False, limit=30)

    def fail():
        time.sleep(0.3)
        raise ServicesError("no disk")

    steps = [
        Step("silent", lambda: installer.supervisor.start_and_wait(silent)),
        Step("failing", fail),
    ]
    begin = time.monotonic()
    with installer.supervisor.lock(), pytest.raises(ServicesError, match="no disk"):
        installer.run(steps)
    assert time.monotonic() - begin < 10


def test_only_one_set_up_that_does_not_end_is_said_after_the_limit(installer, layout, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_SET_UP", 0.5)
    with (layout.var / "lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ServicesError, match="another set-up"), installer.only_one():
            pass


def test_only_one_waits_for_the_programs_of_a_killed_set_up(installer, layout):
    killed = subprocess.Popen([sys.executable, "-c", KILLED_SET_UP, str(layout.root)])
    log = layout.log / "slow.log"
    while not (log.exists() and "begun" in log.read_text()):
        assert killed.poll() is None
        time.sleep(0.05)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    begin = time.monotonic()
    with installer.only_one():
        assert time.monotonic() - begin > 1


def test_install_cut_off_is_done_anew(layout):
    (layout.root / "constraints.txt").write_text("alpha==1\n    # via (pyproject.toml:run)\n")
    commands = RecordingCommands()
    environment = Environment(layout, commands)
    commands.broken = True
    with pytest.raises(KeyboardInterrupt):
        environment.install("run")
    assert environment.stamps.is_current("packages-run", BEGUN)
    commands.broken = False
    assert environment.install("run") == "1 packages"
    assert ["--reinstall" in call for call in commands.calls] == [False, True]


def test_environment_of_a_moved_checkout_is_made_anew(tmp_path):
    made = []
    for name in ("before", "after"):
        if name == "after":
            (tmp_path / "before").rename(tmp_path / "after")
        layout = Layout(tmp_path / name)
        layout.make_folders()
        (layout.root / "constraints.txt").write_text("uv==1\n")
        commands = RecordingCommands()
        Environment(layout, commands).make()
        layout.python.parent.mkdir(parents=True, exist_ok=True)
        layout.python.touch()
        made.append(len(commands.calls))
    assert made == [2, 2]


@pytest.mark.parametrize("name", ["b2 share", "b2,share"])
def test_installer_path_that_alembic_would_split_is_refused(tmp_path, name):
    layout, progress = Layout(tmp_path / name), Progress(quiet=True)
    with pytest.raises(ServicesError, match="a path with a space or comma"):
        Installer(layout, progress, Supervisor(layout, progress))


def test_environment_in_use_by_another_site_is_not_made_anew(tmp_path):
    other = Layout(tmp_path, "run")
    other.make_folders()
    (tmp_path / "constraints.txt").write_text("")
    layout, commands = Layout(tmp_path, "test"), RecordingCommands()
    running = Supervisor(other, Progress(quiet=True)).lock()
    with running, pytest.raises(ServicesError, match="the site 'run' runs on it"):
        Environment(layout, commands).make()
