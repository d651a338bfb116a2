# SPDX-License-Identifier: MIT
"""The record component: every published record has its b2rec id, and its work is noted."""

from typing import Any

from invenio_db import db
from invenio_drafts_resources.services.records.components import ServiceComponent
from invenio_pidstore.models import PersistentIdentifier, PIDStatus
from sqlalchemy.dialects.postgresql import insert

from b2share_pids import ledger
from b2share_pids.schemes import B2REC, EPIC, b2rec_of

REMOTE_SCHEMES = (EPIC,)
"""Schemes whose PIDs a remote server has to know."""


class RecordPIDsComponent(ServiceComponent):
    """Do what the stock ``PIDsComponent``, which must come before, leaves undone."""

    def publish(self, identity: Any, draft: Any = None, record: Any = None) -> None:
        """Mint ``b2rec``, and note what remote servers must learn, in this transaction."""
        mint_b2rec(record)
        note_record(record)

    def lift_embargo(
        self, identity: Any, draft: Any = None, record: Any = None, uow: Any = None
    ) -> None:
        """Mint ``b2rec`` for a record of the time before; ``epic`` comes from its provider."""
        mint_b2rec(record)


def mint_b2rec(record: Any) -> None:
    """Give a record its b2rec id unless it has it; stock skips restricted records."""
    if B2REC in record.pids:
        return
    value = b2rec_of(record.id)
    statement = insert(PersistentIdentifier).values(
        pid_type=B2REC,
        pid_value=value,
        pid_provider=B2REC,
        status=PIDStatus.REGISTERED,
        object_type="rec",
        object_uuid=record.id,
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["pid_type", "pid_value"], set_={"status": PIDStatus.REGISTERED}
        )
    )
    record.pids = {**record.pids, B2REC: {"identifier": value, "provider": B2REC}}


def note_record(record: Any) -> None:
    """Open the ledger rows of a record's remote PIDs."""
    ledger.note(
        ledger.Change("record", record.id, scheme, record.pids[scheme]["identifier"])
        for scheme in REMOTE_SCHEMES
        if scheme in record.pids
    )
