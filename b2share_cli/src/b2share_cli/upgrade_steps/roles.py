# SPDX-License-Identifier: MIT
"""The role of administrators."""

from b2share_cli.application import extension

ROLE = "admin"
ACTIONS = ("superuser-access", "administration-access")


class RolesStep:
    """Make the role ``admin``, which may do everything and see the administration panel.

    A role of that name that is there already keeps the rights that its site gave it.
    """

    order = 300
    title = "Role of administrators"

    def pending(self) -> bool:
        """Look for the role."""
        return extension("security").datastore.find_role(ROLE) is None

    def run(self) -> str:
        """Make the role with its grants, in one transaction."""
        from invenio_access.models import ActionRoles
        from invenio_db import db

        actions = extension("invenio-access").actions
        role = extension("security").datastore.create_role(
            id=ROLE, name=ROLE, description="Administrators"
        )
        db.session.flush()
        for name in ACTIONS:
            db.session.add(ActionRoles.allow(actions[name], role_id=str(role.id)))
        db.session.commit()
        return f"{ROLE} has {', '.join(ACTIONS)}"


step = RolesStep()
