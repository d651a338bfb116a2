# SPDX-License-Identifier: MIT
"""``b2share site``: tell whether everything is as it should be."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

CHECKS = "b2share_cli.checks"
"""The entry-point group of health checks."""


@click.command("check")
def check() -> list[dict[str, Any]]:
    """Run all health checks; the exit code is 1 if one finds an error."""
    from b2share_cli.errors import SiteCheckError

    found = sorted(entry_points(group=CHECKS), key=lambda point: (point.name, point.value))
    rows = [row for point in found for row in run_check(point)]
    errors = sum(row["level"] == "error" for row in rows)
    if errors:
        raise SiteCheckError(errors, rows)
    return rows


def run_check(point: EntryPoint) -> Iterator[dict[str, Any]]:
    """Yield the results of one check; one that fails by itself is an error, too."""
    from b2share_cli.failures import explain, logger

    try:
        for result in point.load()():
            yield {"check": point.name, "level": result["level"], "message": result["message"]}
    except Exception as error:  # noqa: BLE001 - a border: one broken check must not hide the others
        logger.debug("check %s failed", point.name, exc_info=True)
        reason = "; ".join(explain(error))
        yield {"check": point.name, "level": "error", "message": f"The check failed: {reason}"}
