# SPDX-License-Identifier: MIT
"""How commands get their application, and stock commands their words."""

import os
import subprocess
import sys

import click
import pytest
from flask import Flask, current_app

from b2share_cli import application
from b2share_cli.application import Invocation, application_context, real_names
from b2share_cli.errors import UnknownCommandError


@click.group()
def stock():
    """A stock command line."""


@stock.group("rdm-records")
def records():
    """A group with a dash in its name."""


@records.command("add_to")
@click.argument("words", nargs=-1)
def add_to(words):
    """A command with an underscore in its name."""


def spelled(*words, known=()):
    with click.Context(stock) as context:
        return real_names(stock, context, words, known)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["rdm_records", "add-to", "a_b", "-x"], ["rdm-records", "add_to", "a_b", "-x"]),
        (["rdm-records", "--an_option", "add-to"], ["rdm-records", "--an_option", "add-to"]),
        (["rdm-records"], ["rdm-records"]),
        ([], []),
    ],
    ids=str,
)
def test_command_names_are_spelled_as_stock_does_and_the_rest_is_left_alone(words, names):
    assert spelled(*words) == names


def test_unknown_command_is_two_and_names_what_is_near():
    with pytest.raises(UnknownCommandError, match=r"'rdm-record'\. Did you mean 'rdm-records'"):
        spelled("rdm-record")
    with pytest.raises(UnknownCommandError, match=r"'rdm-records ad-to'\. Did you mean 'add_to'"):
        spelled("rdm_records", "ad-to")
    with pytest.raises(UnknownCommandError, match=r"'zzz'\.$") as caught:
        spelled("zzz")
    assert caught.value.exit_code == 2


def test_mistyped_own_noun_is_offered_too():
    with pytest.raises(UnknownCommandError, match="Did you mean 'upgrade'"):
        spelled("upgrad", known=("upgrade",))


def test_context_that_is_there_is_used():
    app = Flask("tests")
    with app.app_context(), application_context() as found:
        assert found is app
        assert current_app.name == "tests"


def test_environment_file_and_debug_switch_are_applied(monkeypatch):
    read = []
    monkeypatch.setenv("FLASK_DEBUG", "0")
    monkeypatch.setattr("flask.cli.load_dotenv", read.append)
    monkeypatch.setattr(application, "find_spec", lambda name: name == "dotenv")
    Invocation(env_file="settings.env", debug=True).apply()
    assert read == ["settings.env"]
    assert os.environ["FLASK_DEBUG"] == "1"


def test_environment_file_is_never_ignored(monkeypatch):
    monkeypatch.setattr(application, "find_spec", lambda name: None)
    with pytest.raises(click.UsageError, match="python-dotenv"):
        Invocation(env_file="settings.env").apply()


def test_stock_command_runs_with_underscores_in_the_real_process(tmp_path):
    words = ["rdm_records", "custom_fields", "init", "--help"]
    done = subprocess.run(
        [sys.executable, "-m", "b2share_cli.main", *words],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "INVENIO_INSTANCE_PATH": str(tmp_path)},
    )
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: b2share rdm-records custom-fields init")
