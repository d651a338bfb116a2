# SPDX-License-Identifier: MIT
import copy
from pathlib import Path

import pytest
from invenio_communities.config import COMMUNITIES_ROLES
from invenio_communities.roles import RoleRegistry

from b2share_access.errors import NoOwnerRoleError
from b2share_access.roles import EVERYONE, LOWEST_ROLE, ROLES, roles_for, with_five_roles

README = Path(__file__).parents[2] / "b2share_access" / "README.md"

STEWARD = {"name": "steward", "title": "Steward", "can_view": True}


def documented_grid():
    """The grid of the README, written by hand: action to the names of the allowed columns."""
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in README.read_text().splitlines()
        if line.startswith("| `") and line.count("|") == 8
    ]
    columns = (EVERYONE, *ROLES)
    return {
        row[0].strip("`"): {
            name for name, cell in zip(columns, row[1:], strict=True) if cell == "x"
        }
        for row in rows
    }


def test_table_says_what_the_documentation_says():
    table = {action: set(roles_for(action)) for action in LOWEST_ROLE}
    for action, lowest in LOWEST_ROLE.items():
        table[action] |= {EVERYONE} if lowest == EVERYONE else set()
    assert table == documented_grid()


def test_roles_for_unknown_action_is_an_error():
    with pytest.raises(KeyError):
        roles_for("fly")


def test_with_five_roles_stock_inserts_admin_below_owner():
    registry = RoleRegistry(with_five_roles(COMMUNITIES_ROLES))
    assert [role.name for role in registry] == list(ROLES)
    assert [str(role.title) for role in registry] == [
        "Member",
        "Curator",
        "Manager",
        "Admin",
        "Owner",
    ]
    assert registry.owner_role.name == "owner"
    assert {role.name for role in registry.can("manage")} == {"manager", "admin", "owner"}
    assert {role.name for role in registry.can("curate")} == set(ROLES) - {"reader"}


def test_with_five_roles_without_an_owner_names_the_key():
    with pytest.raises(NoOwnerRoleError, match="COMMUNITIES_ROLES: none of reader, curator has"):
        with_five_roles([{"name": "reader"}, {"name": "curator"}])


def test_with_five_roles_leaves_the_given_definitions_alone():
    before = copy.deepcopy(COMMUNITIES_ROLES)
    with_five_roles(COMMUNITIES_ROLES)
    assert before == COMMUNITIES_ROLES


def test_with_five_roles_twice_changes_nothing():
    once = with_five_roles(COMMUNITIES_ROLES)
    assert with_five_roles(once) == once


def test_with_five_roles_keeps_roles_of_the_site():
    *below, owner = COMMUNITIES_ROLES
    owner = owner | {"can_manage_roles": [*owner["can_manage_roles"], "steward"]}
    registry = RoleRegistry(with_five_roles([*below, STEWARD, owner]))
    assert [role.name for role in registry] == [
        "reader",
        "curator",
        "manager",
        "steward",
        "admin",
        "owner",
    ]
    assert {role.name for role in registry.manager_roles("steward")} == {"admin", "owner"}
    assert {role.name for role in registry.manager_roles("owner")} == {"owner"}


def test_with_five_roles_keeps_an_admin_that_the_site_defined():
    own = {"name": "admin", "title": "Chief", "can_manage": True}
    roles = with_five_roles([own, *COMMUNITIES_ROLES])
    assert [role for role in roles if role["name"] == "admin"] == [own]
