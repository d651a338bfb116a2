# SPDX-License-Identifier: MIT
"""Run the steps of a set-up side by side, in the order that their needs allow."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from b2share_site.services.errors import CancelledError, CommandFailedError

KEPT = "kept"
"""What a step returns that found its work done already."""

PATIENCE = 10
"""Seconds without a finished step after which a line says what is being done."""

LEFT_OUT = re.compile(
    r"(INVENIO_|FLASK_|CELERY_|GUNICORN_|PYTHON|PG[A-Z])|"
    r"(VIRTUAL_ENV|BROKER_URL|RESULT_BACKEND|NODE_ENV|NODE_PATH)$"
)
"""Variables of a person's shell that would lead our programs to other code, data or servers."""

HERE = "127.0.0.1,localhost"
"""Where the services are: no proxy leads there."""


@dataclass(frozen=True)
class Step:
    """One part of the set-up; ``action`` returns ``KEPT`` or a few words about what it did."""

    name: str
    action: Callable[[], str | None]
    after: tuple[str, ...] = ()


@dataclass
class Progress:
    """Print what happens, and keep how long each step took."""

    quiet: bool = False
    started: float = field(default_factory=time.monotonic)
    timings: list[dict[str, object]] = field(default_factory=list)

    def elapsed(self) -> float:
        """Return the seconds since the command began."""
        return time.monotonic() - self.started

    def say(self, text: str) -> None:
        """Print a line at once."""
        if not self.quiet:
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()

    def at_work(self, names: Sequence[str]) -> None:
        """Say what takes long, so that a quiet minute does not look like a standstill."""
        self.say(f"[{self.elapsed():6.1f} s] at work: {', '.join(names)}")

    def done(self, name: str, seconds: float, outcome: str | None) -> None:
        """Report a finished step; what was kept is not worth a line."""
        entry = {"step": name, "seconds": round(seconds, 1), "at": round(self.elapsed(), 1)}
        self.timings.append(entry | {"outcome": outcome or "done"})
        if outcome != KEPT:
            detail = f"  {outcome}" if outcome else ""
            self.say(f"[{self.elapsed():6.1f} s] {name:<28} {seconds:6.1f} s{detail}")


class Commands:
    """Run programs for the steps, with a log file each, a time limit, and a common end.

    All end when ``cancelled`` is set. Each inherits the files of ``held``: a lock stays taken
    until the programs of a killed set-up are gone, too.
    """

    def __init__(self, log: Path, cancelled: threading.Event | None = None) -> None:
        self.log = log
        self.cancelled = cancelled or threading.Event()
        self.held: tuple[int, ...] = ()

    def run(
        self,
        step: str,
        command: Sequence[object],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        limit: float = 900,
    ) -> str:
        """Run a program to its end and return what it printed to stdout and stderr.

        :raises CommandFailedError: it exited with an error or passed the limit (seconds).
        :raises CancelledError: the set-up was ended meanwhile.
        """
        self.log.mkdir(parents=True, exist_ok=True)
        path = self.log / f"{step.replace(' ', '-')}.log"
        with path.open("a+b") as output:
            begin = output.tell()
            process = subprocess.Popen(  # noqa: S603 - a fixed list of our own, no shell
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=child_environment(env),
                cwd=cwd,
                start_new_session=True,
                pass_fds=self.held,
            )
            self._wait(step, process, limit, path)
            output.seek(begin)
            text = output.read().decode(errors="replace")
        if process.returncode:
            raise CommandFailedError(step, last_words(text, process.returncode), path)
        return text

    def _wait(self, step: str, process: subprocess.Popen[bytes], limit: float, log: Path) -> None:
        deadline = time.monotonic() + limit
        try:
            while process.poll() is None:
                if self.cancelled.is_set():
                    raise CancelledError
                if time.monotonic() > deadline:
                    raise CommandFailedError(step, f"took longer than {limit:.0f} s", log)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.2)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a program of ours: the person's own, as far as it does no harm."""
    env = {name: value for name, value in os.environ.items() if not LEFT_OUT.match(name)}
    known = env.get("no_proxy") or env.get("NO_PROXY")
    direct = f"{known},{HERE}" if known else HERE
    own = {"PYTHONUNBUFFERED": "1", "no_proxy": direct, "NO_PROXY": direct}
    return {**env, **own, **(extra or {})}


def last_words(text: str, code: int) -> str:
    """Return the line of a program's output that tells most likely why it failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search("error|stopped", line, re.IGNORECASE)]
    line = (telling or lines or ["no output"])[-1]
    return f"exit code {code}: {line[:300]}"


def run_steps(steps: Sequence[Step], progress: Progress, commands: Commands) -> None:
    """Run all steps, each as soon as those it comes after are done.

    The first failure ends the others and is raised; so is Ctrl-C.
    """
    names = {step.name for step in steps}
    waiting = {step.name: step for step in steps}
    running: dict[Future[str | None], tuple[Step, float]] = {}
    finished: set[str] = set()
    with ThreadPoolExecutor(max_workers=max(len(steps), 1)) as pool:
        try:
            while waiting or running:
                for step in list(waiting.values()):
                    if not (set(step.after) & names) - finished:
                        del waiting[step.name]
                        running[pool.submit(step.action)] = (step, time.monotonic())
                ended, _ = wait(running, PATIENCE, return_when=FIRST_COMPLETED)
                if not ended:
                    progress.at_work([step.name for step, _ in running.values()])
                for future in ended:
                    step, begin = running.pop(future)
                    progress.done(step.name, time.monotonic() - begin, future.result())
                    finished.add(step.name)
        except BaseException:
            commands.cancelled.set()
            raise
