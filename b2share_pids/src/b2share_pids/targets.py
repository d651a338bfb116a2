# SPDX-License-Identifier: MIT
"""What the handles of leased rows should say now, computed from the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from flask import current_app
from invenio_base.utils import obj_or_import_string
from invenio_db import db
from invenio_pidstore.models import PersistentIdentifier, PIDStatus
from invenio_rdm_records.proxies import current_rdm_records

from b2share_pids.errors import ObjectGoneError
from b2share_pids.handles import HandleValue
from b2share_pids.ledger import Claim
from b2share_pids.schemes import handle_of


@dataclass(frozen=True)
class Job:
    """One leased row with all that the handle server has to be told; no database is needed."""

    claim: Claim
    handle: str
    values: tuple[HandleValue, ...]
    own_urls: frozenset[str]
    """The URLs by which a handle that exists already is known as the one of this object."""
    is_registered: bool
    """Whether the handle was read back before: it is ours and may be updated."""


def prepare_jobs(
    claims: Sequence[Claim],
) -> tuple[list[Job], list[tuple[Claim, ObjectGoneError]]]:
    """Return the jobs of these rows, and the rows whose object is gone.

    Costs two statements whatever the number of rows.
    """
    if not claims:
        return [], []
    recids, registered = read_facts(claims)
    config = current_app.config
    profile = obj_or_import_string(config["B2SHARE_PIDS_PROFILE_CLS"])()
    bases = [config["SITE_UI_URL"], *config["B2SHARE_PIDS_OWN_BASE_URLS"]]
    jobs: list[Job] = []
    gone: list[tuple[Claim, ObjectGoneError]] = []
    for claim in claims:
        recid = recids.get(claim.object_id)
        if recid is None:
            gone.append((claim, ObjectGoneError(claim.object_type, str(claim.object_id))))
            continue
        urls = [f"{base.rstrip('/')}/records/{quote(recid)}" for base in bases]
        jobs.append(
            Job(
                claim=claim,
                handle=handle_of(claim.pid_value),
                values=profile.record_values(urls[0]),
                own_urls=frozenset(urls),
                is_registered=claim.pid_value in registered,
            )
        )
    return jobs, gone


def read_facts(claims: Sequence[Claim]) -> tuple[dict[UUID, str], set[str]]:
    """Return the public ids of the records, and the PIDs that are registered already."""
    model = cast(Any, current_rdm_records).records_service.record_cls.model_cls
    records = sa.select(model.id, model.json["id"].as_string()).where(
        model.id.in_([claim.object_id for claim in claims if claim.object_type == "record"]),
        model.json.is_not(None),
    )
    pids = sa.select(PersistentIdentifier.pid_value).where(
        PersistentIdentifier.pid_type.in_({claim.scheme for claim in claims}),
        PersistentIdentifier.pid_value.in_([claim.pid_value for claim in claims]),
        PersistentIdentifier.status == PIDStatus.REGISTERED,
    )
    with db.engine.connect() as connection:
        recids = {row[0]: row[1] for row in connection.execute(records)}
        registered = set(connection.execute(pids).scalars())
    return recids, registered
