# SPDX-License-Identifier: MIT
"""``b2share site check`` and the checks of b2share itself."""

from importlib.metadata import EntryPoint

import pytest
from flask import Flask

from b2share_cli import checks, main, site, upgrade
from tests.cli.sample_commands import claim, sample


def healthy():
    return [{"level": "ok", "message": "fine"}]


def worried():
    yield {"level": "warning", "message": "so so"}


def sick():
    yield {"level": "ok", "message": "half"}
    yield {"level": "error", "message": "bad"}


def failing():
    raise ValueError("no data")


@pytest.fixture
def check(monkeypatch, capsys):
    """Run ``site check`` with some functions of this module as checks."""

    def run(*names):
        points = [EntryPoint(f"x.{name}", f"{__name__}:{name}", site.CHECKS) for name in names]
        monkeypatch.setattr(site, "entry_points", lambda group: points)
        with Flask("tests").app_context():
            code = main.main(["site", "check", "--json"])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_site_without_errors_is_zero(check):
    code, out, _ = check("worried", "healthy")
    assert code == 0
    assert out.index("x.healthy") < out.index("x.worried")


def test_one_error_is_one_and_all_results_are_shown(check):
    code, out, err = check("healthy", "sick")
    assert code == 1
    assert out.count('"check"') == 3
    assert err == "1 of 3 results are errors.\n"


@pytest.mark.parametrize("name", ["failing", "absent"])
def test_check_that_fails_itself_is_an_error_and_hides_no_other(check, name):
    code, out, _ = check(name, "healthy")
    assert code == 1
    assert "The check failed: " in out
    assert "fine" in out


def test_rival_plugins_are_reported(monkeypatch):
    rivals = [sample("greet", "greet"), claim("greet", "another_plugin.cli:greet")]
    monkeypatch.setattr(checks, "installed_claims", lambda: rivals)
    found = list(checks.commands())
    assert {row["level"] for row in found} == {"error"}
    assert "'greet' is claimed by another_plugin.cli:greet, tests.cli" in found[0]["message"]
    assert "cannot be loaded" in found[1]["message"]


def test_installed_commands_are_healthy():
    assert [row["level"] for row in checks.commands()] == ["ok"]


@pytest.mark.parametrize(("state", "level"), [("pending", "error"), ("kept", "ok")])
def test_pending_upgrade_is_an_error(monkeypatch, state, level):
    rows = [{"step": "indices", "state": state}]
    monkeypatch.setattr(upgrade, "plan_steps", lambda app: rows)
    with Flask("tests").app_context():
        (row,) = checks.upgrade()
    assert row["level"] == level
    assert ("indices" in row["message"]) == (state == "pending")
