# SPDX-License-Identifier: MIT
"""All vocabularies: the lists of the instance, of plugins, and of stock, entry by entry.

The stock fixture skips a whole list as soon as its type exists, so that a load which was
killed is never completed. Here each entry of a data file is looked up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from b2share_cli.application import extension

SPECIFIC = ("affiliations", "awards", "funders", "names", "subjects")
"""Vocabularies with a service of their own; the others share one."""

LATER = {"names": 1, "awards": 2}
"""Vocabularies whose entries name entries of others."""

FILE = "vocabularies.yaml"


@dataclass(frozen=True)
class VocabularyList:
    """One data file with the entries of a vocabulary, or of one scheme of it."""

    vocabulary: str
    pid_type: str
    path: Path | None
    scheme: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """Return the name under which a list of the instance replaces a stock one."""
        scheme = dict(self.scheme).get("id")
        return f"{self.vocabulary}.{scheme}" if scheme else self.vocabulary

    @cached_property
    def service(self) -> Any:
        """Return the service that keeps the entries."""
        name = self.vocabulary if self.vocabulary in SPECIFIC else "vocabularies"
        return extension("invenio-records-resources").registry.get(name)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield the entries of the file.

        :raises VocabularyFileError: the file cannot be read, or an entry has no id.
        """
        from b2share_cli.errors import VocabularyFileError

        for entry in read_entries(self.path) if self.path else ():
            if not isinstance(entry, dict) or not entry.get("id"):
                raise VocabularyFileError(self.path, "an entry has no id.")
            if self.vocabulary not in SPECIFIC:
                entry["type"] = self.vocabulary
            yield entry

    def missing_entries(self) -> Iterator[dict[str, Any]]:
        """Yield the entries that the database does not have."""
        known = self.known_ids()
        return (entry for entry in self.entries() if str(entry["id"]) not in known)

    def known_ids(self) -> set[str]:
        """Return all ids that were ever used: a deleted entry stays deleted."""
        import sqlalchemy as sa
        from invenio_db import db
        from invenio_pidstore.models import PersistentIdentifier

        column = getattr(self.service.record_cls.model_cls, "pid", None)
        query = sa.select(PersistentIdentifier.pid_value).filter_by(pid_type=self.stored_pid_type())
        return set(db.session.scalars(query if column is None else sa.select(column)))

    def stored_pid_type(self) -> str:
        """Return the PID type that the vocabulary was created with."""
        from invenio_db import db
        from invenio_vocabularies.records.models import VocabularyType

        row = db.session.get(VocabularyType, self.vocabulary)
        return str(row.pid_type if row else self.pid_type)

    def has_type(self) -> bool:
        """Tell whether the rows are there that say which vocabularies exist."""
        from invenio_db import db
        from invenio_vocabularies.records.models import VocabularyScheme, VocabularyType

        scheme = dict(self.scheme).get("id")
        if db.session.get(VocabularyType, self.vocabulary) is None:
            return False
        return not scheme or bool(db.session.get(VocabularyScheme, (scheme, self.vocabulary)))

    def make_type(self) -> None:
        """Make the rows that say which vocabularies exist."""
        from invenio_access.permissions import system_identity
        from invenio_db import db
        from invenio_vocabularies.records.models import VocabularyScheme, VocabularyType

        if db.session.get(VocabularyType, self.vocabulary) is None:
            registry = extension("invenio-records-resources").registry
            generic = registry.get("vocabularies")
            generic.create_type(system_identity, self.vocabulary, self.pid_type)
        if not self.has_type():
            VocabularyScheme.create(parent_id=self.vocabulary, **dict(self.scheme))
            db.session.commit()


class VocabulariesStep:
    """Add the missing entries, and index those that the search index lacks."""

    order = 700
    title = "Vocabularies"

    def pending(self) -> bool:
        """Compare data files with the database, and the database with the index."""
        lists = installed_lists()
        return any(
            not one.has_type() or any(True for _ in one.missing_entries()) for one in lists
        ) or any(unindexed(service) for service in services(lists))

    def run(self) -> str:
        """Add list by list, then index."""
        lists = installed_lists()
        added = sum(add_missing(one) for one in lists)
        indexed = 0
        for service in services(lists):
            for record_id in unindexed(service):
                service.indexer.index_by_id(record_id)
                indexed += 1
            service.indexer.refresh()
        return f"{added} entries added, {indexed} indexed again"


def read_entries(path: Path) -> Iterator[Any]:
    """Yield the entries of a data file: YAML, CSV or JSON lines.

    :raises VocabularyFileError: it cannot be read.
    """
    from invenio_rdm_records.fixtures.vocabularies import create_iterator

    from b2share_cli.errors import VocabularyFileError

    try:
        if path.suffix.lower() == ".yaml":
            yield from read_yaml(path) or []
        else:
            yield from create_iterator(path)
    except (OSError, ValueError, RuntimeError, yaml.YAMLError) as error:
        raise VocabularyFileError(path, error) from error


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file; the C parser is ten times faster, where it is there."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open("rb") as stream:
        return yaml.load(stream, Loader=loader)  # noqa: S506 - one of the two safe loaders


def installed_lists() -> list[VocabularyList]:
    """Return all lists; the instance's come before those of plugins, and these before stock."""
    from b2share_cli.errors import VocabularyFileError

    found: dict[str, VocabularyList] = {}
    for path in sources():
        try:
            content = read_yaml(path) or {}
            lists = [one for name, entry in content.items() for one in lists_of(path, name, entry)]
        except (OSError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
            raise VocabularyFileError(path, error) from error
        for one in lists:
            found.setdefault(one.key, one)
    return sorted(found.values(), key=lambda one: LATER.get(one.vocabulary, 0))


def sources() -> Iterator[Path]:
    """Yield the files that name the lists, the first one wins."""
    import invenio_rdm_records.fixtures
    from flask import current_app
    from invenio_base.utils import entry_points

    modules = [point.load() for point in entry_points("invenio_rdm_records.fixtures")]
    stock = Path(invenio_rdm_records.fixtures.__file__).parent / "data"
    folders = [Path(module.__file__).parent for module in modules]
    for folder in [Path(current_app.instance_path) / "app_data", *folders, stock]:
        if (folder / FILE).exists():
            yield folder / FILE


def lists_of(source: Path, name: str, entry: dict[str, Any]) -> Iterator[VocabularyList]:
    """Yield what one entry of a ``vocabularies.yaml`` names."""
    pid_type, folder = entry["pid-type"], source.parent
    if name != "subjects":
        yield VocabularyList(name, pid_type, folder / entry["data-file"])
        return
    yield VocabularyList(name, pid_type, None)
    for scheme in entry.get("schemes", []):
        columns = {key: scheme.get(key, "") for key in ("id", "name", "uri")}
        yield VocabularyList(name, pid_type, folder / scheme["data-file"], tuple(columns.items()))


def add_missing(one: VocabularyList) -> int:
    """Add the missing entries of a list and return their number.

    :raises VocabularyFileError: an entry is refused.
    """
    from invenio_access.permissions import system_identity

    from b2share_cli.errors import VocabularyFileError
    from b2share_cli.failures import explain

    one.make_type()
    count = 0
    for entry in list(one.missing_entries()):
        try:
            one.service.create(system_identity, entry)
        except Exception as error:
            reason = f"entry {entry.get('id')!r}: {'; '.join(explain(error))}"
            raise VocabularyFileError(one.path, reason) from error
        count += 1
    return count


def services(lists: list[VocabularyList]) -> list[Any]:
    """Return each service of the lists once."""
    return list({id(one.service): one.service for one in lists}.values())


def unindexed(service: Any) -> list[Any]:
    """Return the ids of records that the index does not have."""
    import sqlalchemy as sa
    from invenio_db import db
    from invenio_search.engine import search
    from invenio_search.utils import build_alias_name

    model = service.record_cls.model_cls
    alive = model.json.is_not(None)
    index = build_alias_name(service.record_cls.index.search_alias)
    service.indexer.refresh()
    total = db.session.scalar(sa.select(sa.func.count()).select_from(model).where(alive))
    client = extension("invenio-search").client
    if client.count(index=index)["count"] >= total:
        return []
    hits = search.helpers.scan(client, index=index, _source=False)
    there = {hit["_id"] for hit in hits}
    ids = db.session.scalars(sa.select(model.id).where(alive))
    return [record_id for record_id in ids if str(record_id) not in there]


step = VocabulariesStep()
