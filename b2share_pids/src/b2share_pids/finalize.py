# SPDX-License-Identifier: MIT
"""The last look at a starting application: our part must still be in its configuration."""

import logging
from collections.abc import Iterator

from flask import Flask
from invenio_rdm_records.services.components import PIDsComponent

from b2share_pids.components import RecordPIDsComponent
from b2share_pids.errors import WiringError
from b2share_pids.wiring import BEAT_SCHEDULE, IDENTIFIERS

logger = logging.getLogger(__name__)


def finalize_app(app: Flask) -> None:
    """Refuse to start an enabled site in which another setting removed our part.

    :raises WiringError: names the key; ``B2SHARE_PIDS_STRICT_WIRING = False`` logs it instead.
    """
    if not app.config["B2SHARE_PIDS_ENABLED"]:
        return
    for error in missing_parts(app):
        if app.config["B2SHARE_PIDS_STRICT_WIRING"]:
            raise error
        logger.error("%s", error)


def missing_parts(app: Flask) -> Iterator[WiringError]:
    """Yield an error for each key of the resolved configuration that lacks our part."""
    schemes = app.config.get("RDM_PERSISTENT_IDENTIFIERS", {})
    names = {p.name for p in app.config.get("RDM_PERSISTENT_IDENTIFIER_PROVIDERS", [])}
    for scheme, wanted in IDENTIFIERS.items():
        if scheme not in schemes:
            yield WiringError("RDM_PERSISTENT_IDENTIFIERS", f"the scheme {scheme!r}")
        for name in set(wanted["providers"]) - names:
            yield WiringError("RDM_PERSISTENT_IDENTIFIER_PROVIDERS", f"the provider {name!r}")
    components = app.config.get("RDM_RECORDS_SERVICE_COMPONENTS", [])
    ours = [i for i, c in enumerate(components) if issubclass(c, RecordPIDsComponent)]
    stock = [i for i, c in enumerate(components) if issubclass(c, PIDsComponent)]
    if not ours or not stock or min(ours) < max(stock):
        missing = "RecordPIDsComponent after the stock PIDsComponent"
        yield WiringError("RDM_RECORDS_SERVICE_COMPONENTS", missing)
    tasks = {entry.get("task") for entry in app.config.get("CELERY_BEAT_SCHEDULE", {}).values()}
    for entry in BEAT_SCHEDULE.values():
        if entry["task"] not in tasks:
            yield WiringError("CELERY_BEAT_SCHEDULE", f"the task {entry['task']!r}")
