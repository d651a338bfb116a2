# SPDX-License-Identifier: MIT
"""The parts of the search mapping that this plugin owns, computed from the fields."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from b2share_extensions.fields.base import CUSTOM_FIELDS, FULL_TEXT, NAMESPACE


def record_mapping() -> dict[str, Any]:
    """Return what the records' index needs: typed fields, one full text, and API-form aliases."""
    stored = {field.name: field.index_mapping for field in CUSTOM_FIELDS}
    stored[f"{NAMESPACE}:{FULL_TEXT}"] = {"type": "text"}
    shown = {
        field.label: alias_tree(field.index_mapping, f"custom_fields.{field.name}")
        for field in CUSTOM_FIELDS
    }
    return {
        "properties": {
            "custom_fields": {"properties": stored},
            "metadata": {"properties": shown},
        }
    }


def draft_mapping() -> dict[str, Any]:
    """Return what the drafts' index needs: our values are kept there, and never refused."""
    stored = {field.name: field.mapping for field in CUSTOM_FIELDS}
    return {"properties": {"custom_fields": {"properties": stored}}}


def alias_tree(mapping: Mapping[str, Any], target: str) -> dict[str, Any]:
    """Return the objects of a mapping with every leaf replaced by an alias to it.

    An alias has no sub-fields, so ``name.keyword`` is reached as ``name_keyword``.
    """
    tree: dict[str, Any] = {}
    for name, node in mapping["properties"].items():
        path = f"{target}.{name}"
        if "properties" in node:
            tree[name] = alias_tree(node, path)
            continue
        tree[name] = {"type": "alias", "path": path}
        for part in node.get("fields", ()):
            tree[f"{name}_{part}"] = {"type": "alias", "path": f"{path}.{part}"}
    return {"properties": tree}


def digest(mapping: Mapping[str, Any]) -> str:
    """Return a short name of exactly this mapping, as it is noted in the index."""
    text = json.dumps(mapping, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def merged(mapping: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """Return the mapping as OpenSearch would have it after ``added`` was put."""
    result = dict(mapping)
    for key, value in added.items():
        old = result.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[key] = merged(old, value) if both else value  # type: ignore[arg-type]  # both
    return result


def count_fields(mapping: Mapping[str, Any]) -> int:
    """Count as ``index.mapping.total_fields.limit`` does: objects and sub-fields, too."""
    nodes = mapping.get("properties", {}).values()
    return sum(1 + len(node.get("fields", ())) + count_fields(node) for node in nodes)
