# SPDX-License-Identifier: MIT
"""The step that makes the accounts of the demo, on the real services."""

from typing import Any

import pytest

from b2share_site.demo import accounts
from b2share_site.demo.errors import MissingRoleError
from b2share_site.demo.load import read_content


@pytest.fixture(scope="module")
def app_config(app_config: dict[str, Any]) -> dict[str, Any]:
    return app_config | {"B2SHARE_SITE_DEMO": True}


def test_accounts_are_made_once_and_found_at_once(
    app: Any, search: Any, monkeypatch: pytest.MonkeyPatch
):
    from invenio_access.permissions import system_identity
    from invenio_accounts.proxies import current_datastore
    from invenio_users_resources.proxies import current_users_service

    monkeypatch.setitem(app.config, "B2SHARE_SITE_DEMO", False)
    assert not accounts.step.pending()
    monkeypatch.setitem(app.config, "B2SHARE_SITE_DEMO", True)
    assert accounts.step.pending()
    assert accounts.step.run().startswith("7 demo accounts made: admin@")
    assert not accounts.step.pending()
    query = 'email:"curator@b2share.example"'
    found = current_users_service.search(system_identity, params={"q": query}).to_dict()
    assert [hit["username"] for hit in found["hits"]["hits"]] == ["curator"]
    admin = current_datastore.get_user("admin@b2share.example")
    assert {role.name for role in admin.roles} == {"admin", "b2share-admin"}
    assert admin.active
    assert admin.confirmed_at
    assert accounts.step.run().startswith("0 demo accounts made")


def test_accounts_without_their_role_are_not_made(
    app: Any, search: Any, monkeypatch: pytest.MonkeyPatch
):
    from invenio_accounts.proxies import current_datastore

    stranger = read_content("people")[0] | {
        "email": "x@example.org",
        "username": "xxx",
        "roles": ["no-such"],
    }
    monkeypatch.setattr(accounts, "_people", lambda: [stranger])
    with pytest.raises(MissingRoleError, match="no-such"):
        accounts.step.run()
    assert current_datastore.get_user("x@example.org") is None
