# SPDX-License-Identifier: MIT
"""The ledger: note changes where they happen, lease open rows, write down how it went.

``note`` runs in the transaction of the change; all else in short transactions of its own, on a
connection of its own, so that the caller's session is never committed by the way.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from invenio_db import db
from invenio_pidstore.models import PersistentIdentifier, PIDStatus
from sqlalchemy.dialects.postgresql import insert

from b2share_pids.models import LedgerEntry

TABLE: sa.Table = LedgerEntry.__table__
IS_OPEN = TABLE.c.generation > TABLE.c.done_generation

ERROR_LENGTH = 500
"""Characters of an error that a row keeps."""


@dataclass(frozen=True, order=True)
class Change:
    """Something about an object that the remote side of one of its PIDs has to learn."""

    object_type: str
    object_id: UUID
    scheme: str
    pid_value: str


@dataclass(frozen=True)
class Claim:
    """A row that this run of a worker holds; ``generation`` is what it will have done."""

    id: int
    owner: str
    object_type: str
    object_id: UUID
    scheme: str
    pid_value: str
    generation: int
    attempts: int
    sent_before: bool
    """Whether an earlier run may have sent the request that creates the PID."""


def note(changes: Iterable[Change]) -> None:
    """Open the rows of these changes, with one statement, in the current transaction.

    A parked row is tried again, since the change may be what it was waiting for.
    """
    # In one order everywhere, so that two transactions never wait for each other.
    rows = [vars(change) for change in sorted(set(changes))]
    if not rows:
        return
    statement = insert(TABLE).values(rows)
    now = sa.func.now()
    db.session.execute(
        statement.on_conflict_do_update(
            constraint="uq_b2share_pids_ledger_object",
            set_={
                "pid_value": statement.excluded.pid_value,
                "generation": TABLE.c.generation + 1,
                "open_since": sa.case((IS_OPEN, TABLE.c.open_since), else_=now),
                "attempts": 0,
                "next_try": now,
                "parked_at": None,
                "updated": now,
            },
        )
    )


def clock(now: datetime | None) -> sa.ColumnElement[datetime]:
    """Return the time of the database server, or the given one."""
    return sa.func.now() if now is None else sa.literal(now, sa.DateTime(timezone=True))


def claim(
    owner: str, limit: int, lease: timedelta, scheme: str, now: datetime | None = None
) -> list[Claim]:
    """Lease up to ``limit`` rows that are due; two workers never get the same ones.

    Rows without failures come first, so that a fresh publication never waits for a backlog
    that fails.
    """
    time = clock(now)
    is_free = sa.or_(TABLE.c.lease_until.is_(None), TABLE.c.lease_until < time)
    due = (
        sa.select(TABLE)
        .where(IS_OPEN, TABLE.c.parked_at.is_(None), TABLE.c.next_try <= time, is_free)
        .where(TABLE.c.scheme == scheme)
        .order_by(TABLE.c.attempts, TABLE.c.next_try)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    with db.engine.begin() as connection:
        rows = connection.execute(due).all()
        if rows:
            connection.execute(
                sa.update(TABLE)
                .where(TABLE.c.id.in_([row.id for row in rows]))
                .values(
                    lease_owner=owner,
                    lease_until=time + lease,
                    sent_at=sa.func.coalesce(TABLE.c.sent_at, time),
                )
            )
    return [
        Claim(
            id=row.id,
            owner=owner,
            object_type=row.object_type,
            object_id=row.object_id,
            scheme=row.scheme,
            pid_value=row.pid_value,
            generation=row.generation,
            attempts=row.attempts,
            sent_before=row.sent_at is not None,
        )
        for row in rows
    ]


def finish(claim: Claim) -> bool:
    """Write down that the remote side was seen to have this generation: the PID is registered.

    A change that came meanwhile leaves the row open.

    :returns: False if the lease was lost and somebody else has the row now; nothing is changed.
    """
    with db.engine.begin() as connection:
        kept = end_lease(
            connection, claim, done_generation=claim.generation, attempts=0, last_error=None
        )
        if kept:
            connection.execute(
                sa.update(PersistentIdentifier)
                .where(
                    PersistentIdentifier.pid_type == claim.scheme,
                    PersistentIdentifier.pid_value == claim.pid_value,
                    PersistentIdentifier.status.in_([PIDStatus.NEW, PIDStatus.RESERVED]),
                )
                .values(status=PIDStatus.REGISTERED)
            )
    return kept


def postpone(claim: Claim, error: str, delay: timedelta, now: datetime | None = None) -> bool:
    """Give the row back with the reason of the failure; it is due again after ``delay``."""
    with db.engine.begin() as connection:
        return end_lease(
            connection,
            claim,
            attempts=TABLE.c.attempts + 1,
            next_try=clock(now) + delay,
            last_error=error[:ERROR_LENGTH],
        )


def park(claim: Claim, error: str, now: datetime | None = None) -> bool:
    """Take the row out of the queue, unless a change came meanwhile, which is tried first."""
    is_same = TABLE.c.generation == claim.generation
    with db.engine.begin() as connection:
        return end_lease(
            connection,
            claim,
            attempts=TABLE.c.attempts + 1,
            parked_at=sa.case((is_same, clock(now)), else_=None),
            last_error=error[:ERROR_LENGTH],
        )


def release(claim: Claim) -> bool:
    """Give the row back as it was: nothing was tried."""
    with db.engine.begin() as connection:
        return end_lease(connection, claim)


def end_lease(connection: sa.Connection, claim: Claim, **values: Any) -> bool:
    """Set these values and free the row, if the lease is still this claim's."""
    result = connection.execute(
        sa.update(TABLE)
        .where(TABLE.c.id == claim.id, TABLE.c.lease_owner == claim.owner)
        .values(lease_owner=None, lease_until=None, updated=sa.func.now(), **values)
    )
    return bool(result.rowcount)


@dataclass(frozen=True)
class Health:
    """How many rows are open, late (open for longer than asked) and parked."""

    open: int
    late: int
    parked: int


def health(late_after: timedelta) -> Health:
    """Count the rows that are not done, in one statement."""
    is_parked = TABLE.c.parked_at.is_not(None)
    is_late = sa.and_(~is_parked, TABLE.c.open_since < sa.func.now() - late_after)
    count = sa.func.count
    statement = sa.select(count(), count().filter(is_late), count().filter(is_parked)).where(
        IS_OPEN
    )
    with db.engine.connect() as connection:
        return Health(*connection.execute(statement).one())


def entries(
    *, only_open: bool = False, only_failed: bool = False, ids: Collection[UUID] = ()
) -> Iterator[sa.RowMapping]:
    """Yield rows, oldest first; failed ones are open and have an error."""
    statement = sa.select(TABLE).order_by(TABLE.c.id).execution_options(yield_per=500)
    if only_open or only_failed:
        statement = statement.where(IS_OPEN)
    if only_failed:
        statement = statement.where(TABLE.c.last_error.is_not(None))
    if ids:
        statement = statement.where(TABLE.c.object_id.in_(ids))
    with db.engine.connect() as connection:
        yield from connection.execute(statement).mappings()
