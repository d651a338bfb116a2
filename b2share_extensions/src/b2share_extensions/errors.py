# SPDX-License-Identifier: MIT
"""What can go wrong, each with the facts that a caller needs to act."""

from typing import Any


class B2ShareExtensionsError(Exception):
    """Root of every error that this plugin raises by itself."""


class WiringError(B2ShareExtensionsError):
    """A setting does not contain the plugin's part, although the plugin is enabled."""

    def __init__(self, key: str, missing: str) -> None:
        self.key = key
        self.missing = missing
        super().__init__(
            f"{key} does not contain {missing}: call b2share_extensions.wiring.enable(globals()) "
            f"after every other line of invenio.cfg that sets {key}, or set "
            "B2SHARE_EXTENSIONS_STRICT_WIRING = False to start without it"
        )


class SettingError(B2ShareExtensionsError):
    """A setting of the plugin has a value that it cannot have."""

    def __init__(self, key: str, found: Any, expected: str) -> None:
        self.key = key
        self.found = found
        self.expected = expected
        super().__init__(f"{key} is {found!r}, expected {expected}")


class NotEnabledError(B2ShareExtensionsError):
    """The command needs the plugin to be enabled on this site."""

    def __init__(self) -> None:
        super().__init__(
            "b2share_extensions is installed but not enabled: "
            "call b2share_extensions.wiring.enable(globals()) in invenio.cfg"
        )


class IndexMissingError(B2ShareExtensionsError):
    """The search index does not exist yet."""

    def __init__(self, index: str) -> None:
        self.index = index
        super().__init__(f"The index {index} does not exist: run `invenio index init` first")


class MappingRefusedError(B2ShareExtensionsError):
    """OpenSearch does not take the mapping, in most cases as it guessed another type before."""

    def __init__(self, index: str, reason: str) -> None:
        self.index = index
        self.reason = reason
        super().__init__(
            f"The index {index} refused the mapping ({reason}). Make the indices anew: "
            "`invenio index destroy`, `invenio index init`, `b2share schemas sync`, "
            "`invenio rdm rebuild-all-indices`"
        )


class FieldLimitError(B2ShareExtensionsError):
    """More fields would be mapped than the operator allows."""

    def __init__(self, index: str, needed: int, maximum: int) -> None:
        self.index = index
        self.needed = needed
        self.maximum = maximum
        super().__init__(
            f"The index {index} would have {needed} fields, "
            f"but B2SHARE_EXTENSIONS_MAX_FIELDS is {maximum}"
        )


class OutOfSyncError(B2ShareExtensionsError):
    """The search indices differ from what the plugin needs."""

    def __init__(self, differences: list[str]) -> None:
        self.differences = differences
        super().__init__("; ".join(differences) + ". Run `b2share schemas sync`")
