# SPDX-License-Identifier: MIT
"""What a handle carries: the EUDAT PID profile, version 1."""

from b2share_pids.handles import HandleValue


class EudatProfile:
    """The EUDAT profile 1; each value keeps its index for ever, so that updates hit it.

    A site with another profile sets ``B2SHARE_PIDS_PROFILE_CLS`` to a class with the same
    method.
    """

    version = "1"
    """Value of ``EUDAT/PROFILE_VERSION``."""

    def record_values(self, url: str) -> tuple[HandleValue, ...]:
        """Return the values of a record's handle, which leads to its landing page.

        The content counts as not fixed: the metadata of a record may be edited.
        """
        return (
            HandleValue(1, "URL", url),
            HandleValue(2, "EUDAT/FIXED_CONTENT", "False"),
            HandleValue(3, "EUDAT/PROFILE_VERSION", self.version),
        )
