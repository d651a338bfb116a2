# SPDX-License-Identifier: MIT
"""Keep the processes of a site running, and stop them together."""

import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from b2share_site.services.errors import AlreadyRunningError, ServicesError
from b2share_site.services.layout import Layout, read_json, write_json
from b2share_site.services.processes import Process, start_time, stop_leftovers
from b2share_site.services.steps import Progress

MOST_RESTARTS = 3
STOP_FIRST = ("web", "worker")
"""Processes that use the others: they end before their services do."""


class Supervisor:
    """The processes of one site; one supervisor at a time holds the lock of the home."""

    def __init__(self, layout: Layout, progress: Progress) -> None:
        self.layout = layout
        self.progress = progress
        self.processes: dict[str, Process] = {}
        self.restarts: dict[str, int] = {}
        self.ending = threading.Event()
        self._noting = threading.Lock()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the site's lock, stop what a killed predecessor left, and stop all at the end.

        :raises AlreadyRunningError: another supervisor holds the lock.
        """
        path = self.layout.state / "lock"
        with path.open("a+") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise AlreadyRunningError(supervisor_pid(self.layout), self.layout.home) from None
            write_json(
                self._supervisor_file, {"pid": os.getpid(), "start": start_time(os.getpid())}
            )
            left = stop_leftovers(read_json(self._processes_file, {}))
            if left:
                self.progress.say(f"stopped what an earlier run had left behind: {', '.join(left)}")
            try:
                yield
            finally:
                self.stop()
                self._supervisor_file.unlink(missing_ok=True)

    def start(self, process: Process) -> None:
        """Start a process and note it, so that it is found after a crash of the supervisor."""
        rotate(process.log)
        process.start()
        self.processes[process.name] = process
        self._note()

    def start_and_wait(self, process: Process) -> None:
        """Start a process and wait until it answers.

        :raises NotReadyError: it ended, or took longer than its limit.
        """
        self.start(process)
        process.wait_ready(self.ending.is_set)

    def watch(self) -> None:
        """Start again what ends by itself, until ``ending`` is set.

        A process is started again at most three times; the others go on without it.
        """
        while not self.ending.wait(1):
            for process in list(self.processes.values()):
                if not process.is_alive() and not self.ending.is_set():
                    self._revive(process)

    def stop(self) -> None:
        """Stop all processes: those that use the services first."""
        self.ending.set()
        first = [p for name, p in self.processes.items() if name in STOP_FIRST]
        last = [p for name, p in self.processes.items() if name not in STOP_FIRST]
        for group in (first, last):
            for process in group:
                process.ask_to_stop()
            for process in group:
                process.wait_stopped()
        self.processes.clear()
        self._note()

    def _revive(self, process: Process) -> None:
        code = process.popen.returncode if process.popen else None
        count = self.restarts.get(process.name, 0) + 1
        if count > MOST_RESTARTS:
            self.progress.say(
                f"{process.name} ended again (exit code {code}) and is not started any more; "
                f"see {process.log}, then stop and start the site"
            )
            del self.processes[process.name]
            return
        self.restarts[process.name] = count
        self.progress.say(
            f"{process.name} ended (exit code {code}); "
            f"starting it again ({count} of {MOST_RESTARTS})"
        )
        begin = time.monotonic()
        try:
            self.start_and_wait(process)
        except ServicesError as error:
            self.progress.say(str(error))
        else:
            self.progress.say(
                f"{process.name} answers again after {time.monotonic() - begin:.1f} s"
            )

    def _note(self) -> None:
        with self._noting:
            entries = {
                name: {
                    "pid": process.pid,
                    "start": start_time(process.pid),
                    "signal": int(process.stop_signal),
                }
                for name, process in dict(self.processes).items()
                if process.is_alive()
            }
            write_json(self._processes_file, entries)

    @property
    def _processes_file(self) -> Path:
        return self.layout.state / "processes.json"

    @property
    def _supervisor_file(self) -> Path:
        return self.layout.state / "supervisor.json"


def supervisor_pid(layout: Layout) -> int:
    """Return the process that runs the site, or 0."""
    known = read_json(layout.state / "supervisor.json", {})
    alive = known and start_time(known["pid"]) == known["start"]
    return int(known["pid"]) if alive else 0


def stop_site(layout: Layout, limit: float = 90) -> bool:
    """Stop a running site from outside, or what is left of one; return whether there was any.

    :raises ServicesError: the site did not end within the limit (seconds).
    """
    pid = supervisor_pid(layout)
    if not pid:
        left = stop_leftovers(read_json(layout.state / "processes.json", {}))
        (layout.state / "processes.json").unlink(missing_ok=True)
        return bool(left)
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + limit
    while supervisor_pid(layout) == pid:
        if time.monotonic() > deadline:
            raise ServicesError(f"the site (process {pid}) did not end within {limit:.0f} s")
        time.sleep(0.2)
    return True


@contextmanager
def ended_by_signals(ending: threading.Event) -> Iterator[None]:
    """Turn SIGTERM and a closed terminal into the same end as Ctrl-C.

    Once the end has begun, further signals change nothing: it has its limits, and cut short it
    would leave processes behind.
    """

    def interrupt(_signum: int, _frame: FrameType | None) -> None:
        if not ending.is_set():
            ending.set()
            raise KeyboardInterrupt

    numbers = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup ignores it
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def rotate(log: Path) -> None:
    """Keep the log of the run before as ``<name>.1.log`` and begin a new one."""
    if log.exists() and log.stat().st_size:
        log.replace(log.with_suffix(".1.log"))
