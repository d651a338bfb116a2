# SPDX-License-Identifier: MIT
"""The plugin's settings as objects, and the check that they make sense."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from b2share_pids.errors import SettingError
from b2share_pids.handles import Credentials, HandleServer


def is_address(value: Any) -> bool:
    """Tell whether this is an https address, or an http address of this very machine."""
    parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
    if not parts.hostname or parts.path.rstrip("/") or parts.username or parts.query:
        return False
    local = parts.hostname in {"localhost", "::1"} or parts.hostname.startswith("127.")
    return parts.scheme == "https" or (parts.scheme == "http" and local)


def is_file(value: Any) -> bool:
    """Tell whether this is the path of a file."""
    return isinstance(value, str) and Path(value).is_file()


def is_positive(value: Any) -> bool:
    """Tell whether this is a number above zero."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def is_count(value: Any) -> bool:
    """Tell whether this is a whole number above zero."""
    return is_positive(value) and isinstance(value, int)


def matches(pattern: str) -> Callable[[Any], bool]:
    """Return a check for text of this form."""
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_text_list(value: Any) -> bool:
    """Tell whether this is a list of texts."""
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


MANDATORY: dict[str, tuple[Callable[[Any], bool], str]] = {
    "B2SHARE_PIDS_EPIC_URL": (
        is_address,
        "an address like https://handles.example.org, without path; http only for this machine",
    ),
    "B2SHARE_PIDS_EPIC_PREFIX": (matches(r"\d+(\.\w+)*"), "a handle prefix like 21.T12345"),
    "B2SHARE_PIDS_EPIC_RESOLVER_URL": (matches(r"https?://\S+"), "an http or https address"),
    "B2SHARE_PIDS_EPIC_CONNECT_TIMEOUT": (is_positive, "seconds above 0"),
    "B2SHARE_PIDS_EPIC_READ_TIMEOUT": (is_positive, "seconds above 0"),
    "B2SHARE_PIDS_OWN_BASE_URLS": (is_text_list, "a list of addresses"),
    "B2SHARE_PIDS_PROFILE_CLS": (matches(r"\w+([.:]\w+)+"), "the import path of a class"),
    "B2SHARE_PIDS_WORKER_BATCH_SIZE": (is_count, "a whole number above 0"),
    "B2SHARE_PIDS_WORKER_THREADS": (is_count, "a whole number above 0"),
    "B2SHARE_PIDS_WORKER_LEASE": (is_count, "whole seconds above 0"),
    "B2SHARE_PIDS_WORKER_TIME_LIMIT": (is_count, "whole seconds above 0"),
    "B2SHARE_PIDS_RETRY_MIN": (is_count, "whole seconds above 0"),
    "B2SHARE_PIDS_RETRY_MAX": (is_count, "whole seconds above 0"),
}
"""What an enabled plugin needs: the check of each value and the words for it."""

OPTIONAL: dict[str, tuple[Callable[[Any], bool], str]] = {
    "B2SHARE_PIDS_EPIC_USER": (matches(r"\d+:[^:\s]+/[^:\s]+"), "index:prefix/suffix"),
    "B2SHARE_PIDS_EPIC_PASSWORD": (matches(r".+"), "a text that is not empty"),
    "B2SHARE_PIDS_EPIC_CERTIFICATE": (is_file, "the path of a file"),
    "B2SHARE_PIDS_EPIC_PRIVATE_KEY": (is_file, "the path of a file"),
    "B2SHARE_PIDS_EPIC_CA": (is_file, "the path of a file"),
    "B2SHARE_PIDS_EPIC_ADMIN": (matches(r"\d+:[^:\s]+/[^:\s]+"), "index:prefix/suffix"),
}
"""The same for values that may be None."""

SECRETS = {"B2SHARE_PIDS_EPIC_PASSWORD"}
"""Keys whose values never appear in a message."""


def check_settings(config: Mapping[str, Any]) -> None:
    """Refuse settings with which no handle could be registered.

    :raises SettingError: the first wrong key, what was found and what is expected.
    """
    for key, (is_valid, expected) in {**MANDATORY, **OPTIONAL}.items():
        value = config.get(key)
        if value is None and key in OPTIONAL:
            continue
        if not is_valid(value):
            shown = "a value of the wrong form" if key in SECRETS else repr(value)
            raise SettingError(key, shown, expected)
    password = config.get("B2SHARE_PIDS_EPIC_PASSWORD")
    certificate = config.get("B2SHARE_PIDS_EPIC_CERTIFICATE")
    if (password is None) == (certificate is None):
        found = "neither this nor a certificate" if password is None else "both"
        expected = "either a password or B2SHARE_PIDS_EPIC_CERTIFICATE"
        raise SettingError("B2SHARE_PIDS_EPIC_PASSWORD", found, expected)
    if password is not None and config.get("B2SHARE_PIDS_EPIC_USER") is None:
        raise SettingError("B2SHARE_PIDS_EPIC_USER", "None", "index:prefix/suffix")


def handle_server(config: Mapping[str, Any]) -> HandleServer:
    """Return the ePIC server of these (checked) settings."""
    return HandleServer(
        url=config["B2SHARE_PIDS_EPIC_URL"],
        credentials=Credentials(
            user=config["B2SHARE_PIDS_EPIC_USER"],
            password=config["B2SHARE_PIDS_EPIC_PASSWORD"],
            certificate=config["B2SHARE_PIDS_EPIC_CERTIFICATE"],
            private_key=config["B2SHARE_PIDS_EPIC_PRIVATE_KEY"],
        ),
        admin=config["B2SHARE_PIDS_EPIC_ADMIN"] or f"200:0.NA/{config['B2SHARE_PIDS_EPIC_PREFIX']}",
        ca=config["B2SHARE_PIDS_EPIC_CA"],
        connect_timeout=config["B2SHARE_PIDS_EPIC_CONNECT_TIMEOUT"],
        read_timeout=config["B2SHARE_PIDS_EPIC_READ_TIMEOUT"],
    )
