# SPDX-License-Identifier: MIT
"""The five roles of a community, and the lowest one that may do each action.

A role includes the roles below it, so one name per action says everything. The policy and the
request types read their roles here; the tests are generated from here, too. The README shows
the same as a grid.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from invenio_i18n import lazy_gettext as _

from b2share_access.errors import NoOwnerRoleError

ROLES = ("reader", "curator", "manager", "admin", "owner")
"""The machine names, lowest first; they are stored with each membership."""

EVERYONE = "user"
"""In place of a role: whoever has signed in, member or not."""

NOBODY = "nobody"
"""In place of a role: no member, whatever the role."""

LOWEST_ROLE: Mapping[str, str] = {
    "read-public": EVERYONE,
    "read-restricted": "reader",
    "create": NOBODY,
    "update": "admin",
    "manage-access": "admin",
    "rename": "owner",
    "delete": "owner",
    "search-members": "reader",
    "search-requests": "curator",
    "search-invitations": "manager",
    "invite-reader": "manager",
    "invite-curator": "manager",
    "invite-manager": "manager",
    "invite-admin": "admin",
    "invite-owner": "owner",
    "set-reader": "manager",
    "set-curator": "manager",
    "set-manager": "manager",
    "set-admin": "admin",
    "set-owner": "owner",
    "manage-invitation": "manager",
    "submit-open": EVERYONE,
    "submit-closed": "reader",
    "include-review-closed": NOBODY,
    "include-review-open": "curator",
    "include-review-members": "reader",
    "review-submission": "curator",
}
"""Action to the lowest role that may do it; ``create`` is for holders of the action grant."""

ADMIN: dict[str, Any] = {
    "name": "admin",
    "title": _("Admin"),
    "description": _("Can change the community's profile and policies, and manage its members."),
    "can_manage": True,
    "can_curate": True,
    "can_view": True,
}
"""The role between manager and owner that stock v13 lacks, without the roles that it manages."""

MEMBER: dict[str, Any] = {
    "title": _("Member"),
    "description": _("Can view restricted records and submit records."),
}
"""What users read in place of "Reader"; the machine name stays ``reader``."""


def roles_for(action: str) -> tuple[str, ...]:
    """Return the roles that may do the action, lowest first; none if it is for nobody."""
    lowest = LOWEST_ROLE[action]
    if lowest == NOBODY:
        return ()
    return ROLES if lowest == EVERYONE else ROLES[ROLES.index(lowest) :]


def with_five_roles(definitions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return new role definitions in which admin stands below the owner and reader is a Member.

    An admin manages all roles that the owner manages, except owner. A role ``admin`` that is
    defined already stays as it is, and so do the other roles of the site.

    :raises NoOwnerRoleError: no role has ``is_owner``.
    """
    known = [dict(role) for role in definitions]
    if "admin" not in {role["name"] for role in known}:
        owners = [(i, role) for i, role in enumerate(known) if role.get("is_owner")]
        if not owners:
            raise NoOwnerRoleError([role["name"] for role in known])
        place, owner = owners[0]
        managed = [name for name in owner["can_manage_roles"] if name != owner["name"]]
        known.insert(place, {**ADMIN, "can_manage_roles": ["admin", *managed]})
        owner["can_manage_roles"] = [owner["name"], "admin", *managed]
    return [role | MEMBER if role["name"] == "reader" else role for role in known]
