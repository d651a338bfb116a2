# SPDX-License-Identifier: MIT
"""The manifest of stock commands: true, and found again."""

import sys

import click
import pytest
from flask.cli import ScriptInfo

from b2share_cli import manifest

SOME: dict[str, manifest.Entry] = {"index": {"help": "Indices."}}


@pytest.fixture
def folders(monkeypatch, tmp_path):
    """An environment and a home of its own for the files."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return tmp_path


def names(command, context):
    """The names of a command's sub-commands at every depth."""
    if not isinstance(command, click.Group):
        return {}
    found = {n: command.get_command(context, n) for n in command.list_commands(context)}
    return {name: names(inner, context) for name, inner in found.items()}


def manifest_names(commands):
    return {name: manifest_names(entry.get("commands", {})) for name, entry in commands.items()}


def test_manifest_equals_the_real_tree(instance_path):
    from invenio_app.cli import cli
    from invenio_app.factory import create_app

    info = ScriptInfo(create_app=create_app)
    with click.Context(cli, info_name="invenio", obj=info) as context:
        real = names(cli, context)
    assert {"index", "db", "files", "rdm-records", "shell", "collect"} <= set(real)
    assert manifest_names(manifest.read_tree()) == real


def test_stored_commands_are_found_again(folders):
    assert manifest.load() is None
    path = manifest.store(SOME)
    assert path.parent == folders / "prefix" / "var" / "b2share"
    assert manifest.load() == SOME


def test_prefix_that_cannot_be_written_leaves_the_users_cache(folders):
    (folders / "prefix").write_text("a file, no folder")
    assert manifest.store(SOME).parent == folders / "home" / "b2share"
    assert manifest.load() == SOME


def test_nowhere_to_write_is_no_error(folders):
    (folders / "prefix").write_text("")
    (folders / "home").write_text("")
    assert manifest.store(SOME) is None
    assert manifest.load() is None


def test_file_that_was_cut_off_counts_as_absent(folders):
    manifest.store(SOME).write_text('{"index"')
    assert manifest.load() is None


def test_other_installation_has_another_file_and_the_old_one_goes(folders, monkeypatch):
    old = manifest.store(SOME)
    site = folders / "site"
    (site / "plugin-1.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr(manifest.site, "getsitepackages", lambda: [str(site)])
    assert manifest.load() is None
    first = manifest.store(SOME)
    assert not old.exists()
    (site / "plugin-1.0.dist-info").rename(site / "plugin-1.1.dist-info")
    assert manifest.file_name() != first.name


def test_find_takes_dashes_and_underscores_and_stops_where_nothing_is():
    tree: dict[str, manifest.Entry] = {"rdm-records": {"commands": {"add_to": {"help": "x"}}}}
    assert manifest.find(tree, ("rdm_records", "add-to")) == {"help": "x"}
    assert manifest.find(tree, ("rdm-records", "add-to", "deeper")) is None
    assert manifest.find(None, ("rdm-records",)) is None
