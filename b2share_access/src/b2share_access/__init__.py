# SPDX-License-Identifier: MIT
"""Five community roles and publication policies for InvenioRDM."""

__version__ = "0.1.0"
