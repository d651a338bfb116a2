# SPDX-License-Identifier: MIT
"""Commands of `b2share pids`: they return plain data, which `b2share` shows."""

from collections.abc import Iterator
from typing import Any

import click


@click.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not registered yet.")
@click.option("--failed", "only_failed", is_flag=True, help="Only those whose last try failed.")
def list_pids(only_open: bool, only_failed: bool) -> Iterator[dict[str, Any]]:
    """List the PIDs that a remote server has to know, and how far they are."""
    from b2share_pids import ledger

    return (
        {
            "pid": row["pid_value"],
            "object": f"{row['object_type']} {row['object_id']}",
            "state": state_of(row),
            "attempts": row["attempts"],
            "next_try": row["next_try"].isoformat(),
            "error": row["last_error"],
        }
        for row in ledger.entries(only_open=only_open, only_failed=only_failed)
    )


def state_of(row: Any) -> str:
    """Return the state of a ledger row in one word."""
    if row["parked_at"] is not None:
        return "parked"
    return "open" if row["generation"] > row["done_generation"] else "done"


@click.command("work")
def work() -> dict[str, int]:
    """Register what is due now, without waiting for the scheduler."""
    from dataclasses import asdict

    from b2share_pids import worker

    return asdict(worker.work())
