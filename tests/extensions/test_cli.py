# SPDX-License-Identifier: MIT
"""The commands, as the ``b2share`` command finds and calls them."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from b2share_extensions import cli, wiring
from b2share_extensions.errors import NotEnabledError, OutOfSyncError


@pytest.fixture(scope="module")
def app_config(app_config):
    wiring.enable(app_config)
    return app_config


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("b2share_cli.commands", {"schemas sync", "schemas check"}),
        ("b2share_cli.checks", {"extensions.index"}),
        ("b2share_cli.upgrade_steps", {"extensions.sync"}),
    ],
)
def test_entry_points_name_what_exists(group, names):
    ours = [e for e in entry_points(group=group) if e.dist.name == "b2share-extensions"]
    assert {entry_point.name for entry_point in ours} >= names
    assert all(entry_point.load() for entry_point in ours)


def test_import_of_the_commands_imports_no_invenio():
    code = "import sys, b2share_extensions.cli; print([m for m in sys.modules if 'invenio' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_sync_then_check_says_in_sync(app, init_fields):
    init_fields()
    with pytest.raises(OutOfSyncError, match="schemas sync") as caught:
        cli.check.callback()
    assert len(caught.value.differences) == 3
    assert len(cli.sync.callback()["changed"]) == 2
    assert cli.sync.callback() == {"changed": [], "reindexed": 0}
    assert cli.check.callback() == {"in_sync": True}


def test_not_enabled_commands_refuse(app, monkeypatch):
    monkeypatch.setitem(app.config, "B2SHARE_EXTENSIONS_ENABLED", False)
    for command in (cli.sync, cli.check):
        with pytest.raises(NotEnabledError, match=r"invenio\.cfg"):
            command.callback()
