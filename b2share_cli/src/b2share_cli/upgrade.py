# SPDX-License-Identifier: MIT
"""``b2share upgrade``: bring a site to the state that the installed code needs.

The same steps install a site on an empty database and upgrade an old one.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from flask import Flask

STEPS = "b2share_cli.upgrade_steps"
"""The entry-point group of steps."""

LOCK = 0xB25A4E
"""The number of the PostgreSQL advisory lock that keeps two runs apart."""


class Step(Protocol):
    """What an entry point of ``b2share_cli.upgrade_steps`` leads to."""

    order: int
    title: str

    def pending(self) -> bool:
        """Tell whether there is something to do, cheaply and without changing anything."""

    def run(self) -> str:
        """Do it, so that a killed run can be repeated; return one line about what was done."""


@dataclass(frozen=True)
class NamedStep:
    """A step with the name of its entry point."""

    name: str
    step: Step


def installed_steps() -> list[NamedStep]:
    """Return the steps of all installed distributions, in their order.

    :raises EntryPointError: one cannot be loaded.
    """
    from b2share_cli.errors import EntryPointError

    found = []
    for point in entry_points(group=STEPS):
        try:
            found.append(NamedStep(point.name, point.load()))
        except Exception as error:
            raise EntryPointError(point.name, point.value, error) from error
    return sorted(found, key=lambda named: (named.step.order, named.name))


def silence(line: str) -> None:
    """Say nothing."""


def run_steps(
    app: "Flask",
    *,
    echo: Callable[[str], None] = silence,
    steps: Sequence[NamedStep] | None = None,
) -> list[dict[str, Any]]:
    """Run what is pending, each step in an application context of its own.

    A second run at the same time waits for the first (on PostgreSQL).

    :param echo: called with a line when a step starts.
    :return: one row per step: ``step``, ``title``, ``state`` (``done`` now or ``kept``),
        ``seconds`` and ``message``.
    :raises StepError: a step failed; those after it were not tried.
    """
    rows: list[dict[str, Any]] = []
    with one_at_a_time(app):
        for named in installed_steps() if steps is None else steps:
            rows.append(run_step(app, named, echo, rows))
    return rows


def run_step(
    app: "Flask", named: NamedStep, echo: Callable[[str], None], before: list[dict[str, Any]]
) -> dict[str, Any]:
    """Run one step if it is pending.

    :raises StepError: it failed; ``before`` are the rows of the steps that did not.
    """
    from b2share_cli.errors import StepError
    from b2share_cli.failures import explain, is_unexpected, logger

    started = time.monotonic()
    row: dict[str, Any] = {"step": named.name, "title": named.step.title}
    with app.app_context():
        try:
            due = named.step.pending()
            if due:
                echo(f"{named.step.title} …")
            message = named.step.run() if due else ""
        except Exception as error:
            if is_unexpected(error):
                logger.exception("step %s failed", named.name)
            seconds = round(time.monotonic() - started, 2)
            failed = {**row, "state": "failed", "seconds": seconds, "message": ""}
            reason = "; ".join(explain(error))
            raise StepError(named.name, named.step.title, reason, [*before, failed]) from error
    seconds = round(time.monotonic() - started, 2)
    return {**row, "state": "done" if due else "kept", "seconds": seconds, "message": message}


def plan_steps(app: "Flask", steps: Sequence[NamedStep] | None = None) -> list[dict[str, Any]]:
    """Return one row per step with its state, ``pending`` or ``kept``; nothing is changed.

    A step that cannot tell while an earlier one is pending counts as pending.
    """
    rows: list[dict[str, Any]] = []
    for named in installed_steps() if steps is None else steps:
        try:
            with app.app_context():
                due = named.step.pending()
        except Exception:
            # Whatever a plugin's step raises for want of what an earlier step makes.
            if not any(row["state"] == "pending" for row in rows):
                raise
            due = True
        state = "pending" if due else "kept"
        rows.append({"step": named.name, "title": named.step.title, "state": state})
    return rows


@contextmanager
def one_at_a_time(app: "Flask") -> Iterator[None]:
    """Hold the lock of the site's database; only PostgreSQL has one."""
    import sqlalchemy as sa
    from invenio_db import db

    with app.app_context():
        engine = db.engine
    if engine.dialect.name != "postgresql":
        yield
        return
    # Autocommit: an open transaction would stand in the way of migrations and vacuum.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock(LOCK)))
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(LOCK)))


@click.command("run")
@click.option("--dry-run", is_flag=True, help="List the steps with their state, change nothing.")
@click.option("-v", "--verbose", is_flag=True, expose_value=False, hidden=True)
def run(dry_run: bool) -> list[dict[str, Any]]:
    """Install or upgrade the site: run all pending steps in their order."""
    from flask import current_app

    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # a proxy of werkzeug
    if dry_run:
        return plan_steps(app)
    rows = run_steps(app, echo=lambda line: click.echo(line, err=True))
    if all(row["state"] == "kept" for row in rows):
        click.echo("Already up to date: there was nothing to do.", err=True)
    return rows


@click.command("steps")
def steps() -> list[dict[str, Any]]:
    """List the steps in their order, with the module that each comes from."""
    return [
        {
            "order": named.step.order,
            "step": named.name,
            "title": named.step.title,
            "module": type(named.step).__module__,
        }
        for named in installed_steps()
    ]
