# SPDX-License-Identifier: MIT
"""The errors of the running site."""


class B2ShareSiteError(Exception):
    """Root of the errors of this package."""


class AddressError(B2ShareSiteError):
    """A configured address cannot be used as the target of a link."""

    def __init__(self, key: str, value: object) -> None:
        self.key = key
        self.value = value
        super().__init__(
            f"{key} is {value!r}; it must be an http(s) address, a path of this site "
            "that begins with one slash, or None"
        )
