# SPDX-License-Identifier: MIT
"""Errors of b2share_pids; no message ever holds a password."""


class B2SharePIDsError(Exception):
    """Root of all errors of this plugin."""


class SettingError(B2SharePIDsError):
    """A setting has a value with which the plugin cannot work."""

    def __init__(self, key: str, found: str, expected: str) -> None:
        super().__init__(f"{key}: found {found}, expected {expected}")
        self.key = key
        self.found = found
        self.expected = expected


class WiringError(B2SharePIDsError):
    """The resolved configuration of the site lacks a part of the plugin."""

    def __init__(self, key: str, missing: str) -> None:
        super().__init__(
            f"{key} lacks {missing} of b2share_pids: call wiring.enable(globals()) after the last "
            f"line that sets it, or set B2SHARE_PIDS_STRICT_WIRING = False to start anyway"
        )
        self.key = key
        self.missing = missing


class NotEnabledError(B2SharePIDsError):
    """The worker was asked to run on a site that did not enable the plugin."""

    def __init__(self) -> None:
        super().__init__(
            "b2share_pids is installed but not enabled: "
            "call b2share_pids.wiring.enable(globals()) in invenio.cfg"
        )


class HandleError(B2SharePIDsError):
    """The handle server did not do what it was asked."""

    def __init__(
        self,
        handle: str,
        reason: str,
        status: int | None = None,
        response_code: int | None = None,
    ) -> None:
        facts = [f"HTTP {status}"] if status is not None else []
        facts += [f"response code {response_code}"] if response_code is not None else []
        super().__init__(f"{handle}: {reason}" + (f" ({', '.join(facts)})" if facts else ""))
        self.handle = handle
        self.reason = reason
        self.status = status
        self.response_code = response_code


class TransientHandleError(HandleError):
    """It may go well later: the server is down, slow, busy, or its answer was lost.

    ``retry_after`` is the number of seconds that the server asked us to wait, if it did.
    """

    retry_after: float | None = None


class PermanentHandleError(HandleError):
    """It cannot go well until somebody changes something: credentials, prefix, request."""


class HandleExistsError(PermanentHandleError):
    """The handle that was to be created exists already; it was left as it is."""


class HandleNotFoundError(PermanentHandleError):
    """The server does not know the handle."""


class ForeignHandleError(PermanentHandleError):
    """The handle that was to be created belongs to somebody else; it was left as it is."""


class ObjectGoneError(B2SharePIDsError):
    """The object that the PID was made for is not in the database any more."""

    def __init__(self, object_type: str, object_id: str) -> None:
        super().__init__(f"the {object_type} {object_id} does not exist any more")
        self.object_type = object_type
        self.object_id = object_id
