# SPDX-License-Identifier: MIT
"""What ``b2share upgrade run`` does for this plugin."""

from typing import Any

from flask import current_app
from invenio_access.models import ActionRoles
from invenio_db import db

from b2share_access.actions import community_create_action

ADMIN_ROLE = "b2share-admin"
"""The global role whose holders run the service; set-up grants it the creation of communities."""


class GrantCommunityCreation:
    """Make sure that the role ``b2share-admin`` exists and may create communities."""

    order = 310
    title = "role b2share-admin may create communities"

    def pending(self) -> bool:
        """Tell whether the role or its grant is missing; never on a site that is not enabled."""
        if not current_app.config["B2SHARE_ACCESS_ENABLED"]:
            return False
        role = user_datastore().find_role(ADMIN_ROLE)
        return role is None or not has_decision(role.id)

    def run(self) -> str:
        """Create what is missing, in one transaction; a refusal by an operator is kept."""
        if not self.pending():
            return f"role {ADMIN_ROLE}: nothing to do"
        datastore = user_datastore()
        role = datastore.find_role(ADMIN_ROLE)
        if role is None:
            role = datastore.create_role(id=ADMIN_ROLE, name=ADMIN_ROLE)
        db.session.add(ActionRoles.allow(community_create_action, role=role))
        datastore.commit()
        return f"role {ADMIN_ROLE}: granted {community_create_action.value}"


def user_datastore() -> Any:
    """Return the store of users and roles; its commit also tells the index of groups."""
    return current_app.extensions["security"].datastore


def has_decision(role_id: str) -> bool:
    """Tell whether the action is granted or refused to the role."""
    decisions = ActionRoles.query_by_action(community_create_action).filter_by(role_id=role_id)
    return db.session.query(decisions.exists()).scalar()


grant_community_creation = GrantCommunityCreation()
"""The object of the entry point; it has no state."""
