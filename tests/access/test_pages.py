# SPDX-License-Identifier: MIT
"""What the pages of stock v13 make of the policy: no dead buttons for those who may not create."""

import pytest
from flask_security.utils import hash_password
from invenio_accounts.proxies import current_datastore
from invenio_accounts.testutils import login_user_via_session
from invenio_app.factory import create_ui

from b2share_access import wiring
from b2share_access.upgrade_steps import ADMIN_ROLE, grant_community_creation

create_app = create_ui
"""What pytest-invenio builds the application of this module with."""


@pytest.fixture(scope="module")
def app_config(app_config):
    wiring.enable(app_config)
    return app_config


@pytest.fixture(scope="module")
def accounts(app, database):
    """One holder of the role and one ordinary user."""
    grant_community_creation.run()
    made = {}
    for name in ("holder", "user"):
        made[name] = current_datastore.create_user(
            email=f"{name}@example.org", password=hash_password("123456"), active=True
        )
    current_datastore.add_role_to_user(made["holder"], current_datastore.find_role(ADMIN_ROLE))
    current_datastore.commit()
    return made


@pytest.mark.parametrize(("name", "code"), [("holder", 200), ("user", 403)])
def test_creation_page_is_for_holders(client, accounts, name, code):
    login_user_via_session(client, accounts[name])
    assert client.get("/communities-new").status_code == code


@pytest.mark.parametrize("page", ["/communities", "/communities-search", "/"])
@pytest.mark.parametrize(("name", "shown"), [("holder", True), ("user", False)])
def test_new_community_is_offered_to_holders(client, accounts, name, shown, page):
    login_user_via_session(client, accounts[name])
    answer = client.get(page)
    assert answer.status_code == 200
    assert ("/communities-new" in answer.text) == shown
