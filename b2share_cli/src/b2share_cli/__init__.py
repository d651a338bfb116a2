# SPDX-License-Identifier: MIT
"""The b2share administration command line for InvenioRDM."""

__version__ = "0.1.0"
