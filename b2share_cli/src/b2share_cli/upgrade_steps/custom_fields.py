# SPDX-License-Identifier: MIT
"""The configured custom fields of records and communities in the search indices."""

from collections.abc import Iterator, Mapping
from typing import Any

from b2share_cli.application import extension


class CustomFieldsStep:
    """Do what ``custom-fields init`` does for records and for communities."""

    order = 410
    title = "Custom fields in the search indices"

    def pending(self) -> bool:
        """Compare the configured fields with the mappings."""
        return any(True for _ in missing_fields())

    def run(self) -> str:
        """Put the mappings of the missing fields."""
        put: dict[str, dict[str, Any]] = {}
        for index, name, mapping in missing_fields():
            put.setdefault(index, {})[f"custom_fields.{name}"] = mapping
        for index, properties in put.items():
            extension("invenio-search").client.indices.put_mapping(
                index=index, body={"properties": properties}
            )
        names = sorted({name for properties in put.values() for name in properties})
        return ", ".join(names)


def missing_fields() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield index, field name and mapping of what an index lacks."""
    for index, fields in configured_fields():
        mappings = extension("invenio-search").client.indices.get_mapping(index=index).values()
        there = next(iter(mappings))["mappings"].get("properties", {}).get("custom_fields", {})
        for field in fields:
            if not covers(there, {"properties": {field.name: field.mapping}}):
                yield index, field.name, field.mapping


def configured_fields() -> Iterator[tuple[str, list[Any]]]:
    """Yield each index that has custom fields, with the fields.

    :raises CustomFieldsException: the configuration is not valid.
    """
    from flask import current_app
    from invenio_records_resources.services.custom_fields.validate import validate_custom_fields
    from invenio_search.utils import build_alias_name

    records = extension("invenio-rdm-records").records_service.config
    communities = extension("invenio-communities").service.config
    places: list[tuple[str, list[Any]]] = [
        ("RDM", [records.record_cls, records.draft_cls]),
        ("COMMUNITIES", [communities.record_cls]),
    ]
    for prefix, classes in places:
        fields = current_app.config.get(f"{prefix}_CUSTOM_FIELDS") or []
        namespaces = current_app.config.get(f"{prefix}_NAMESPACES") or {}
        validate_custom_fields(fields, namespaces=set(namespaces))
        for cls in classes if fields else []:
            # The name without prefix, as rdm-records 20.3 (cli.py) takes it; there is no other way.
            yield build_alias_name(cls.index._name), list(fields)  # noqa: SLF001


def covers(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether a mapping has all properties of another, at every depth."""
    found = there.get("properties", {})
    return all(
        name in found and covers(found[name], inner)
        for name, inner in wanted.get("properties", {}).items()
    )


step = CustomFieldsStep()
