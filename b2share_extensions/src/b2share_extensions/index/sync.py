# SPDX-License-Identifier: MIT
"""Bring the search indices to what the fields need, and tell whether they are there.

Stock v13 creates the indices; what is missing afterwards is added here, without a re-creation and
without touching what others added. The note in ``_meta`` is written last: a run that was killed is
simply run again.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from invenio_db import db
from invenio_rdm_records.proxies import current_rdm_records_service
from invenio_search import current_search_client
from invenio_search.engine import search
from invenio_search.utils import build_alias_name

from b2share_extensions.errors import (
    FieldLimitError,
    IndexMissingError,
    MappingRefusedError,
    NotEnabledError,
)
from b2share_extensions.fields.base import CUSTOM_FIELDS, FULL_TEXT_PATH, NAMESPACE
from b2share_extensions.index.mapping import (
    count_fields,
    digest,
    draft_mapping,
    merged,
    record_mapping,
)

# The proxies of Invenio are untyped; these names say so once.
records_service: Any = current_rdm_records_service
search_client: Any = current_search_client

logger = logging.getLogger(__name__)

STOCK_FIELD_LIMIT = 1000
"""What OpenSearch allows an index that sets no ``total_fields.limit``."""

HEADROOM = 500
"""Free fields to keep: a full mapping refuses deposits of everybody, as stock maps some values."""


@dataclass(frozen=True)
class LiveIndex:
    """One index as it is now, and the mapping it should contain."""

    name: str
    mapping: dict[str, Any]
    settings: dict[str, Any]
    wanted: dict[str, Any]
    is_searched: bool

    @property
    def has_mapping(self) -> bool:
        """Whether exactly the wanted mapping was written, and everything after it."""
        noted = self.mapping.get("_meta", {}).get(NAMESPACE, {})
        return bool(noted.get("base") == digest(self.wanted))

    @property
    def default_fields(self) -> list[str]:
        """The fields of plain ``q=word``; an index that names none searches all."""
        found = self.settings.get("query", {}).get("default_field", "*")
        return [found] if isinstance(found, str) else list(found)

    @property
    def has_full_text(self) -> bool:
        """Whether plain ``q=word`` finds our texts."""
        return not self.is_searched or bool({"*", FULL_TEXT_PATH} & set(self.default_fields))

    @property
    def field_limit(self) -> int:
        """How many mapped fields the index may have."""
        total = self.settings.get("mapping", {}).get("total_fields", {})
        return int(total.get("limit", STOCK_FIELD_LIMIT))

    @property
    def fields_needed(self) -> int:
        """How many mapped fields there are once the wanted mapping is in."""
        return count_fields(merged(self.mapping, self.wanted))


def live_indices() -> Iterator[LiveIndex]:
    """Read the records' and the drafts' index.

    :raises IndexMissingError: the search indices were not created yet.
    """
    config = records_service.config
    for record_cls, wanted, is_searched in (
        (config.record_cls, record_mapping(), True),
        (config.draft_cls, draft_mapping(), False),
    ):
        # IndexField of invenio-records-resources 8.8 offers no public name, stock's own
        # `custom-fields init` (invenio_rdm_records/cli.py) reads this one.
        alias = build_alias_name(record_cls.index._name)  # noqa: SLF001
        try:
            found = search_client.indices.get(index=alias)
        except search.NotFoundError as error:
            raise IndexMissingError(alias) from error
        for name, state in found.items():
            settings = state["settings"]["index"]
            yield LiveIndex(name, state["mappings"], settings, wanted, is_searched)


def differences() -> list[str]:
    """Say in one sentence each what ``sync`` would change.

    :raises IndexMissingError: the search indices were not created yet.
    """
    found = []
    for index in live_indices():
        if not index.has_mapping:
            found.append(f"The index {index.name} lacks the present mapping of our fields")
        if not index.has_full_text:
            found.append(f"The index {index.name} does not search our fields by plain words")
    return found


def sync() -> dict[str, Any]:
    """Make our fields searchable in the indices that exist; change nothing that is right.

    :raises NotEnabledError: the plugin is not enabled on this site.
    :raises IndexMissingError: the search indices were not created yet.
    :raises FieldLimitError: more fields are needed than the operator allows.
    :raises MappingRefusedError: an index already has another type for one of our fields.
    """
    if not current_app.config["B2SHARE_EXTENSIONS_ENABLED"]:
        raise NotEnabledError
    changed, reindexed = [], 0
    for index in live_indices():
        if index.has_mapping and index.has_full_text:
            continue
        changed.append(index.name)
        if not index.has_mapping:
            raise_field_limit(index)
            put(index.name, index.wanted)
        if not index.has_full_text:
            add_full_text(index)
        if not index.has_mapping:
            reindexed += reindex_stored_records() if index.is_searched else 0
            note(index.name, digest(index.wanted))
    logger.info("Search indices in sync: changed %s, reindexed %d records", changed, reindexed)
    return {"changed": changed, "reindexed": reindexed}


def raise_field_limit(index: LiveIndex) -> None:
    """Make room for the wanted mapping and some more, up to the operator's maximum.

    :raises FieldLimitError: the maximum is too small.
    """
    maximum = current_app.config["B2SHARE_EXTENSIONS_MAX_FIELDS"]
    needed = index.fields_needed
    if needed > max(maximum, index.field_limit):
        raise FieldLimitError(index.name, needed, maximum)
    limit = min(needed + HEADROOM, maximum)
    if limit > index.field_limit:
        put_settings(index.name, {"index.mapping.total_fields.limit": limit})


def add_full_text(index: LiveIndex) -> None:
    """Add our full text to what plain ``q=word`` searches."""
    fields = [*index.default_fields, FULL_TEXT_PATH]
    put_settings(index.name, {"index.query.default_field": fields})


def put_settings(index: str, settings: dict[str, Any]) -> None:
    """Change settings that take effect at once, with the index open."""
    search_client.indices.put_settings(index=index, body=settings)


def put(index: str, mapping: dict[str, Any]) -> None:
    """Add a mapping to an index.

    :raises MappingRefusedError: it contradicts what is there.
    """
    try:
        search_client.indices.put_mapping(index=index, body=mapping)
    except search.RequestError as error:
        raise MappingRefusedError(index, reason_of(error)) from error


def reason_of(error: search.RequestError) -> str:
    """Return the sentence in which OpenSearch says why it refused."""
    try:
        return str(error.info["error"]["reason"])
    except (KeyError, TypeError):
        return str(error)


def note(index: str, name: str) -> None:
    """Write in the index which mapping it has; ``_meta`` is replaced as a whole, so read it now."""
    state = search_client.indices.get_mapping(index=index)[index]["mappings"]
    meta = state.get("_meta", {})
    put(index, {"_meta": {**meta, NAMESPACE: {**meta.get(NAMESPACE, {}), "base": name}}})


def reindex_stored_records() -> int:
    """Index again the records that hold our fields, since a new mapping finds only new documents.

    Through Invenio's indexer, not ``_update_by_query``: that counts up the documents' versions, and
    the next write of the record itself is then refused as outdated.
    """
    model = records_service.record_cls.model_cls
    stored = model.json["custom_fields"]
    holds = sa.or_(*(stored[field.name].is_not(None) for field in CUSTOM_FIELDS))
    ids = [str(row.id) for row in db.session.execute(sa.select(model.id).where(holds))]
    if ids:
        indexer = records_service.indexer
        indexer.bulk_index(ids)
        # One call takes at most 10000 entries of the queue, and those of others come first.
        while any(indexer.process_bulk_queue()):
            pass
    return len(ids)
