# SPDX-License-Identifier: MIT
"""The console script ``b2share``."""

import sys
from collections.abc import Sequence

import click

from b2share_cli import __version__, failures
from b2share_cli.application import Invocation
from b2share_cli.groups import Catalog, MergedGroup
from b2share_cli.tree import Claim, build_tree, installed_claims

HELP = """Run and administer a B2SHARE site.

Everything that `invenio` can do is here, too. The commands of the site's own
plugins print tables for people and, with --json, JSON for machines.
"""


def command_line(claims: Sequence[Claim] | None = None) -> click.Group:
    """Return the whole command tree, made from the installed entry points."""
    tree = build_tree(installed_claims() if claims is None else claims)
    return MergedGroup(
        Catalog(tree),
        help=HELP,
        callback=keep_options,
        params=[
            click.Option(
                ["-e", "--env-file"],
                type=click.Path(exists=True, dir_okay=False),
                help="Read environment variables from this file (needs python-dotenv).",
            ),
            click.Option(["--debug/--no-debug"], default=None, help="Set debug mode."),
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=print_version,
                help="Print the version of b2share.",
            ),
        ],
    )


def keep_options(env_file: str | None, debug: bool | None) -> None:
    """Keep the options before the noun for whoever starts the application."""
    click.get_current_context().obj = Invocation(env_file, debug)


def print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Print the version and end."""
    if value and not ctx.resilient_parsing:
        click.echo(f"b2share {__version__}")
        ctx.exit()


def main(args: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0 done, 1 refused, 2 wrong use."""
    try:
        code = command_line().main(args, prog_name="b2share", standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - the border: every failure becomes a line and a code
        return failures.report(error)
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main())
