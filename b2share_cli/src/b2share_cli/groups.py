# SPDX-License-Identifier: MIT
"""The command tree for click: plugins, b2share_cli and stock commands in one, loaded late."""

import copy
from functools import cached_property, partial
from typing import Any

import click

from b2share_cli import manifest, output
from b2share_cli.application import application_context, current_invocation, run_stock
from b2share_cli.errors import EntryPointError
from b2share_cli.tree import Claim, Node, Path, dashed

JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print JSON for machines.")

RAW: dict[str, Any] = {
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
    "help_option_names": [],
}


class Catalog:
    """The entry points of commands and the manifest of stock ones."""

    def __init__(self, tree: Node) -> None:
        self.tree = tree

    @cached_property
    def stored(self) -> dict[str, manifest.Entry] | None:
        """Return the manifest, if there is one for what is installed."""
        return manifest.load()

    def stock(self, path: Path) -> manifest.Entry | None:
        """Return what the manifest says about a path; nothing is made for it."""
        return manifest.find(self.stored, path)

    def complete(self) -> None:
        """Make the manifest if there is none yet; without Invenio's commands if that fails."""
        if self.stored is None:
            current_invocation().apply()
            click.echo("Reading the commands of Invenio, once for this installation …", err=True)
            try:
                self.stored = manifest.read_tree()
            except Exception as error:  # noqa: BLE001 - help must come also from a broken site
                click.echo(
                    f"Invenio's commands cannot be listed: {output.neutral(error)}", err=True
                )
                self.stored = {}
            else:
                manifest.store(self.stored)


class MergedGroup(click.Group):
    """The commands at one path, from entry points, from a plugin's group, and from stock."""

    def __init__(self, catalog: Catalog, path: Path = (), **attributes: Any) -> None:
        super().__init__(name=path[-1] if path else None, **attributes)
        self.catalog = catalog
        self.path = path
        self.node = catalog.tree.find(path) or Node()

    def own_names(self) -> set[str]:
        """Return the names that are not stock ones."""
        return {*self.node.children, *self.commands}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names; stock ones come from the manifest, made now if there is none."""
        if not ctx.resilient_parsing:
            self.catalog.complete()
        stock = (self.catalog.stock(self.path) or {}).get("commands", {})
        return sorted(self.own_names() | {dashed(name) for name in stock})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Return the command; what we do not know is left to the stock command line."""
        name = dashed(cmd_name)
        path = (*self.path, name)
        if name in self.node.children:
            return own_command(self.catalog, path)
        if name in self.commands:
            return prepared(self.commands[name])
        return stock_command(self.catalog, (*self.path, cmd_name))

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the help line, or else the verbs."""
        if self.help or self.short_help:
            return super().get_short_help_str(limit)
        stock = (self.catalog.stock(self.path) or {}).get("commands", {})
        return ", ".join(sorted(self.own_names() | {dashed(name) for name in stock}))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write own and stock commands as two sections where the group is the first."""
        names = self.list_commands(ctx)
        own = self.own_names()
        sections = [("Commands", names)]
        if not self.path:
            stock = [name for name in names if name not in own]
            sections = [("Commands", sorted(own)), ("Commands of Invenio", stock)]
        limit = formatter.width - 6 - max((len(name) for name in names), default=0)
        for title, members in sections:
            found = [(name, self.get_command(ctx, name)) for name in members]
            lines = [(n, c.get_short_help_str(limit)) for n, c in found if not c.hidden]
            if lines:
                with formatter.section(title):
                    formatter.write_dl(lines)


def own_command(catalog: Catalog, path: Path) -> click.Command:
    """Return the command of the winning entry point, or the group of those below the path."""
    node = catalog.tree.find(path) or Node()
    try:
        command = load(node.claims[0]) if node.claims else None
    except EntryPointError as error:
        if not node.children:
            return BrokenCommand(error)
        command = None
    if isinstance(command, click.Group) or node.children or command is None:
        group = MergedGroup(catalog, path)
        if isinstance(command, click.Group):
            group.help, group.short_help = command.help, command.short_help
            group.commands = {dashed(name): c for name, c in command.commands.items()}
        return group
    return prepared(command)


def load(claim: Claim) -> click.Command:
    """Import the command of an entry point.

    :raises EntryPointError: it cannot be imported, or is no click command.
    """
    value = claim.entry_point.value
    try:
        command = claim.entry_point.load()
    except Exception as error:
        raise EntryPointError(claim.entry_point.name, value, error) from error
    if not isinstance(command, click.Command):
        raise EntryPointError(claim.entry_point.name, value, "it is no click command")
    return command


class BrokenCommand(click.Command):
    """A command that cannot be loaded: it is listed, and says why when it is called."""

    def __init__(self, error: EntryPointError) -> None:
        rest = click.Argument(["rest"], nargs=-1, type=click.UNPROCESSED)
        name = dashed(error.name.split()[-1])
        text = "(cannot be loaded)"
        super().__init__(name, context_settings=RAW, params=[rest], short_help=text)
        self.error = error

    def invoke(self, ctx: click.Context) -> None:
        """Say why.

        :raises EntryPointError: always.
        """
        raise self.error


def prepared(command: click.Command) -> click.Command:
    """Return a copy that runs in the application, takes ``--json``, and prints its result."""
    ready = copy.copy(command)
    if isinstance(ready, click.Group):
        ready.commands = {dashed(name): prepared(c) for name, c in ready.commands.items()}
        return ready
    ready.params = [*command.params, JSON]
    ready.callback = partial(run_own, command)
    return ready


def run_own(command: click.Command, as_json: bool, **arguments: Any) -> None:
    """Call a command of ours and print what it returns, or what its error has found so far."""
    with application_context():
        try:
            result = command.callback(**arguments) if command.callback else None
        except Exception as error:
            if hasattr(error, "exit_code") and getattr(error, "result", None) is not None:
                output.render(error.result, as_json=as_json)  # type: ignore[attr-defined]  # checked
            raise
        output.render(result, as_json=as_json)


def stock_command(catalog: Catalog, path: Path) -> click.Command:
    """Return the stand-in of a stock command, which starts Invenio when it is called."""
    entry = catalog.stock(path)
    known = tuple(catalog.tree.children)
    if entry and "commands" in entry:
        return StockGroup(catalog, path, entry)
    return StockCommand(path, entry, known)


class StockCommand(click.Command):
    """A command of which only the help line is known; all it is given is passed on."""

    def __init__(self, path: Path, entry: manifest.Entry | None, known: tuple[str, ...]) -> None:
        rest = click.Argument(["rest"], nargs=-1, type=click.UNPROCESSED)
        super().__init__(
            path[-1],
            context_settings=RAW,
            params=[rest],
            callback=lambda rest: run_stock([*path, *rest], known),
            short_help=(entry or {}).get("help", ""),
            add_help_option=False,
            hidden=bool((entry or {}).get("hidden")),
        )


class StockGroup(MergedGroup):
    """A group of stock commands; help comes from the manifest where that says all."""

    def __init__(self, catalog: Catalog, path: Path, entry: manifest.Entry) -> None:
        text = entry.get("help", "")
        super().__init__(catalog, path, help=text, hidden=bool(entry.get("hidden")))
        self.plain = bool(entry.get("plain"))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words as they are for the stock group, which may take them differently."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        if self.plain and args in ([], ["--help"]):
            return super().parse_args(ctx, ["--help"])
        ctx.args = args
        return args

    def invoke(self, ctx: click.Context) -> None:
        """Leave the rest to the stock command line."""
        run_stock([*self.path, *ctx.args], tuple(self.catalog.tree.children))
