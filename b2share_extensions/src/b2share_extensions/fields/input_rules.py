# SPDX-License-Identifier: MIT
"""What known clients send instead of the one form that is stored and returned.

Every rule takes the value of one field and returns it in the stored form. A rule never raises and
never changes its argument: what it does not know stays as it is, for the field's schema to judge.
"""

from collections.abc import Callable, Mapping
from typing import Any

INSTRUMENT_KEYS = {"instrument_name": "name", "identifier": "pid", "scheme": "pid_type"}
"""Other names of an instrument's parts, as the EUDAT rescue client sends them."""


def instrument_keys(instruments: Any) -> Any:
    """Accept ``{instrument_name, identifier, scheme}`` as ``{name, pid, pid_type}``.

    A part that comes under both names keeps both, and the schema reports the unknown one.
    """
    if not isinstance(instruments, list):
        return instruments
    return [_renamed(item) if isinstance(item, Mapping) else item for item in instruments]


def _renamed(item: Mapping[str, Any]) -> dict[str, Any]:
    names = {old: new for old, new in INSTRUMENT_KEYS.items() if new not in item}
    return {names.get(key, key): value for key, value in item.items()}


RULES: dict[str, Callable[[Any], Any]] = {"instruments": instrument_keys}
"""The rule of each field of ``metadata`` that has one."""


def normalize(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata with every rule applied to the field it is for."""
    return {key: RULES[key](value) if key in RULES else value for key, value in metadata.items()}
