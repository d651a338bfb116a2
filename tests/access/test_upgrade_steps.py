# SPDX-License-Identifier: MIT
from importlib.metadata import entry_points

import pytest
from invenio_access.models import ActionRoles
from invenio_access.proxies import current_access
from invenio_accounts.models import Role

from b2share_access import wiring
from b2share_access.actions import community_create_action
from b2share_access.upgrade_steps import ADMIN_ROLE, grant_community_creation


@pytest.fixture(scope="module")
def app_config(app_config):
    wiring.enable(app_config)
    return app_config


@pytest.fixture
def no_grant(app, database):
    """A site before its set-up: neither the role nor a decision on the action."""
    ActionRoles.query_by_action(community_create_action).delete()
    Role.query.filter_by(name=ADMIN_ROLE).delete()
    database.session.commit()
    return database


def decisions():
    rows = ActionRoles.query_by_action(community_create_action).all()
    return [(row.role.name, row.exclude) for row in rows]


def test_action_is_known_to_invenio(app):
    assert current_access.actions["b2share-community-create"] == community_create_action


def test_step_is_found_by_the_entry_point_and_has_its_place():
    found = entry_points(group="b2share_cli.upgrade_steps", name="b2share_access_creators")
    assert [entry.load() for entry in found] == [grant_community_creation]
    assert grant_community_creation.order == 310


def test_run_creates_role_and_grant_once(no_grant):
    assert grant_community_creation.pending()
    assert "granted" in grant_community_creation.run()
    assert not grant_community_creation.pending()
    assert "nothing" in grant_community_creation.run()
    assert decisions() == [(ADMIN_ROLE, False)]


def test_run_with_an_existing_role_adds_the_grant(no_grant):
    no_grant.session.add(Role(id="7", name=ADMIN_ROLE))
    no_grant.session.commit()
    assert grant_community_creation.pending()
    grant_community_creation.run()
    assert decisions() == [(ADMIN_ROLE, False)]


def test_run_keeps_a_refusal_by_an_operator(no_grant):
    role = Role(id=ADMIN_ROLE, name=ADMIN_ROLE)
    no_grant.session.add(ActionRoles.deny(community_create_action, role=role))
    no_grant.session.commit()
    assert not grant_community_creation.pending()
    grant_community_creation.run()
    assert decisions() == [(ADMIN_ROLE, True)]


def test_step_site_not_enabled_has_nothing_to_do(app, no_grant, monkeypatch):
    monkeypatch.setitem(app.config, "B2SHARE_ACCESS_ENABLED", False)
    assert not grant_community_creation.pending()
    grant_community_creation.run()
    assert decisions() == []
