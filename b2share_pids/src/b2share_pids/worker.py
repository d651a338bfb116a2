# SPDX-License-Identifier: MIT
"""The worker of the ledger: brings handles into the state that the database asks for now.

No transaction is open while it speaks with the handle server, and everything may run twice, at
the same time, or be killed anywhere: a creation never overwrites, and what was sent is read
back before it counts.
"""

import logging
import os
import random
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from flask import current_app

from b2share_pids import ledger
from b2share_pids.errors import (
    ForeignHandleError,
    HandleExistsError,
    HandleNotFoundError,
    NotEnabledError,
    PermanentHandleError,
    TransientHandleError,
)
from b2share_pids.handles import HandleClient, HandleValue
from b2share_pids.schemes import EPIC
from b2share_pids.settings import handle_server
from b2share_pids.targets import Job, prepare_jobs

logger = logging.getLogger(__name__)

REQUESTS_OF_A_JOB = 5
"""Requests that one row may need: create, read, and for one that differs update and read."""

LONGEST_WAIT = timedelta(days=1)
"""How long a server's ``Retry-After`` is believed."""


@dataclass(frozen=True)
class Tally:
    """What became of the leased rows."""

    claimed: int = 0
    done: int = 0
    retried: int = 0
    parked: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Return the sum of two batches."""
        return Tally(
            self.claimed + other.claimed,
            self.done + other.done,
            self.retried + other.retried,
            self.parked + other.parked,
        )


class LeaseOverError(Exception):
    """The row waited so long for its turn that another worker may have it by now."""


def work(now: datetime | None = None) -> Tally:
    """Work off what is due and return what became of it.

    :param now: the time that counts for what is due, instead of the database server's.
    :raises NotEnabledError: the site has no handle server; nothing is leased.
    """
    config = current_app.config
    if not config["B2SHARE_PIDS_ENABLED"]:
        raise NotEnabledError
    threads = config["B2SHARE_PIDS_WORKER_THREADS"]
    until = time.monotonic() + config["B2SHARE_PIDS_WORKER_TIME_LIMIT"]
    owner = f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid4().hex[:16]}"
    total = Tally()
    with open_client(threads) as client, ThreadPoolExecutor(threads) as pool:
        while True:
            batch = work_batch(owner, client, pool, now)
            total += batch
            if batch.claimed < config["B2SHARE_PIDS_WORKER_BATCH_SIZE"]:
                return total
            if time.monotonic() > until:
                return total


@contextmanager
def open_client(connections: int) -> Iterator[HandleClient]:
    """Open connections to the configured handle server."""
    with HandleClient(handle_server(current_app.config), connections) as client:
        yield client


def work_batch(owner: str, client: HandleClient, pool: Executor, now: datetime | None) -> Tally:
    """Lease a batch of rows, bring their handles up to date, and write down how it went."""
    config = current_app.config
    lease = config["B2SHARE_PIDS_WORKER_LEASE"]
    server = client.server
    longest_job = REQUESTS_OF_A_JOB * (server.connect_timeout + server.read_timeout)
    deadline = time.monotonic() + max(lease - longest_job, lease / 2)
    claims = ledger.claim(
        owner, config["B2SHARE_PIDS_WORKER_BATCH_SIZE"], timedelta(seconds=lease), EPIC, now
    )
    jobs, gone = prepare_jobs(claims)
    for claim, error in gone:
        logger.error("PID %s is parked: %s", claim.pid_value, error)
        ledger.park(claim, str(error), now)
    futures = {pool.submit(work_job, client, job, deadline): job for job in jobs}
    outcomes = [conclude(futures[future], future, now) for future in as_completed(futures)]
    failures = [reason for outcome, reason in outcomes if outcome == "retried"]
    if failures:
        logger.warning("%d handles are tried again later; first: %s", len(failures), failures[0])
    return Tally(
        claimed=len(claims),
        done=sum(outcome == "done" for outcome, _ in outcomes),
        retried=len(failures),
        parked=len(gone) + sum(outcome == "parked" for outcome, _ in outcomes),
    )


def work_job(client: HandleClient, job: Job, deadline: float) -> None:
    """Do one job in a thread of the pool: no database, no application context."""
    if time.monotonic() > deadline:
        raise LeaseOverError
    reconcile(client, job)


def conclude(job: Job, future: "Future[None]", now: datetime | None) -> tuple[str, str]:
    """Write down how a job went and return it with the reason of a failure."""
    claim = job.claim
    try:
        future.result()
    except LeaseOverError:
        ledger.release(claim)
        return "released", ""
    except PermanentHandleError as error:
        logger.error("handle of %s %s is parked: %s", claim.object_type, claim.object_id, error)  # noqa: TRY400
        ledger.park(claim, str(error), now)
        return "parked", str(error)
    except TransientHandleError as error:
        ledger.postpone(claim, str(error), back_off(claim.attempts, error.retry_after), now)
        return "retried", str(error)
    except Exception as error:
        # One row that cannot be worked on must not keep the others from being done.
        logger.exception("handle of %s %s failed", claim.object_type, claim.object_id)
        reason = f"unexpected {type(error).__name__}"
        ledger.postpone(claim, reason, back_off(claim.attempts, None), now)
        return "retried", reason
    if not ledger.finish(claim):
        return "released", ""
    logger.info("handle %s of %s %s is right", job.handle, claim.object_type, claim.object_id)
    return "done", ""


def reconcile(client: HandleClient, job: Job) -> None:
    """Let the handle say what it should, and read that back.

    :raises TransientHandleError: try again later.
    :raises PermanentHandleError: somebody has to look at it; nothing foreign was changed.
    """
    values = read_if_any(client, job.handle) if job.is_registered else None
    if values is None:
        values = create(client, job)
    if not is_said(job.values, values):
        client.update(job.handle, job.values)
        values = client.read(job.handle)
    if not is_said(job.values, values):
        raise TransientHandleError(job.handle, "the server has other values than it was sent")


def create(client: HandleClient, job: Job) -> Sequence[HandleValue]:
    """Make the handle and return its values, also if an earlier run made it already.

    :raises ForeignHandleError: the handle exists and is not ours.
    """
    exists = False
    try:
        client.create(job.handle, job.values)
    except HandleExistsError:
        exists = True
    values = read_if_any(client, job.handle)
    if values is None:
        raise TransientHandleError(job.handle, "the server does not have what it was sent")
    if exists and not (job.claim.sent_before and is_ours(job, values)):
        raise ForeignHandleError(job.handle, "the handle exists and is not ours")
    return values


def read_if_any(client: HandleClient, handle: str) -> Sequence[HandleValue] | None:
    """Return the values of a handle, or None if there is no such handle."""
    try:
        return client.read(handle)
    except HandleNotFoundError:
        return None


def is_said(wanted: Sequence[HandleValue], values: Sequence[HandleValue]) -> bool:
    """Tell whether a handle has exactly the wanted values for their types."""
    types = {value.type for value in wanted}
    return {value for value in values if value.type in types} == set(wanted)


def is_ours(job: Job, values: Sequence[HandleValue]) -> bool:
    """Tell whether a handle leads to the object of this job, under any address of this site."""
    return any(value.type == "URL" and value.value in job.own_urls for value in values)


def back_off(attempts: int, retry_after: float | None) -> timedelta:
    """Return how long to wait: doubled with each failure, with jitter, within the limits."""
    config = current_app.config
    longest = config["B2SHARE_PIDS_RETRY_MAX"]
    # 2 ** 20 seconds exceed every sensible limit; larger powers only cost time.
    wait = min(config["B2SHARE_PIDS_RETRY_MIN"] * 2 ** min(attempts, 20), longest)
    jittered = timedelta(seconds=wait * random.uniform(0.5, 1.0))  # noqa: S311
    asked = min(max(retry_after or 0.0, 0.0), LONGEST_WAIT.total_seconds())
    return max(jittered, timedelta(seconds=asked))
