# SPDX-License-Identifier: MIT
"""Community metadata schemas and the B2SHARE base fields for InvenioRDM."""

__version__ = "0.1.0"
