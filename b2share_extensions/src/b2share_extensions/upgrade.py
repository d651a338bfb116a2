# SPDX-License-Identifier: MIT
"""Steps of ``b2share upgrade run``, for the entry-point group ``b2share_cli.upgrade_steps``."""

from dataclasses import dataclass

from flask import current_app

from b2share_extensions.errors import IndexMissingError
from b2share_extensions.index.sync import differences, sync


@dataclass(frozen=True)
class SyncStep:
    """Make our fields searchable, after the indices and the stock custom fields are there."""

    order: int = 420
    title: str = "Search mapping of the B2SHARE fields"

    def pending(self) -> bool:
        """Whether an index lacks something; also if it does not exist yet."""
        if not current_app.config["B2SHARE_EXTENSIONS_ENABLED"]:
            return False
        try:
            return bool(differences())
        except IndexMissingError:
            return True

    def run(self) -> str:
        """Do it, and say what changed."""
        result = sync()
        names = ", ".join(result["changed"]) or "nothing"
        return f"changed {names}; indexed {result['reindexed']} records again"


SYNC = SyncStep()
