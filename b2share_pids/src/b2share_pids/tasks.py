# SPDX-License-Identifier: MIT
"""Celery tasks: they start the worker, and have no rules of their own."""

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from b2share_pids import worker

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def work() -> None:
    """Run the worker once; safe at any time and any number of times at once."""
    worker.work()


def wake() -> None:
    """Ask for a run of the worker soon; never fails, since the beat comes anyway."""
    if work.app.conf.task_always_eager:
        # It would run here and now, and speak with the handle server in a transaction.
        return
    try:
        work.apply_async(retry=False)
    except OperationalError as error:
        logger.warning("the ledger waits for the next beat: %s", type(error).__name__)
