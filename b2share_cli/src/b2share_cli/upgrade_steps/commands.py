# SPDX-License-Identifier: MIT
"""The manifest of stock commands, for ``b2share --help`` and completion."""

from b2share_cli import manifest


class CommandsStep:
    """Read the stock commands once per installation."""

    order = 900
    title = "Commands of Invenio"

    def pending(self) -> bool:
        """Look for the file."""
        return manifest.load() is None

    def run(self) -> str:
        """Read the tree and keep it."""
        path = manifest.store(manifest.read_tree())
        return f"kept in {path}" if path else "no folder for them can be written"


step = CommandsStep()
