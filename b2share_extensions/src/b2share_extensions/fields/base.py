# SPDX-License-Identifier: MIT
"""Contact e-mails and instruments: what they contain and how they are stored.

A field ``X`` is stored as the custom field ``b2share:X``, so that stock record classes, JSON
schemas and indices hold it. Clients know it as ``metadata.X``: see ``fields.schema``.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from invenio_i18n import lazy_gettext as _
from invenio_records_resources.services.custom_fields import BaseCF
from marshmallow import Schema, fields, validate
from marshmallow_utils.fields import SanitizedUnicode

NAMESPACE = "b2share"
"""Prefix of our custom fields; also the key in ``RDM_NAMESPACES`` and in an index's ``_meta``."""

FULL_TEXT = "fulltext"
"""Our one indexed text that plain ``q=word`` searches; nothing of it is stored in records."""

FULL_TEXT_PATH = f"custom_fields.{NAMESPACE}:{FULL_TEXT}"

MAX_KEYWORD = 8191
"""Longest text indexed as one term: Lucene takes 32766 bytes, and a character has up to four."""

KEYWORD = {"type": "keyword", "ignore_above": MAX_KEYWORD}


NOT_EMPTY = validate.Length(min=1, error=_("Must not be empty."))  # type: ignore[arg-type]  # lazy
IS_EMAIL = validate.Email(error=_("Not a valid e-mail address."))  # type: ignore[arg-type]  # lazy


class ContactEmailSchema(Schema):
    """One address that readers of a record may write to."""

    contact_email = SanitizedUnicode(required=True, validate=IS_EMAIL)


class InstrumentSchema(Schema):
    """One instrument that made the data, with the PID that identifies it."""

    name = SanitizedUnicode(required=True, validate=NOT_EMPTY)
    pid = SanitizedUnicode(required=True, validate=NOT_EMPTY)
    pid_type = SanitizedUnicode(required=True, validate=NOT_EMPTY)


class BaseField(BaseCF):
    """A list of objects, stored as a custom field and shown as ``metadata.<label>``."""

    def __init__(self, label: str, schema: type[Schema], index: Mapping[str, Any]) -> None:
        super().__init__(f"{NAMESPACE}:{label}")
        self.label = label
        self._schema = schema
        self._index = index

    @property
    def field(self) -> fields.List:
        """The rule for values that clients send."""
        return fields.List(fields.Nested(self._schema))

    @property
    def mapping(self) -> dict[str, Any]:
        """What stock ``custom-fields init`` writes: nothing is indexed, no type is ever guessed.

        It goes to the drafts' index, too, where no value may be refused; the types that make the
        field searchable are added to the records' index by ``index.sync``.
        """
        return {"type": "object", "dynamic": "false"}

    @property
    def index_mapping(self) -> dict[str, Any]:
        """The searchable form, for the records' index only."""
        return {**self.mapping, "properties": deepcopy(dict(self._index))}


CONTACT_EMAILS = BaseField("contact_emails", ContactEmailSchema, {"contact_email": KEYWORD})

INSTRUMENTS = BaseField(
    "instruments",
    InstrumentSchema,
    {
        "name": {"type": "text", "fields": {"keyword": KEYWORD}, "copy_to": FULL_TEXT_PATH},
        "pid": {**KEYWORD, "copy_to": FULL_TEXT_PATH},
        "pid_type": KEYWORD,
    },
)

CUSTOM_FIELDS: list[BaseField] = [CONTACT_EMAILS, INSTRUMENTS]
"""Every field of this plugin, in the order in which it is shown."""


def get_field(record: Any, label: str, default: Any = None) -> Any:
    """Return the value of ``metadata.<label>`` from whatever holds a record.

    A record object or the source of a search hit has it among the custom fields; a service's
    result item or a response of the API has it in ``metadata``.
    """
    data = record if isinstance(record, Mapping) else record.data
    shown = data.get("metadata") or {}
    if label in shown:
        return shown[label]
    return (data.get("custom_fields") or {}).get(f"{NAMESPACE}:{label}", default)
