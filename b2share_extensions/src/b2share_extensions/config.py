# SPDX-License-Identifier: MIT
"""The plugin's own settings and what their defaults mean."""

B2SHARE_EXTENSIONS_ENABLED: bool = False
"""Whether the plugin does anything; set by ``wiring.enable``. False: installed, but inert."""

B2SHARE_EXTENSIONS_STRICT_WIRING: bool = True
"""Whether a setting that lost the plugin's part stops the start; False: it is only logged."""

B2SHARE_EXTENSIONS_MAX_FIELDS: int = 20_000
"""Highest number of mapped fields that ``sync`` may allow the record index (stock: 1000).

Every mapped field costs memory in each node of the search cluster; the default holds about 200
communities with 20 fields each, and some room.
"""
