# SPDX-License-Identifier: MIT
"""How our fields become searchable under the names that the API shows."""
