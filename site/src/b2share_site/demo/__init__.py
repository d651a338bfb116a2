# SPDX-License-Identifier: MIT
"""Demo content: fictional people, communities and records, entered as real clients would."""
