# SPDX-License-Identifier: MIT
"""Health checks, for the entry-point group ``b2share_cli.checks``."""

from collections.abc import Iterator

from flask import current_app

from b2share_extensions.errors import IndexMissingError
from b2share_extensions.index.sync import differences


def index() -> Iterator[dict[str, str]]:
    """Tell whether our fields are searchable; silent where the plugin is not enabled."""
    if not current_app.config["B2SHARE_EXTENSIONS_ENABLED"]:
        return
    try:
        found = differences()
    except IndexMissingError as error:
        yield {"level": "error", "message": str(error)}
        return
    for sentence in found:
        yield {"level": "error", "message": f"{sentence}: run `b2share schemas sync`"}
    if not found:
        yield {"level": "ok", "message": "The search indices know every B2SHARE field"}
