# SPDX-License-Identifier: MIT
"""Who gets which path in the command tree."""

import itertools

from b2share_cli.tree import build_tree, conflicts, installed_claims
from tests.cli.sample_commands import claim

OWN = claim("communities list", "b2share_cli.communities:list_communities")
PLUGIN = claim("communities list", "plugin_a.cli:listing")
RIVAL = claim("communities list", "plugin_b.cli:listing")


def test_plugin_wins_over_b2share_cli_in_any_order():
    for claims in itertools.permutations([OWN, PLUGIN]):
        node = build_tree(claims).find(("communities", "list"))
        assert node.claims == [PLUGIN, OWN]


def test_two_plugins_on_one_path_the_winner_is_the_same_in_any_order():
    for claims in itertools.permutations([OWN, RIVAL, PLUGIN]):
        assert build_tree(claims).find(("communities", "list")).claims[0] == PLUGIN


def test_conflicts_names_rivals_with_the_winner_first_and_ignores_b2share_cli():
    assert conflicts([OWN, RIVAL, PLUGIN]) == {("communities", "list"): [PLUGIN, RIVAL]}
    assert conflicts([OWN, PLUGIN]) == {}


def test_same_plugin_twice_on_one_path_is_a_conflict():
    again = claim("communities list", "plugin_a.cli:other")
    assert list(conflicts([PLUGIN, again])) == [("communities", "list")]


def test_underscores_and_dashes_are_one_path():
    dashes = claim("communities set-schema", "plugin_a.cli:x")
    underscores = claim("communities set_schema", "plugin_b.cli:x")
    assert list(conflicts([dashes, underscores])) == [("communities", "set-schema")]


def test_installed_distributions_claim_no_path_twice():
    assert conflicts(installed_claims()) == {}


def test_path_that_nobody_claims_is_not_found():
    tree = build_tree([PLUGIN])
    assert tree.find(("communities", "list", "deeper")) is None
    assert tree.find(("records",)) is None
