# SPDX-License-Identifier: MIT
"""Health checks for `b2share site check`."""

from collections.abc import Iterator
from datetime import timedelta

from flask import current_app

from b2share_pids import ledger

LATE_AFTER = timedelta(hours=1)
"""How long a PID may wait for its registration before somebody should know."""


def check_ledger() -> Iterator[dict[str, str]]:
    """Yield what is wrong with the ledger: parked rows are errors, late ones warnings."""
    if not current_app.config["B2SHARE_PIDS_ENABLED"]:
        yield {"level": "ok", "message": "b2share_pids is not enabled"}
        return
    health = ledger.health(LATE_AFTER)
    if health.parked:
        message = f"{health.parked} PIDs are parked: see `b2share pids list --failed`"
        yield {"level": "error", "message": message}
    if health.late:
        message = f"{health.late} PIDs wait for more than an hour: see `b2share pids list --open`"
        yield {"level": "warning", "message": message}
    if not health.parked and not health.late:
        yield {"level": "ok", "message": f"{health.open} PIDs are being registered"}
