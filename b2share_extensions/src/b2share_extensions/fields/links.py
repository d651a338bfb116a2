# SPDX-License-Identifier: MIT
"""Addresses of persistent identifiers that people typed."""

import re
from urllib.parse import quote, urlsplit

RESOLVERS = {
    "doi": "https://doi.org/",
    "handle": "https://hdl.handle.net/",
    "hdl": "https://hdl.handle.net/",
    "epic": "https://hdl.handle.net/",
}
"""Where an identifier of each type leads; both resolvers belong to the Handle System."""

PREFIX = re.compile(
    r"^(?:https?://(?:dx\.)?doi\.org/|https?://hdl\.handle\.net/|doi:|hdl:)\s*", re.I
)
HANDLE = re.compile(r"[^\s/]+/\S+")


def pid_url(pid: str, pid_type: str) -> str | None:
    """Return where the identifier leads, or None if it cannot be linked safely."""
    kind, pid = pid_type.strip().lower(), pid.strip()
    if kind in RESOLVERS:
        value = PREFIX.sub("", pid)
        return RESOLVERS[kind] + quote(value, safe="/:;()") if HANDLE.fullmatch(value) else None
    return pid if kind == "url" and is_web_address(pid) else None


def is_web_address(value: str) -> bool:
    """Whether a browser that follows the address opens a page and runs nothing."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
