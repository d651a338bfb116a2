# SPDX-License-Identifier: MIT
"""The B2SHARE site: composition, theme, fixtures, demo and embedded services."""

__version__ = "0.1.0"
