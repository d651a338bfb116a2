# SPDX-License-Identifier: MIT
"""All vocabularies, entry by entry.

The stock fixture skips a whole list as soon as its type exists, so that a load which was
killed is never completed. Here each entry of a data file is looked up, and the index is
compared with the database.
"""

from collections.abc import Sequence
from typing import Any

from b2share_cli.application import extension
from b2share_cli.upgrade_steps.vocabulary_files import SPECIFIC, VocabularyList, installed_lists

BATCH = 50
"""Entries per transaction: fewer commits, and a killed run loses no more than these."""


class VocabulariesStep:
    """Add the missing entries, and index those that the search index lacks."""

    order = 700
    title = "Vocabularies"

    def pending(self) -> bool:
        """Compare data files with the database, and the database with the index."""
        lists = installed_lists()
        lacking = any(not has_type(one) or one.ids() - known_ids(one) for one in lists)
        return lacking or any(unindexed(service) for service in services(lists))

    def run(self) -> str:
        """Add list by list, then index in bulk.

        :raises FixtureFileError: a file cannot be read, or an entry is refused.
        """
        lists = installed_lists()
        added = sum(add_missing(one) for one in lists)
        indexed = sum(index_missing(service) for service in services(lists))
        return f"{added} entries added, {indexed} indexed"


def service_of(one: VocabularyList) -> Any:
    """Return the service that keeps the entries of a list."""
    name = one.vocabulary if one.vocabulary in SPECIFIC else "vocabularies"
    return extension("invenio-records-resources").registry.get(name)


def services(lists: list[VocabularyList]) -> list[Any]:
    """Return each service of the lists once."""
    found = [service_of(one) for one in lists]
    return list({id(service): service for service in found}.values())


def has_type(one: VocabularyList) -> bool:
    """Tell whether the rows are there that say which vocabularies and schemes exist."""
    from invenio_db import db
    from invenio_vocabularies.records.models import VocabularyScheme, VocabularyType

    if db.session.get(VocabularyType, one.vocabulary) is None:
        return False
    key = (one.scheme_id, one.vocabulary)
    return one.scheme_id is None or db.session.get(VocabularyScheme, key) is not None


def make_type(one: VocabularyList) -> None:
    """Make the rows that say which vocabularies and schemes exist, where they are missing."""
    from invenio_access.permissions import system_identity
    from invenio_db import db
    from invenio_vocabularies.records.models import VocabularyScheme, VocabularyType

    if db.session.get(VocabularyType, one.vocabulary) is None:
        generic = extension("invenio-records-resources").registry.get("vocabularies")
        generic.create_type(system_identity, one.vocabulary, one.pid_type)
    if not has_type(one):
        VocabularyScheme.create(parent_id=one.vocabulary, **dict(one.scheme))
        db.session.commit()


def known_ids(one: VocabularyList) -> set[str]:
    """Return all ids that were ever used: a deleted entry stays deleted."""
    import sqlalchemy as sa
    from invenio_db import db
    from invenio_pidstore.models import PersistentIdentifier
    from invenio_vocabularies.records.models import VocabularyType

    column = getattr(service_of(one).record_cls.model_cls, "pid", None)
    if column is not None:
        return set(db.session.scalars(sa.select(column)))
    row = db.session.get(VocabularyType, one.vocabulary)
    pid_type = row.pid_type if row else one.pid_type
    query = sa.select(PersistentIdentifier.pid_value).filter_by(pid_type=pid_type)
    return set(db.session.scalars(query))


def add_missing(one: VocabularyList) -> int:
    """Add the missing entries of a list to the database and return their number.

    :raises FixtureFileError: an entry is refused.
    """
    make_type(one)
    missing = one.ids() - known_ids(one)
    entries = [entry for entry in one.entries() if str(entry["id"]) in missing] if missing else []
    for start in range(0, len(entries), BATCH):
        add_batch(one, entries[start : start + BATCH])
    return len(entries)


def add_batch(one: VocabularyList, entries: Sequence[dict[str, Any]]) -> None:
    """Add some entries in one transaction; they are indexed later, all at once.

    :raises FixtureFileError: an entry is refused.
    """
    from invenio_access.permissions import system_identity
    from invenio_db.uow import Operation, UnitOfWork

    from b2share_cli.errors import FixtureFileError
    from b2share_cli.failures import explain

    class DatabaseOnly(UnitOfWork):
        """Run the part of each operation that writes to the database."""

        def register(self, op: Operation) -> None:
            op.on_register(self)

    service = service_of(one)
    with DatabaseOnly() as uow:
        for entry in entries:
            try:
                service.create(system_identity, entry, uow=uow)
            except Exception as error:
                reason = f"entry {entry.get('id')!r}: {'; '.join(explain(error))}"
                raise FixtureFileError(one.path, reason) from error
        uow.commit()


def index_missing(service: Any) -> int:
    """Put the records that the index lacks into it and return their number."""
    missing = unindexed(service)
    if missing:
        service.indexer.bulk_index(missing)
        service.indexer.process_bulk_queue(search_bulk_kwargs={"refresh": True})
        # A worker may have taken some of the queue, and the bulk call only counts refusals.
        for record_id in unindexed(service):
            service.indexer.index_by_id(record_id)
        service.indexer.refresh()
    return len(missing)


def unindexed(service: Any) -> list[Any]:
    """Return the ids of records that the index does not have."""
    import sqlalchemy as sa
    from invenio_db import db
    from invenio_search.engine import search
    from invenio_search.utils import build_alias_name

    client = extension("invenio-search").client
    model = service.record_cls.model_cls
    alive = model.json.is_not(None)
    index = build_alias_name(service.record_cls.index.search_alias)
    service.indexer.refresh()
    total = db.session.scalar(sa.select(sa.func.count()).select_from(model).where(alive))
    if client.count(index=index)["count"] >= total:
        return []
    there = {hit["_id"] for hit in search.helpers.scan(client, index=index, _source=False)}
    ids = db.session.scalars(sa.select(model.id).where(alive))
    return [record_id for record_id in ids if str(record_id) not in there]


step = VocabulariesStep()
