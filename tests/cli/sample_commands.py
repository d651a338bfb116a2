# SPDX-License-Identifier: MIT
"""Commands as a plugin's ``cli.py`` has them, for the tests of the loader."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any

import click

from b2share_cli.tree import COMMANDS, Claim, dashed


def claim(name: str, value: str) -> Claim:
    """Return what an installed entry point would give."""
    return Claim(tuple(dashed(w) for w in name.split()), EntryPoint(name, value, COMMANDS))


def sample(name: str, attribute: str) -> Claim:
    """Return a claim on one of the commands of this module."""
    return claim(name, f"{__name__}:{attribute}")


@click.command("greet")
@click.argument("name")
@click.option("--loud/--quiet", default=False)
def greet(name: str, loud: bool) -> dict[str, Any]:
    """Greet somebody."""
    return {"greeting": name.upper() if loud else name, "loud": loud}


@click.command("count")
@click.option("--rows", default=3)
def count(rows: int) -> Iterator[dict[str, int]]:
    """Count without end."""
    return ({"row": number} for number in range(rows))


class RefusedError(Exception):
    """An error that chooses its exit code."""

    exit_code = 7


class HalfWayError(RefusedError):
    """An error that tells what was done before."""

    result = ({"done": "a"},)


@click.command("refuse")
@click.argument("kind", default="own")
def refuse(kind: str) -> None:
    """Fail in one of several ways."""
    errors: dict[str, BaseException] = {
        "own": RefusedError("not today \x1b[31m"),
        "half": HalfWayError("stopped"),
        "interrupt": KeyboardInterrupt(),
        "use": click.UsageError("one of both is needed"),
    }
    raise errors[kind]


@click.group("policies")
def policies() -> None:
    """Look at policies."""


@policies.command("set_all")
def set_all() -> str:
    """Set them."""
    return "set"


not_a_command = "text"
