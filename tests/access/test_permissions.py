# SPDX-License-Identifier: MIT
import inspect
from types import SimpleNamespace

import pytest
from flask_principal import Identity
from invenio_communities.generators import CommunityRoleNeed
from invenio_records_permissions.generators import Generator

from b2share_access import permissions
from b2share_access.permissions import CommunityCreators, CommunityPolicyMixin, CommunityRolesFor

ANY = CommunityRolesFor("update")


def own_generators():
    classes = [item for _, item in inspect.getmembers(permissions, inspect.isclass)]
    return {c for c in classes if issubclass(c, Generator) and c.__module__ == permissions.__name__}


def test_every_generator_of_ours_is_covered_here():
    assert own_generators() == {CommunityCreators, CommunityRolesFor}


@pytest.mark.parametrize(
    "over",
    [{}, {"record": None}, {"community_id": None}, {"record": SimpleNamespace(id=None)}],
    ids=["nothing", "no record", "no id", "record without id"],
)
def test_roles_generator_without_community_grants_nothing(over):
    assert list(ANY.needs(**over)) == []


def test_roles_generator_for_nobody_grants_nothing():
    assert list(CommunityRolesFor("create").needs(community_id="c1")) == []


def test_roles_generator_names_the_roles_of_that_community_alone():
    assert set(ANY.needs(community_id="c1")) == {
        CommunityRoleNeed("c1", "admin"),
        CommunityRoleNeed("c1", "owner"),
    }
    assert set(ANY.needs(record=SimpleNamespace(id="c2"))) == {
        CommunityRoleNeed("c2", "admin"),
        CommunityRoleNeed("c2", "owner"),
    }


def test_roles_generator_query_finds_only_communities_with_such_a_role():
    identity = Identity(1)
    identity.provides |= {CommunityRoleNeed("c1", "admin"), CommunityRoleNeed("c2", "manager")}
    assert ANY.query_filter(identity=identity).to_dict() == {"terms": {"_id": ["c1"]}}
    assert ANY.query_filter(identity=None).to_dict() == {"terms": {"_id": []}}


def test_mixin_names_exactly_four_actions():
    named = {name for name in vars(CommunityPolicyMixin) if name.startswith("can_")}
    assert named == {"can_create", "can_create_restricted", "can_manage_access", "can_update"}
