# SPDX-License-Identifier: MIT
"""The public door: what the plugin adds to a site's settings, and the call that adds it.

``enable(globals())`` belongs to the last lines of ``invenio.cfg``, after the site's own settings of
the same keys.
"""

from collections.abc import Mapping
from importlib.metadata import entry_points
from operator import attrgetter
from typing import Any

from invenio_rdm_records.services.schemas import RDMRecordSchema

from b2share_extensions.fields.base import CUSTOM_FIELDS, NAMESPACE
from b2share_extensions.fields.schema import BaseFieldsSchemaMixin

NAMESPACES: dict[str, str] = {NAMESPACE: "https://docs.eudat.eu/b2share/"}
"""The namespace of our custom fields, for ``RDM_NAMESPACES``."""

SIDE_BAR_TEMPLATES: list[str] = ["b2share_extensions/record_fields.html"]
"""What the landing page shows of our fields, for ``APP_RDM_DETAIL_SIDE_BAR_TEMPLATES``."""

DETAILS = "invenio_app_rdm/records/details/side_bar/details.html"
"""The stock block after which ours stand, where a site has it."""

_missing = object()


def current(namespace: Mapping[str, Any], key: str, stock_default: Any) -> Any:
    """Return what the site has for a key: in its file, else in a config module, else stock's."""
    if key in namespace:
        return namespace[key]
    modules = sorted(entry_points(group="invenio_config.module"), key=attrgetter("name"))
    for entry_point in reversed(modules):
        value = getattr(entry_point.load(), key, _missing)
        if value is not _missing:
            return value
    return stock_default


def record_schema(schema: type) -> type:
    """Return the site's record schema with our fields in it."""
    if issubclass(schema, BaseFieldsSchemaMixin):
        return schema
    return type(
        f"B2Share{schema.__name__}", (BaseFieldsSchemaMixin, schema), {"__module__": __name__}
    )


def side_bar(templates: list[str]) -> list[str]:
    """Return the blocks of the landing page's side bar with ours after the stock details."""
    ours = [template for template in SIDE_BAR_TEMPLATES if template not in templates]
    place = templates.index(DETAILS) + 1 if DETAILS in templates else len(templates)
    return [*templates[:place], *ours, *templates[place:]]


def enable(namespace: dict[str, Any]) -> None:
    """Add the plugin to the settings of a site; a second call changes nothing.

    Sets ``RDM_NAMESPACES``, ``RDM_CUSTOM_FIELDS``, ``RDM_RECORD_SCHEMA``,
    ``APP_RDM_DETAIL_SIDE_BAR_TEMPLATES`` and ``B2SHARE_EXTENSIONS_ENABLED``; lists, dictionaries
    and classes of the site are kept and never changed.
    """
    fields = current(namespace, "RDM_CUSTOM_FIELDS", [])
    templates = current(namespace, "APP_RDM_DETAIL_SIDE_BAR_TEMPLATES", [])
    namespace["RDM_NAMESPACES"] = {**NAMESPACES, **current(namespace, "RDM_NAMESPACES", {})}
    namespace["RDM_CUSTOM_FIELDS"] = [*fields, *(f for f in CUSTOM_FIELDS if f not in fields)]
    namespace["RDM_RECORD_SCHEMA"] = record_schema(
        current(namespace, "RDM_RECORD_SCHEMA", RDMRecordSchema)
    )
    namespace["APP_RDM_DETAIL_SIDE_BAR_TEMPLATES"] = side_bar(templates)
    namespace["B2SHARE_EXTENSIONS_ENABLED"] = True
