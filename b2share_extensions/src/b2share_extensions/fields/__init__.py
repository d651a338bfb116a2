# SPDX-License-Identifier: MIT
"""The fields that B2SHARE adds to every record's metadata."""
