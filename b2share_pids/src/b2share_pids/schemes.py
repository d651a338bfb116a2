# SPDX-License-Identifier: MIT
"""The names of the PID schemes and the forms of their values."""

from uuid import UUID

EPIC = "epic"
"""Handles at an ePIC server: scheme, PID type and provider name."""

B2REC = "b2rec"
"""B2SHARE record ids: scheme, PID type and provider name."""

PUBLIC_PREFIX = "http://hdl.handle.net/"
"""Start of every ePIC identifier in records and in PIDStore."""


def pid_value_of(handle: str) -> str:
    """Return the identifier of ``prefix/suffix`` as it stands in records."""
    return f"{PUBLIC_PREFIX}{handle}"


def handle_of(pid_value: str) -> str:
    """Return ``prefix/suffix`` of an identifier as it stands in records."""
    return pid_value.removeprefix(PUBLIC_PREFIX)


def b2rec_of(record_id: UUID) -> str:
    """Return the B2SHARE record id of a record's UUID."""
    return record_id.hex
