# SPDX-License-Identifier: MIT
"""Which distribution offers which command: the entry points as a tree, nothing imported."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

COMMANDS = "b2share_cli.commands"
"""The entry-point group of commands."""

OWN_PACKAGE = "b2share_cli"

Path = tuple[str, ...]


def dashed(word: str) -> str:
    """Return the one spelling under which a command is known: with dashes."""
    return word.replace("_", "-")


@dataclass(frozen=True)
class Claim:
    """One entry point that wants to be the command at ``path``."""

    path: Path
    entry_point: EntryPoint

    @property
    def package(self) -> str:
        """Return the top-level package that the command comes from."""
        return self.entry_point.module.partition(".")[0]

    @property
    def rank(self) -> tuple[bool, str, str]:
        """Return the sort key: a plugin before b2share_cli, else by package and value."""
        return (self.package == OWN_PACKAGE, self.package, self.entry_point.value)


@dataclass
class Node:
    """A command or a group of them; the first of ``claims`` wins."""

    claims: list[Claim] = field(default_factory=list)
    children: dict[str, "Node"] = field(default_factory=dict)

    def find(self, path: Path) -> "Node | None":
        """Return the node below this one, if any entry point leads there."""
        node: Node | None = self
        for word in path:
            node = node.children.get(word) if node else None
        return node


def installed_claims() -> list[Claim]:
    """Return what the installed distributions offer."""
    return [
        Claim(tuple(dashed(word) for word in entry_point.name.split()), entry_point)
        for entry_point in entry_points(group=COMMANDS)
    ]


def build_tree(claims: Iterable[Claim]) -> Node:
    """Arrange claims by their path; who wins one does not depend on the order given."""
    root = Node()
    for claim in sorted(claims, key=lambda claim: claim.rank):
        node = root
        for word in claim.path:
            node = node.children.setdefault(word, Node())
        node.claims.append(claim)
    return root


def conflicts(claims: Iterable[Claim]) -> dict[Path, list[Claim]]:
    """Return the paths that more than one entry point of plugins claims, the winner first."""
    plugins: dict[Path, list[Claim]] = {}
    for claim in sorted(claims, key=lambda claim: claim.rank):
        if claim.package != OWN_PACKAGE:
            plugins.setdefault(claim.path, []).append(claim)
    return {path: found for path, found in sorted(plugins.items()) if len(found) > 1}
