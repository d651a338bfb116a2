# SPDX-License-Identifier: MIT
"""The errors of b2share_access."""


class B2ShareAccessError(Exception):
    """Root of all errors of this plugin."""


class WiringError(B2ShareAccessError):
    """A setting that ``wiring.enable`` composes has lost the plugin's part since."""

    def __init__(self, key: str, problem: str) -> None:
        self.key = key
        self.problem = problem
        super().__init__(
            f"{key}: {problem}. Call b2share_access.wiring.enable(globals()) in invenio.cfg after "
            "the last line that sets it, and look for an environment variable of that name."
        )


class NoOwnerRoleError(B2ShareAccessError):
    """The site's community roles lack the one that owns, below which ``admin`` belongs."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(
            f"COMMUNITIES_ROLES: none of {', '.join(names) or 'no roles'} has is_owner = True"
        )
