# SPDX-License-Identifier: MIT
"""The kernel of ``upgrade run``: order, failures, resuming; without any service."""

from contextlib import contextmanager
from importlib.metadata import EntryPoint

import pytest
from flask import Flask, g

from b2share_cli import main, upgrade
from b2share_cli.errors import EntryPointError, StepError
from b2share_cli.upgrade import NamedStep, installed_steps, plan_steps, run_steps


class Sample:
    """A step that notes what happens to it."""

    def __init__(self, order=1, due=True, fails=None, blind=None):
        self.order, self.title, self.due = order, f"Step {order}", due
        self.fails, self.blind = fails, blind
        self.runs = 0

    def pending(self):
        assert "used" not in g
        g.used = True
        if self.blind:
            raise self.blind
        return self.due

    def run(self):
        if self.fails:
            raise self.fails
        self.runs += 1
        self.due = False
        return "made it"


@pytest.fixture
def app(monkeypatch):
    @contextmanager
    def no_lock(app):
        yield

    monkeypatch.setattr(upgrade, "one_at_a_time", no_lock)
    return Flask("tests")


def named(**steps):
    return [NamedStep(name, step) for name, step in steps.items()]


def test_pending_steps_run_and_others_are_kept(app):
    lines = []
    steps = named(a=Sample(1), b=Sample(2, due=False))
    rows = run_steps(app, steps=steps, echo=lines.append)
    assert [(row["step"], row["state"], row["message"]) for row in rows] == [
        ("a", "done", "made it"),
        ("b", "kept", ""),
    ]
    assert lines == ["Step 1 …"]
    assert all(row["seconds"] >= 0 for row in rows)


def test_second_run_does_nothing(app):
    steps = named(a=Sample(1), b=Sample(2))
    run_steps(app, steps=steps)
    assert {row["state"] for row in run_steps(app, steps=steps)} == {"kept"}
    assert [item.step.runs for item in steps] == [1, 1]


@pytest.mark.parametrize("failure", ["fails", "blind"])
def test_first_failure_stops_with_its_name_and_a_new_run_goes_on(app, failure):
    steps = named(a=Sample(1), b=Sample(2, **{failure: OSError("disk full")}), c=Sample(3))
    with pytest.raises(StepError, match=r"'b' \(Step 2\): disk full") as caught:
        run_steps(app, steps=steps)
    assert [row["state"] for row in caught.value.result] == ["done", "failed"]
    assert steps[2].step.runs == 0
    setattr(steps[1].step, failure, None)
    assert [row["state"] for row in run_steps(app, steps=steps)] == ["kept", "done", "done"]


def test_plan_changes_nothing(app):
    steps = named(a=Sample(1), b=Sample(2, due=False))
    assert [row["state"] for row in plan_steps(app, steps)] == ["pending", "kept"]
    assert steps[0].step.runs == 0


def test_plan_counts_a_blind_step_as_pending_only_behind_a_pending_one(app):
    blind = Sample(2, blind=OSError("no table"))
    rows = plan_steps(app, named(a=Sample(1), b=blind))
    assert [row["state"] for row in rows] == ["pending", "pending"]
    with pytest.raises(OSError, match="no table"):
        plan_steps(app, named(a=Sample(1, due=False), b=blind))


def test_command_shows_what_was_done_and_says_when_there_was_nothing(app, monkeypatch, capsys):
    steps = named(a=Sample(1))
    monkeypatch.setattr(upgrade, "installed_steps", lambda: steps)
    with app.app_context():
        assert main.main(["upgrade", "run"]) == 0
        first = capsys.readouterr()
        assert main.main(["upgrade", "run"]) == 0
        second = capsys.readouterr()
    assert "made it" in first.out
    assert first.err == "Step 1 …\n"
    assert second.err == "Already up to date: there was nothing to do.\n"


def test_command_fails_with_the_rows_so_far(app, monkeypatch, capsys):
    steps = named(a=Sample(1), b=Sample(2, fails=OSError("disk full")))
    monkeypatch.setattr(upgrade, "installed_steps", lambda: steps)
    with app.app_context():
        assert main.main(["upgrade", "run"]) == 1
    captured = capsys.readouterr()
    assert "failed" in captured.out
    assert "'b' (Step 2): disk full" in captured.err


def test_dry_run_of_the_command_lists_states(app, monkeypatch, capsys):
    steps = named(a=Sample(1), b=Sample(2, due=False))
    monkeypatch.setattr(upgrade, "installed_steps", lambda: steps)
    with app.app_context():
        assert main.main(["upgrade", "run", "--dry-run"]) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == [
        *("STATE", "pending", "kept")
    ]
    assert steps[0].step.runs == 0


def test_installed_steps_are_in_order_and_complete():
    steps = installed_steps()
    own = [item.name for item in steps if type(item.step).__module__.startswith("b2share_cli.")]
    assert own == [
        *("database", "files", "roles", "indices", "custom_fields", "pages", "queues"),
        *("vocabularies", "users", "commands"),
    ]
    assert [item.step.order for item in steps] == sorted(item.step.order for item in steps)


def test_steps_of_equal_order_are_sorted_by_name(monkeypatch):
    points = [EntryPoint(name, f"{__name__}:{name}", upgrade.STEPS) for name in ("later", "early")]
    monkeypatch.setattr(upgrade, "entry_points", lambda group: points)
    assert [item.name for item in installed_steps()] == ["early", "later"]


def test_step_that_cannot_be_loaded_is_named(monkeypatch):
    point = EntryPoint("odd", "absent_package:step", upgrade.STEPS)
    monkeypatch.setattr(upgrade, "entry_points", lambda group: [point])
    with pytest.raises(EntryPointError, match="'odd'"):
        installed_steps()


early, later = Sample(5), Sample(5)
