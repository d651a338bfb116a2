# SPDX-License-Identifier: MIT
"""What ``b2share site check`` asks about b2share itself."""

from collections.abc import Iterator

from b2share_cli.errors import EntryPointError
from b2share_cli.groups import load
from b2share_cli.tree import conflicts, installed_claims


def commands() -> Iterator[dict[str, str]]:
    """Every command can be loaded, and no two plugins claim the same one."""
    claims = installed_claims()
    healthy = True
    for path, rivals in conflicts(claims).items():
        healthy = False
        values = [claim.entry_point.value for claim in rivals]
        message = f"{' '.join(path)!r} is claimed by {', '.join(values)}; {values[0]} is used."
        yield {"level": "error", "message": message}
    for claim in claims:
        try:
            load(claim)
        except EntryPointError as error:
            healthy = False
            yield {"level": "error", "message": str(error)}
    if healthy:
        yield {"level": "ok", "message": f"{len(claims)} commands of plugins and b2share."}


def upgrade() -> Iterator[dict[str, str]]:
    """No step of ``upgrade run`` is pending."""
    from flask import current_app

    from b2share_cli.upgrade import plan_steps

    rows = plan_steps(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001  # a proxy of werkzeug
    pending = [row["step"] for row in rows if row["state"] == "pending"]
    if pending:
        message = f"`b2share upgrade run` is due for: {', '.join(pending)}."
        yield {"level": "error", "message": message}
    else:
        yield {"level": "ok", "message": f"All {len(rows)} steps of the upgrade are done."}
