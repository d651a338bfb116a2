# SPDX-License-Identifier: MIT
"""The one place that translates between ``metadata.X`` and the custom field ``b2share:X``."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, post_dump, pre_load

from b2share_extensions.fields.base import CUSTOM_FIELDS
from b2share_extensions.fields.input_rules import normalize


class BaseFieldsSchemaMixin(Schema):
    """Let a record schema read, show and report our fields under ``metadata``.

    Goes before the site's own: ``class RecordSchema(BaseFieldsSchemaMixin, RDMRecordSchema)``.
    Nothing is raised while loading, since stock then has no valid data to keep in the draft.
    """

    @pre_load
    def store_base_fields(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Move ``metadata.X`` to where it is stored; it wins over a custom field sent beside it."""
        metadata, stored = data.get("metadata"), data.get("custom_fields") or {}
        if not isinstance(metadata, Mapping) or not isinstance(stored, Mapping):
            return data
        rest = normalize(metadata)
        moved = {
            field.name: rest.pop(field.label) for field in CUSTOM_FIELDS if field.label in rest
        }
        if not moved:
            return data
        return {**data, "metadata": rest, "custom_fields": {**stored, **moved}}

    @post_dump
    def show_base_fields(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Show our fields in ``metadata`` and nowhere else."""
        stored = dict(data.get("custom_fields") or {})
        shown = {
            field.label: stored.pop(field.name) for field in CUSTOM_FIELDS if field.name in stored
        }
        if not shown:
            return data
        return {
            **data,
            "metadata": {**(data.get("metadata") or {}), **shown},
            "custom_fields": stored,
        }

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        """Report errors where the client sent the value: ``metadata.instruments.0.pid``."""
        if isinstance(error.messages, dict):
            for messages in error.messages.values() if many else [error.messages]:
                move_messages(messages)
        super().handle_error(error, data, many=many, **kwargs)


def move_messages(messages: Any) -> None:
    """Move the messages about our custom fields to the paths under ``metadata``, in place."""
    stored = messages.get("custom_fields") if isinstance(messages, dict) else None
    shown = messages.setdefault("metadata", {}) if isinstance(stored, dict) else None
    if not isinstance(stored, dict) or not isinstance(shown, dict):
        return
    for field in CUSTOM_FIELDS:
        if field.name in stored:
            shown[field.label] = stored.pop(field.name)
    for key in ("metadata", "custom_fields"):
        if not messages[key]:
            del messages[key]
