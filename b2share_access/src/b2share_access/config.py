# SPDX-License-Identifier: MIT
"""The settings of b2share_access and their defaults."""

B2SHARE_ACCESS_ENABLED: bool = False
"""Whether the plugin acts; ``wiring.enable`` sets it. False: installing has changed nothing."""

B2SHARE_ACCESS_STRICT_WIRING: bool = True
"""Whether a start fails when a setting has lost the plugin's part. False: an error is logged."""
