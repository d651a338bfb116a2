# SPDX-License-Identifier: MIT
"""The data files of vocabularies: of the instance, of plugins, and of stock, in this order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from b2share_cli.errors import FixtureFileError
from b2share_cli.upgrade_steps.app_data import LOADER, app_data, read_list, read_yaml

SPECIFIC = ("affiliations", "awards", "funders", "names", "subjects")
"""Vocabularies with a service of their own; the others share one."""

LATER = {"names": 1, "awards": 2}
"""Vocabularies whose entries name entries of others."""

FILE = "vocabularies.yaml"

LIST_DEPTH = 1
"""How deep the entries of a YAML file lie: in one list."""


@dataclass(frozen=True)
class VocabularyList:
    """One data file with the entries of a vocabulary, or of one scheme of it."""

    vocabulary: str
    pid_type: str
    path: Path | None
    scheme: tuple[tuple[str, str], ...] = ()

    @property
    def scheme_id(self) -> str | None:
        """Return the id of the scheme; only subjects have schemes."""
        return dict(self.scheme).get("id")

    @property
    def key(self) -> str:
        """Return the name under which a list of the instance replaces a stock one."""
        return f"{self.vocabulary}.{self.scheme_id}" if self.scheme_id else self.vocabulary

    def ids(self) -> set[str]:
        """Return the ids of all entries, without building the entries where that is possible.

        :raises FixtureFileError: as for ``entries``.
        """
        if self.path is None:
            return set()
        found = yaml_ids(self.path) if self.path.suffix.lower() == ".yaml" else None
        return set(found or (str(entry["id"]) for entry in self.entries()))

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield the entries of the file, ready for the service.

        :raises FixtureFileError: the file cannot be read, or an entry has no id.
        """
        for entry in read_entries(self.path) if self.path else ():
            if not entry.get("id"):
                raise FixtureFileError(self.path, "an entry has no id.")
            if self.vocabulary not in SPECIFIC:
                entry["type"] = self.vocabulary
            yield entry


def installed_lists() -> list[VocabularyList]:
    """Return all lists, those that others refer to first.

    :raises FixtureFileError: a file that names lists cannot be read.
    """
    found: dict[str, VocabularyList] = {}
    for path in sources():
        content = read_yaml(path) or {}
        try:
            lists = [one for name, entry in content.items() for one in lists_of(path, name, entry)]
        except (KeyError, TypeError, AttributeError) as error:
            raise FixtureFileError(path, f"it does not name vocabularies: {error!r}") from error
        for one in lists:
            found.setdefault(one.key, one)
    return sorted(found.values(), key=lambda one: LATER.get(one.vocabulary, 0))


def sources() -> Iterator[Path]:
    """Yield the files that name the lists; the first that names a list wins."""
    import invenio_rdm_records.fixtures
    from invenio_base.utils import entry_points

    modules = [point.load() for point in entry_points("invenio_rdm_records.fixtures")]
    stock = Path(invenio_rdm_records.fixtures.__file__).parent / "data"
    folders = [Path(module.__file__).parent for module in modules]
    for folder in [app_data(), *folders, stock]:
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


def read_entries(path: Path) -> Iterator[Any]:
    """Yield the entries of a data file: YAML, CSV or JSON lines.

    :raises FixtureFileError: it cannot be read.
    """
    from invenio_rdm_records.fixtures.vocabularies import create_iterator

    if path.suffix.lower() == ".yaml":
        yield from read_list(path)
        return
    try:
        yield from create_iterator(path)
    except (OSError, ValueError, RuntimeError) as error:
        raise FixtureFileError(path, error) from error


def yaml_ids(path: Path) -> list[str] | None:
    """Return the ids of a YAML list of entries; ``None`` if that takes a full reading.

    Only the parser is used: building the 15,000 entries of stock takes ten times as long.

    :raises FixtureFileError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            entries = list(entry_scalars(yaml.parse(stream, Loader=LOADER)))
    except (OSError, yaml.YAMLError) as error:
        raise FixtureFileError(path, error) from error
    ids = [dict(zip(words[::2], words[1::2], strict=False)).get("id", "") for words in entries]
    return ids if all(ids) else None


def entry_scalars(events: Iterable[yaml.Event]) -> Iterator[list[str]]:
    """Yield names and values in turn of each entry of a list; empty where a value is no text."""
    depth = 0
    words: list[str] = []
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            if depth == LIST_DEPTH:
                yield words
            continue
        if depth == LIST_DEPTH:
            words = []
        elif depth == LIST_DEPTH + 1:
            words.append(getattr(event, "value", ""))
        depth += isinstance(event, yaml.CollectionStartEvent)
