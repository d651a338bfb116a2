# SPDX-License-Identifier: MIT
"""What the stock command line offers: read once from the real tree, then from a small file.

Importing the stock commands and starting the application costs seconds. The file is kept
per set of installed distributions, so a changed installation gets a new one.
"""

import hashlib
import json
import os
import site
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import click
    from flask import Flask


class Entry(TypedDict, total=False):
    """A stock command; one with ``commands`` is a group.

    ``plain`` tells that a group does nothing itself: no options, no action without a verb.
    """

    help: str
    hidden: bool
    plain: bool
    commands: "dict[str, Entry]"


def distributions_key() -> str:
    """Return a digest of the names and versions of all installed distributions.

    Only the folders of the installation count: `sys.path` grows while libraries are imported
    (setuptools adds what it carries along).
    """
    found: set[str] = set()
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    for folder in [*site.getsitepackages(), *user]:
        try:
            with os.scandir(folder) as entries:
                found.update(
                    e.name for e in entries if e.name.endswith((".dist-info", ".egg-info"))
                )
        except OSError:
            continue
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()[:16]


def cache_folders() -> Iterator[Path]:
    """Yield where the file may be: below the environment, else with the user's caches."""
    yield Path(sys.prefix) / "var" / "b2share"
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "b2share"


def load() -> dict[str, Entry] | None:
    """Return the stored commands for what is installed now, or None if there are none yet."""
    name = file_name()
    for folder in cache_folders():
        try:
            return dict(json.loads((folder / name).read_text()))
        except (OSError, ValueError):
            continue
    return None


def file_name() -> str:
    """Return the name of the file for what is installed now."""
    return f"commands-{distributions_key()}.json"


def store(commands: dict[str, Entry]) -> Path | None:
    """Keep the commands in the first folder that can be written; return the file's path."""
    name = file_name()
    for folder in cache_folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as stream:
                json.dump(commands, stream)
            Path(stream.name).chmod(0o644)
            Path(stream.name).replace(folder / name)
        except OSError:
            continue
        for old in folder.glob("commands-*.json"):
            if old.name != name:
                old.unlink(missing_ok=True)
        return folder / name
    return None


def read_tree(app: "Flask | None" = None) -> dict[str, Entry]:
    """Return the real commands of ``invenio``, from its entry points and the page application.

    ``create_app`` makes the page application with the REST application in it; only the
    former has commands, so the latter is left out.
    """
    import click
    from flask.cli import ScriptInfo
    from invenio_app.cli import cli
    from invenio_app.factory import create_ui

    info = ScriptInfo(create_app=lambda: app or create_ui())
    with click.Context(cli, info_name="invenio", obj=info) as context:
        return read_group(cli, context)


def read_group(group: "click.Group", context: "click.Context") -> dict[str, Entry]:
    """Return the commands of a group, with those of the groups in it."""
    import click

    found: dict[str, Entry] = {}
    for name in group.list_commands(context):
        command: Any = group.get_command(context, name)
        if command is None:
            continue
        entry: Entry = {"help": command.get_short_help_str(80)}
        if command.hidden:
            entry["hidden"] = True
        if isinstance(command, click.Group):
            entry["plain"] = command.no_args_is_help and not command.params
            entry["commands"] = read_group(command, context)
        found[name] = entry
    return found


def find(commands: dict[str, Entry] | None, path: tuple[str, ...]) -> Entry | None:
    """Return the entry at a path in which dashes and underscores are the same."""
    entry: Entry | None = {"commands": commands or {}}
    for word in path:
        below = (entry or {}).get("commands", {})
        spellings = (word, word.replace("_", "-"), word.replace("-", "_"))
        entry = next((below[name] for name in spellings if name in below), None)
    return entry
