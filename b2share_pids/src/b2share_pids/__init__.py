# SPDX-License-Identifier: MIT
"""Handles for records and files of InvenioRDM, with a ledger that loses nothing."""

__version__ = "0.1.0"
