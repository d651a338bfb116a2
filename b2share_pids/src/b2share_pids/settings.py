# SPDX-License-Identifier: MIT
"""The plugin's settings as objects, and the check that they make sense."""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.utils import import_string

from b2share_pids.errors import SettingError
from b2share_pids.handles import Credentials, HandleServer


def is_address(value: Any) -> bool:
    """Tell whether this is an https address, or an http address of this very machine."""
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    more = parts.path.rstrip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if not host or port == 0 or more:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(host))


def is_this_machine(host: str) -> bool:
    """Tell whether a host can only be this very machine; a name that merely begins so cannot."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


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


def is_profile(value: Any) -> bool:
    """Tell whether this is the import path of a class that says what handles carry."""
    try:
        profile = import_string(value) if isinstance(value, str) else None
    except (ImportError, ValueError):
        return False
    return isinstance(profile, type) and hasattr(profile, "record_values")


MANDATORY: dict[str, tuple[Callable[[Any], bool], str]] = {
    "B2SHARE_PIDS_EPIC_URL": (
        is_address,
        "an address like https://handles.example.org, without path; http only for this machine",
    ),
    "B2SHARE_PIDS_EPIC_PREFIX": (matches(r"\d+(\.\w+)*"), "a text like '21.T12345'"),
    "B2SHARE_PIDS_EPIC_RESOLVER_URL": (matches(r"https?://\S+"), "an http or https address"),
    "B2SHARE_PIDS_EPIC_CONNECT_TIMEOUT": (is_positive, "seconds above 0"),
    "B2SHARE_PIDS_EPIC_READ_TIMEOUT": (is_positive, "seconds above 0"),
    "B2SHARE_PIDS_OWN_BASE_URLS": (is_text_list, "a list of addresses"),
    "B2SHARE_PIDS_PROFILE_CLS": (is_profile, "the import path of a class like EudatProfile"),
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
    "B2SHARE_PIDS_EPIC_PASSWORD": (matches(r".+"), "a text, in quotes if it could be a number"),
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
            shown = "a value of the wrong form" if key in SECRETS else without_user(repr(value))
            raise SettingError(key, shown, expected)
    password = config.get("B2SHARE_PIDS_EPIC_PASSWORD")
    certificate = config.get("B2SHARE_PIDS_EPIC_CERTIFICATE")
    if (password is None) == (certificate is None):
        found = "neither this nor a certificate" if password is None else "both"
        expected = "either a password or B2SHARE_PIDS_EPIC_CERTIFICATE"
        raise SettingError("B2SHARE_PIDS_EPIC_PASSWORD", found, expected)
    if password is not None and config.get("B2SHARE_PIDS_EPIC_USER") is None:
        raise SettingError("B2SHARE_PIDS_EPIC_USER", "None", "index:prefix/suffix")


def without_user(text: str) -> str:
    """Return the text with what an address may have before its ``@``, a password, blotted out."""
    return re.sub(r"//.*@", "//***@", text)


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
