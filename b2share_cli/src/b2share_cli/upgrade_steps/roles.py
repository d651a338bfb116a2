# SPDX-License-Identifier: MIT
"""The role of administrators."""

from b2share_cli.application import extension

ROLE = "admin"
ACTIONS = ("superuser-access", "administration-access")


class RolesStep:
    """Make the role ``admin``, which may do everything and see the administration panel."""

    order = 300
    title = "Role of administrators"

    def pending(self) -> bool:
        """Look for the role and for what it may do."""
        return extension("security").datastore.find_role(ROLE) is None or bool(missing_actions())

    def run(self) -> str:
        """Make the role and grant what is missing."""
        from invenio_access.models import ActionRoles
        from invenio_db import db

        datastore = extension("security").datastore
        if datastore.find_role(ROLE) is None:
            datastore.create_role(id=ROLE, name=ROLE, description="Administrators")
        missing = missing_actions()
        for name in missing:
            action = extension("invenio-access").actions[name]
            db.session.add(ActionRoles.allow(action, role_id=role_id()))
        db.session.commit()
        return f"{ROLE} has {', '.join(missing)}"


def role_id() -> str:
    """Return the id of the role; sites that made it by hand may have another than its name."""
    return str(extension("security").datastore.find_role(ROLE).id)


def missing_actions() -> list[str]:
    """Return the actions that the role is not allowed yet."""
    from invenio_access.models import ActionRoles
    from invenio_accounts.models import Role

    rows = ActionRoles.query.join(Role).filter(
        Role.name == ROLE, ActionRoles.exclude.is_(False), ActionRoles.argument.is_(None)
    )
    granted = {row.action for row in rows}
    return [name for name in ACTIONS if name not in granted]


step = RolesStep()
