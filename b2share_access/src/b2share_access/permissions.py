# SPDX-License-Identifier: MIT
"""Who may do what to a community, where stock v13 says something else.

Every generator here grants nothing when the community it should look at is missing.
"""

from typing import Any, ClassVar

from flask_principal import Identity, Need
from invenio_communities.generators import CommunityRoles
from invenio_records_permissions.generators import Generator, IfConfig, SystemProcess

from b2share_access.actions import community_create_action
from b2share_access.roles import roles_for


class CommunityCreators(Generator):
    """Allow whoever was granted ``b2share-community-create``, directly or by a role."""

    def needs(self, **kwargs: Any) -> list[Need]:
        """Return the action; Invenio looks up its grants at each check."""
        return [community_create_action]


class CommunityRolesFor(CommunityRoles):
    """Allow the members of the community whose role may do the action of the table."""

    def __init__(self, action: str) -> None:
        """Look the action up at once, so that an unknown one fails at the import."""
        self._roles = roles_for(action)

    def roles(self, **kwargs: Any) -> list[str]:
        """Return the names of the allowed roles."""
        return list(self._roles)

    def communities(self, identity: Identity | None) -> list[str]:
        """Return the communities in which the identity has one of the roles."""
        provided = identity.provides if identity else ()
        return [n.value for n in provided if n.method == "community" and n.role in self._roles]

    def needs(
        self, record: Any = None, community_id: Any = None, **kwargs: Any
    ) -> list[Need] | set[Need]:
        """Return one need per role; none if neither a community nor its id is given."""
        community_id = community_id or getattr(record, "id", None)
        if not community_id:
            return []
        return super().needs(record=record, community_id=community_id, **kwargs)


class CommunityPolicyMixin:
    """Put in front of a community policy: five roles, and creation by grant only.

    What it does not name stays as the policy below has it.
    """

    can_create: ClassVar[list[Generator]] = [CommunityCreators(), SystemProcess()]

    # Stock invenio-communities (permissions.py) refers to its own can_create and can_update
    # objects in these two, so that they do not follow the new lists by themselves.
    can_create_restricted: ClassVar[list[Generator]] = [
        IfConfig("COMMUNITIES_ALLOW_RESTRICTED", then_=can_create, else_=[])
    ]
    can_manage_access: ClassVar[list[Generator]] = [
        IfConfig(
            "COMMUNITIES_ALLOW_RESTRICTED",
            then_=[CommunityRolesFor("manage-access"), SystemProcess()],
            else_=[],
        )
    ]

    can_update: ClassVar[list[Generator]] = [CommunityRolesFor("update"), SystemProcess()]
