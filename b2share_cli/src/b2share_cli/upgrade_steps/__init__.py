# SPDX-License-Identifier: MIT
"""The steps that every InvenioRDM site needs; plugins bring their own."""
