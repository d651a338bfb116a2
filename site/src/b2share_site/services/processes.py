# SPDX-License-Identifier: MIT
"""Processes that live as long as the site: start, wait until ready, stop, find again."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from b2share_site.services.errors import NotReadyError
from b2share_site.services.steps import child_environment


@dataclass
class Process:
    """One server; ``is_ready`` asks it over its own protocol and never raises."""

    name: str
    command: Sequence[object]
    log: Path
    is_ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    limit: float = 60
    user: str | None = None
    popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, in a session of its own so that Ctrl-C does not reach it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(  # noqa: S603 - a fixed list of our own, no shell
                [str(part) for part in self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=child_environment(self.env),
                cwd=self.cwd,
                start_new_session=True,
                user=self.user,
                extra_groups=[] if self.user else None,
            )

    def wait_ready(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Wait until the server answers.

        :raises NotReadyError: it ended, or did not answer within ``limit`` seconds.
        """
        deadline = time.monotonic() + self.limit
        while not (self.is_alive() and self.is_ready()):
            if not self.is_alive():
                raise NotReadyError(self.name, f"it ended: {self._last_line()}", self.log)
            if time.monotonic() > deadline:
                raise NotReadyError(self.name, f"no answer within {self.limit:.0f} s", self.log)
            if cancelled():
                return
            time.sleep(0.1)

    def is_alive(self) -> bool:
        """Tell whether the process was started and has not ended."""
        return self.popen is not None and self.popen.poll() is None

    @property
    def pid(self) -> int:
        """The process number, or 0 before the start."""
        return self.popen.pid if self.popen else 0

    def ask_to_stop(self) -> None:
        """Send the signal on which the process ends in order."""
        if self.popen and self.is_alive():
            self.popen.send_signal(self.stop_signal)

    def wait_stopped(self, limit: float = 20) -> None:
        """Wait for the end after ``ask_to_stop``; what does not end in time is killed."""
        if not self.popen:
            return
        try:
            self.popen.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines() or ["no output"]
        return lines[-1][:200]


def start_time(pid: int) -> int | None:
    """Return when a process began (clock ticks since boot), which tells it from a later one."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rsplit(")", 1)[1].split()
    return None if fields[0] == "Z" else int(fields[19])


def stop_leftovers(known: Mapping[str, Mapping[str, int]], limit: float = 20) -> list[str]:
    """Stop processes that a killed supervisor left behind; return their names.

    :param known: name to ``{"pid", "start", "signal"}`` as the supervisor noted them.
    """
    alive = {
        name: entry for name, entry in known.items() if start_time(entry["pid"]) == entry["start"]
    }
    for entry in alive.values():
        os.kill(entry["pid"], entry["signal"])
    deadline = time.monotonic() + limit
    for entry in alive.values():
        while start_time(entry["pid"]) == entry["start"]:
            if time.monotonic() > deadline:
                os.killpg(entry["pid"], signal.SIGKILL)
                break
            time.sleep(0.1)
    return list(alive)
