# SPDX-License-Identifier: MIT
"""Run the steps of a set-up side by side, in the order that their needs allow."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from b2share_site.services.errors import CancelledError, CommandFailedError

KEPT = "kept"
"""What a step returns that found its work done already."""


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

    def done(self, name: str, seconds: float, outcome: str | None) -> None:
        """Report a finished step; what was kept is not worth a line."""
        entry = {"step": name, "seconds": round(seconds, 1), "at": round(self.elapsed(), 1)}
        self.timings.append(entry | {"outcome": outcome or "done"})
        if outcome != KEPT:
            detail = f"  {outcome}" if outcome else ""
            self.say(f"[{self.elapsed():6.1f} s] {name:<28} {seconds:6.1f} s{detail}")


class Commands:
    """Run programs for the steps, with a log file each, a time limit, and a common end."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.cancelled = threading.Event()

    def run(
        self,
        step: str,
        command: Sequence[object],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        limit: float = 900,
        stdin: str | None = None,
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
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=child_environment(env),
                cwd=cwd,
                start_new_session=True,
            )
            if stdin and process.stdin:
                process.stdin.write(stdin.encode())
                process.stdin.close()
            self._wait(step, process, limit, path)
            output.seek(begin)
            text = output.read().decode(errors="replace")
        if process.returncode:
            raise CommandFailedError(step, last_words(text, process.returncode), path)
        return text

    def _wait(self, step: str, process: subprocess.Popen[bytes], limit: float, log: Path) -> None:
        deadline = time.monotonic() + limit
        while True:
            try:
                process.wait(0.2)
            except subprocess.TimeoutExpired:
                late = time.monotonic() > deadline
                if not late and not self.cancelled.is_set():
                    continue
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                if late:
                    raise CommandFailedError(step, f"took longer than {limit:.0f} s", log) from None
                raise CancelledError from None
            return


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a program of ours: byte code is kept, output is not held back."""
    env = {**os.environ, "PYTHONUNBUFFERED": "1", **(extra or {})}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env.pop("VIRTUAL_ENV", None)
    return env


def last_words(text: str, code: int) -> str:
    """Return the line of a program's output that tells most likely why it failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()]
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
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    step, begin = running.pop(future)
                    progress.done(step.name, time.monotonic() - begin, future.result())
                    finished.add(step.name)
        except BaseException:
            commands.cancelled.set()
            raise
