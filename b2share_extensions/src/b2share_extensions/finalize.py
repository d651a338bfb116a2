# SPDX-License-Identifier: MIT
"""The last look at the settings before the first request."""

import logging
from collections.abc import Iterator

from flask import Flask

from b2share_extensions.errors import WiringError
from b2share_extensions.fields.base import CUSTOM_FIELDS, NAMESPACE
from b2share_extensions.fields.schema import BaseFieldsSchemaMixin

logger = logging.getLogger(__name__)


def finalize_app(app: Flask) -> None:
    """Stop the start of an enabled site whose settings lost a part of the plugin.

    :raises WiringError: names the key; with ``B2SHARE_EXTENSIONS_STRICT_WIRING = False`` it is
        logged instead.
    """
    if not app.config["B2SHARE_EXTENSIONS_ENABLED"]:
        return
    for error in wiring_errors(app):
        if app.config["B2SHARE_EXTENSIONS_STRICT_WIRING"]:
            raise error
        logger.error("%s", error)


def wiring_errors(app: Flask) -> Iterator[WiringError]:
    """Compare the resolved configuration with what ``wiring.enable`` composed."""
    if NAMESPACE not in app.config["RDM_NAMESPACES"]:
        yield WiringError("RDM_NAMESPACES", f"the namespace {NAMESPACE!r}")
    for field in CUSTOM_FIELDS:
        if field not in app.config["RDM_CUSTOM_FIELDS"]:
            yield WiringError("RDM_CUSTOM_FIELDS", f"the field {field.name!r}")
    schema = app.extensions["invenio-rdm-records"].records_service.config.schema
    if not issubclass(schema, BaseFieldsSchemaMixin):
        yield WiringError("RDM_RECORD_SCHEMA", "a subclass of BaseFieldsSchemaMixin")
