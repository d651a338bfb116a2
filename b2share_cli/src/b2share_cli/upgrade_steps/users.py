# SPDX-License-Identifier: MIT
"""The users of the instance's ``app_data/users.yaml``."""

from pathlib import Path
from typing import Any

from b2share_cli.application import extension

FILE = "users.yaml"


class UsersStep:
    """Add the users that are not there; those that are stay as they are."""

    order = 710
    title = "Users"

    def pending(self) -> bool:
        """Compare e-mail addresses."""
        return bool(missing_users())

    def run(self) -> str:
        """Add the users and index them.

        :raises RoleNotFoundError: a user shall have a role that does not exist.
        """
        fixture, missing = users_fixture(), missing_users()
        check_roles(missing)
        for entry in missing:
            fixture.create(entry)
        extension("invenio-users-resources").users_service.indexer.process_bulk_queue()
        return f"{len(missing)} users added"


def users_fixture() -> Any:
    """Return the stock fixture on the instance's file alone: stock's own user is a sample."""
    from flask import current_app
    from invenio_rdm_records.fixtures.users import UsersFixture

    return UsersFixture([Path(current_app.instance_path) / "app_data"], FILE)


def missing_users() -> list[dict[str, Any]]:
    """Return the entries whose address nobody has."""
    datastore = extension("security").datastore
    entries = users_fixture().read() or []
    return [entry for entry in entries if not datastore.get_user_by_email(entry["email"])]


def check_roles(entries: list[dict[str, Any]]) -> None:
    """Look the roles up before anything is written.

    :raises RoleNotFoundError: one does not exist.
    """
    from b2share_cli.errors import RoleNotFoundError

    for entry in entries:
        for role in entry.get("roles") or []:
            if extension("security").datastore.find_role(role) is None:
                raise RoleNotFoundError(role, entry["email"])


step = UsersStep()
