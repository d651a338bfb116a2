# SPDX-License-Identifier: MIT
"""The ledger table: the open work on PIDs, one row for each object and scheme."""

from invenio_db import db
from sqlalchemy.dialects.postgresql import UUID


class LedgerEntry(db.Model):  # type: ignore[name-defined]  # made at run time
    """One PID that a remote server has to know.

    PIDStore owns existence and status of the PID; this row says which of its changes the
    remote side has learned. It is open while ``generation > done_generation``; nothing deletes
    it. Times are those of the database server, so that the clocks of workers do not matter.
    """

    __tablename__ = "b2share_pids_ledger"

    id = db.Column(db.BigInteger, db.Identity(), primary_key=True)
    object_type = db.Column(db.String(6), nullable=False)
    """``record``, ``file`` or ``parent``."""
    object_id = db.Column(UUID(as_uuid=True), nullable=False)
    scheme = db.Column(db.String(6), nullable=False)
    pid_value = db.Column(db.String(255), nullable=False)

    generation = db.Column(db.BigInteger, nullable=False, server_default="1")
    """Counted up by every change that the remote side has to learn."""
    done_generation = db.Column(db.BigInteger, nullable=False, server_default="0")
    """The generation that was read back from the remote side."""
    open_since = db.Column(db.DateTime(timezone=True), nullable=False, server_default=db.func.now())
    """When the row was opened last; without a meaning when it is done."""

    lease_owner = db.Column(db.String(64))
    lease_until = db.Column(db.DateTime(timezone=True))
    """Until then the row belongs to one run of a worker."""
    sent_at = db.Column(db.DateTime(timezone=True))
    """Noted before the first request that creates the PID: it may exist since then."""
    attempts = db.Column(db.Integer, nullable=False, server_default="0")
    """Failures since the last success or change."""
    next_try = db.Column(db.DateTime(timezone=True), nullable=False, server_default=db.func.now())
    last_error = db.Column(db.Text)
    parked_at = db.Column(db.DateTime(timezone=True))
    """Set when another try makes no sense before somebody changes something."""

    created = db.Column(db.DateTime(timezone=True), nullable=False, server_default=db.func.now())
    updated = db.Column(db.DateTime(timezone=True), nullable=False, server_default=db.func.now())

    __table_args__ = (
        db.UniqueConstraint(object_type, object_id, scheme, name="uq_b2share_pids_ledger_object"),
        db.Index(
            "ix_b2share_pids_ledger_open",
            attempts,
            next_try,
            postgresql_where=db.text("generation > done_generation AND parked_at IS NULL"),
        ),
        db.Index("ix_b2share_pids_ledger_pid_value", pid_value),
    )
