# SPDX-License-Identifier: MIT
"""Search indices, their aliases and templates."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from b2share_cli.application import extension


class IndicesStep:
    """Do what ``index init`` does, but only what is missing."""

    order = 400
    title = "Search indices"

    def pending(self) -> bool:
        """Ask the search server for templates, indices and aliases."""
        return bool(missing_templates()) or any(True for _ in missing_aliases())

    def run(self) -> str:
        """Put the templates first, as they act when an index is made."""
        search = extension("invenio-search")

        templates = missing_templates()
        if templates:
            list(search.put_templates())
            list(search.put_component_templates())
            list(search.put_index_templates())
        there = server_aliases()
        made = sum(make_index(name, there) for name, _ in mapped_indices())
        aliases = list(missing_aliases())
        for index, alias in aliases:
            search.client.indices.put_alias(index=index, name=alias)
        return f"{made} indices, {len(aliases)} group aliases, {len(templates)} templates made"


def missing_templates() -> list[str]:
    """Return the names of templates that the search server lacks."""
    from invenio_search.utils import build_alias_name

    search = extension("invenio-search")
    client = search.client
    kinds = [
        (search.templates, client.indices.exists_template),
        (search.component_templates, client.cluster.exists_component_template),
        (search.index_templates, client.indices.exists_index_template),
    ]
    names = [(build_alias_name(name), exists) for kind, exists in kinds for name in kind]
    return [name for name, exists in names if not exists(name=name)]


def mapped_indices(
    tree: Mapping[str, Any] | None = None, above: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the name of each index with the aliases of the groups that it belongs to."""
    branches = extension("invenio-search").active_aliases if tree is None else tree
    for name, value in branches.items():
        if isinstance(value, Mapping):
            yield from mapped_indices(value, (*above, name))
        else:
            yield name, above


def server_aliases() -> dict[str, set[str]]:
    """Return the aliases of each index of this site."""
    from invenio_search.utils import prefix_index

    answer = extension("invenio-search").client.indices.get_alias(index=prefix_index("*"))
    return {index: set(found["aliases"]) for index, found in answer.items()}


def index_behind(name: str, there: Mapping[str, set[str]]) -> str | None:
    """Return the index that has the alias of a mapping, if there is one."""
    from invenio_search.utils import build_alias_name

    alias = build_alias_name(name)
    return next((index for index, aliases in there.items() if alias in {index, *aliases}), None)


def missing_aliases() -> Iterator[tuple[str, str]]:
    """Yield index and alias for each alias that is not there; a missing index counts, too."""
    from invenio_search.utils import build_alias_name

    there = server_aliases()
    for name, groups in mapped_indices():
        index = index_behind(name, there)
        aliases = there.get(index, set()) if index else set()
        for alias in [build_alias_name(group) for group in groups]:
            if alias not in aliases:
                yield index or name, alias


def make_index(name: str, there: Mapping[str, set[str]]) -> bool:
    """Make an index with its own alias unless it is there; tell whether anything was made."""
    from invenio_search.utils import build_alias_name

    if index_behind(name, there):
        return False
    search = extension("invenio-search")
    alias = build_alias_name(name)
    # A run that was killed between the two calls of create_index leaves an index without alias.
    lost = [index for index in there if re.fullmatch(re.escape(alias) + r"-\d+", index)]
    if lost:
        search.client.indices.put_alias(index=max(lost), name=alias)
    else:
        # The client cannot report a refusal with the default of None (invenio-search 3.1, ext.py).
        search.create_index(name, ignore=[])
    return True


step = IndicesStep()
