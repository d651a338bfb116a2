# SPDX-License-Identifier: MIT
"""Start Invenio for a command: the REST application for ours, the whole one for stock ones."""

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from b2share_cli.errors import UnknownCommandError

if TYPE_CHECKING:
    from flask import Flask


@dataclass
class Invocation:
    """The options given before the noun."""

    env_file: str | None = None
    debug: bool | None = None

    def apply(self) -> None:
        """Read the environment files as ``invenio`` does, and set the debug switch.

        :raises click.UsageError: a file is named, but the package that reads it is missing.
        """
        from flask.cli import load_dotenv

        if self.env_file and find_spec("dotenv") is None:
            raise click.UsageError("--env-file needs the package python-dotenv.")
        if self.debug is not None:
            os.environ["FLASK_DEBUG"] = str(int(self.debug))
        if self.env_file or not os.environ.get("FLASK_SKIP_DOTENV"):
            load_dotenv(self.env_file)
        if not sys.warnoptions and os.environ.get("FLASK_DEBUG", "0") in ("", "0"):
            warnings.simplefilter("ignore")


def current_invocation() -> Invocation:
    """Return the options of the running call of b2share; the defaults outside of one."""
    context = click.get_current_context(silent=True)
    return (context.find_object(Invocation) if context else None) or Invocation()


@contextmanager
def application_context() -> Iterator["Flask"]:
    """Push the context of the REST application; one that is there already is used."""
    if "flask" in sys.modules:
        from flask import current_app, has_app_context

        if has_app_context():
            yield current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # a proxy of werkzeug
            return
    current_invocation().apply()
    from invenio_app.factory import create_api

    app = create_api()
    with app.app_context():
        yield app


def extension(name: str) -> Any:
    """Return an extension of the running application; untyped, as Invenio ships no types."""
    from flask import current_app

    return current_app.extensions[name]


def run_stock(words: Sequence[str], known: Sequence[str] = ()) -> None:
    """Run a command of ``invenio``; the process ends with its exit code.

    :param known: further names that a mistyped first word may have meant.
    :raises UnknownCommandError: there is no such command.
    """
    current_invocation().apply()
    from flask.cli import ScriptInfo
    from invenio_app.cli import cli

    info = ScriptInfo(create_app=cli.create_app, load_dotenv_defaults=False)
    with click.Context(cli, info_name="b2share", obj=info) as context:
        names = real_names(cli, context, words, known)
    cli.main(names, prog_name="b2share", obj=info)


def real_names(
    group: click.Group, context: click.Context, words: Sequence[str], known: Sequence[str]
) -> list[str]:
    """Return the words with each command spelled as its group knows it."""
    command: click.Command = group
    names: list[str] = []
    for word in words:
        if not isinstance(command, click.Group) or word.startswith("-"):
            break
        for name in (word, word.replace("_", "-"), word.replace("-", "_")):
            found = command.get_command(context, name)
            if found is not None:
                break
        else:
            names_there = {*command.list_commands(context), *(() if names else known)}
            near = get_close_matches(word.replace("_", "-"), sorted(names_there), cutoff=0.7)
            raise UnknownCommandError([*names, word], near)
        names.append(name)
        command = found
    return [*names, *words[len(names) :]]
