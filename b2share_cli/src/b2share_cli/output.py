# SPDX-License-Identifier: MIT
"""Print what commands return: a table for people, JSON for machines, never a terminal escape."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

import click

SAMPLE = 200
"""Rows that decide about columns and widths of a table; the rest is printed as it comes."""

CELL = 60
"""Characters after which a cell is cut, on a terminal only."""

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def neutral(value: object, keep: str = "") -> str:
    """Return text whose control and direction characters are spelled out, not obeyed.

    :param keep: control characters that stay, such as the line break in a text.
    """
    return "".join(
        c
        if c in keep or (c not in BIDI and unicodedata.category(c) not in {"Cc", "Cs"})
        # The reader sees that something was there, and what.
        else c.encode("unicode_escape", "backslashreplace").decode()
        for c in str(value)
    )


def render(result: Any, *, as_json: bool = False) -> None:
    """Print a result on stdout.

    As JSON a dict is an object; a list or an iterator is an array with one element per line,
    printed while it comes. For people a dict is a list of names and values, a list or an
    iterator a table. ``None`` is nothing at all for people, ``null`` for machines.
    """
    if as_json:
        lines = json_lines(result)
    elif result is None:
        return
    elif isinstance(result, str):
        lines = iter([neutral(result, keep="\n\t")])
    elif isinstance(result, Mapping):
        lines = pairs(result)
    elif isinstance(result, Iterable):
        lines = table(result)
    else:
        lines = iter([cell(result)])
    for line in lines:
        click.echo(line)
    sys.stdout.flush()


def json_lines(result: Any) -> Iterator[str]:
    """Yield the JSON text of a result, ASCII only, in lines."""
    if isinstance(result, str | Mapping) or not isinstance(result, Iterable):
        yield json.dumps(result, default=plain)
        return
    before = "["
    for row in result:
        yield before + json.dumps(row, default=plain)
        before = ","
    yield "[]" if before == "[" else "]"


def plain(value: Any) -> Any:
    """Return something that JSON has in place of a value that it lacks."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    if isinstance(value, Iterator | tuple):
        return list(value)
    return str(value)


def cell(value: Any) -> str:
    """Return one value as a single line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return neutral(json.dumps(value, default=plain, ensure_ascii=False))
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(cell(item) for item in value)
    text = " ".join(str(value).splitlines()) if isinstance(value, str) else str(value)
    text = neutral(text.replace("\t", " "))
    if len(text) > CELL and sys.stdout.isatty():
        return text[: CELL - 1] + "…"
    return text


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def pairs(values: Mapping[Any, Any]) -> Iterator[str]:
    """Yield one line per name and value."""
    margin = max((width(cell(name)) for name in values), default=0)
    for name, value in values.items():
        title = cell(name)
        yield f"{title}{' ' * (margin - width(title))}  {cell(value)}".rstrip()


def table(rows: Iterable[Any]) -> Iterator[str]:
    """Yield a head and one line per row; rows that are no dicts have one column."""
    stream = iter(rows)
    sample = list(islice(stream, SAMPLE))
    if not sample:
        click.echo("There are none.", err=True)
        return
    if not isinstance(sample[0], Mapping):
        yield from (cell(row) for row in chain(sample, stream))
        return
    names = list(dict.fromkeys(name for row in sample for name in row))
    head = {name: cell(name).replace("_", " ").upper() for name in names}
    widths = {n: max(width(cell(row.get(n))) for row in [head, *sample]) for n in names}
    for row in chain([head], sample, stream):
        cells = ((cell(row.get(name)), widths[name]) for name in names)
        yield "  ".join(text + " " * (space - width(text)) for text, space in cells).rstrip()
