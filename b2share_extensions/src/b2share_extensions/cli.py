# SPDX-License-Identifier: MIT
"""Commands for the entry-point group ``b2share_cli.commands``; they return data, print nothing."""

from typing import Any

import click


@click.command("sync")
def sync() -> dict[str, Any]:
    """Make the B2SHARE fields searchable in the search indices.

    Run it after the indices were created anew and before they are filled. What is
    right already is left alone.
    """
    from b2share_extensions.index.sync import sync as run

    return run()


@click.command("check")
def check() -> dict[str, Any]:
    """Tell whether the B2SHARE fields are searchable; fails if not."""
    from flask import current_app

    from b2share_extensions.errors import NotEnabledError, OutOfSyncError
    from b2share_extensions.index.sync import differences

    if not current_app.config["B2SHARE_EXTENSIONS_ENABLED"]:
        raise NotEnabledError
    found = differences()
    if found:
        raise OutOfSyncError(found)
    return {"in_sync": True}
