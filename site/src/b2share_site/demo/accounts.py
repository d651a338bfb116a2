# SPDX-License-Identifier: MIT
"""The step of ``b2share upgrade run`` that makes the accounts of the demo's people."""

import json
from pathlib import Path
from typing import Any

from b2share_site.demo.errors import MissingRoleError

PEOPLE = Path(__file__).parent / "content" / "people.json"

PREFERENCES = {"visibility": "public", "email_visibility": "public"}
"""Lets those who invite find the people by name and by e-mail address."""


class DemoAccounts:
    """Make the accounts, confirmed and active; only where ``B2SHARE_SITE_DEMO`` is ``True``.

    Their passwords are public: a site with this setting is for demonstration only.
    """

    order = 720
    title = "Demo accounts"

    def pending(self) -> bool:
        """Tell whether the site is a demonstration and a person has no account yet."""
        from flask import current_app  # noqa: PLC0415 - a command lists the steps without Invenio

        if current_app.config.get("B2SHARE_SITE_DEMO") is not True:
            return False
        return bool(_missing())

    def run(self) -> str:
        """Make the missing accounts, and index everyone at once.

        :raises MissingRoleError: a role of the site is not there yet.
        """
        missing = _missing()
        for person in missing:
            _create(person)
        _index([person["email"] for person in _people()])
        return f"{len(missing)} demo accounts made: {', '.join(p['email'] for p in missing)}"


step = DemoAccounts()


def _people() -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = json.loads(PEOPLE.read_text("utf-8"))
    return people


def _datastore() -> Any:
    from flask import current_app  # noqa: PLC0415

    return current_app.extensions["invenio-accounts"].datastore


def _missing() -> list[dict[str, Any]]:
    datastore = _datastore()
    return [person for person in _people() if datastore.get_user(person["email"]) is None]


def _create(person: dict[str, Any]) -> None:
    """Make one account with its roles, or nothing of it."""
    from flask_security.confirmable import confirm_user  # noqa: PLC0415
    from flask_security.utils import hash_password  # noqa: PLC0415

    datastore = _datastore()
    roles = {name: datastore.find_role(name) for name in person["roles"]}
    for name, role in roles.items():
        if role is None:
            raise MissingRoleError(name)
    user = datastore.create_user(
        email=person["email"],
        username=person["username"],
        password=hash_password(person["password"]),
        active=True,
        preferences=dict(PREFERENCES),
        user_profile={
            "full_name": person["full_name"],
            "affiliations": person["affiliations"],
        },
    )
    for role in roles.values():
        datastore.add_role_to_user(user, role)
    confirm_user(user)
    datastore.commit()


def _index(emails: list[str]) -> None:
    """Make the accounts findable now, not when the worker gets to them."""
    from flask import current_app  # noqa: PLC0415

    datastore = _datastore()
    service = current_app.extensions["invenio-users-resources"].users_service
    for email in emails:
        user = datastore.get_user(email)
        service.indexer.index(service.record_cls.get_record(user.id))
    service.indexer.refresh()
