# SPDX-License-Identifier: MIT
"""The users of the instance's ``app_data/users.yaml``."""

from typing import Any

from b2share_cli.application import extension
from b2share_cli.upgrade_steps.app_data import app_data, read_list

FILE = "users.yaml"


class UsersStep:
    """Add the users that are not there; those that are stay as they are."""

    order = 710
    title = "Users"

    def pending(self) -> bool:
        """Compare e-mail addresses, and look for the users in the index."""
        there, missing = known_and_missing()
        return bool(missing or unindexed(there))

    def run(self) -> str:
        """Add the users and index them.

        :raises RoleNotFoundError: a user shall have a role that does not exist.
        """
        from invenio_rdm_records.fixtures.users import UsersFixture
        from invenio_users_resources.services.users.tasks import reindex_users

        _, missing = known_and_missing()
        check_roles(missing)
        fixture = UsersFixture([app_data()], FILE)
        for entry in missing:
            fixture.create(dict(entry))
        there, _ = known_and_missing()
        reindex_users(unindexed(there))
        indexer = extension("invenio-users-resources").users_service.indexer
        indexer.process_bulk_queue(search_bulk_kwargs={"refresh": True})
        return f"{len(missing)} users added"


def known_and_missing() -> tuple[list[int], list[dict[str, Any]]]:
    """Return the ids of users that are there, and the entries of those that are not.

    The stock file is left out: its administrator without password is a sample.

    :raises FixtureFileError: the instance's file cannot be read.
    """
    path = app_data() / FILE
    datastore = extension("security").datastore
    entries = read_list(path) if path.exists() else []
    users = [(entry, datastore.get_user_by_email(entry["email"])) for entry in entries]
    missing = [entry for entry, user in users if user is None]
    return [user.id for _, user in users if user is not None], missing


def unindexed(ids: list[int]) -> list[int]:
    """Return the ids of the users that the search index does not have."""
    from invenio_search.utils import build_alias_name

    if not ids:
        return []
    record_cls = extension("invenio-users-resources").users_service.record_cls
    index = build_alias_name(record_cls.index.search_alias)
    # A search, as the alias may lead to the indices of several mapping versions.
    body = {"query": {"ids": {"values": [str(user_id) for user_id in ids]}}, "size": len(ids)}
    answer = extension("invenio-search").client.search(index=index, body=body, _source=False)
    found = {int(hit["_id"]) for hit in answer["hits"]["hits"]}
    return [user_id for user_id in ids if user_id not in found]


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
