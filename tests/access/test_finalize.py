# SPDX-License-Identifier: MIT
"""Applications that are really started, with the settings complete, broken, or not there."""

import logging
from typing import ClassVar

import pytest
from invenio_app.factory import create_api, create_ui
from invenio_communities.config import COMMUNITIES_ROLES
from invenio_communities.members.services.request import CommunityInvitation
from invenio_communities.permissions import CommunityPermissionPolicy
from invenio_communities.roles import RoleRegistry
from invenio_rdm_records.requests import CommunityInclusion, CommunitySubmission

from b2share_access import wiring
from b2share_access.errors import WiringError
from b2share_access.finalize import check_wiring, lost_settings, set_invitation_roles
from b2share_access.roles import ROLES

FACTORIES = [create_api, create_ui]


@pytest.fixture(scope="module")
def start(app_config, instance_path):
    """Start an application of an enabled site whose settings are changed afterwards."""

    def run(factory, enable=True, **changes):
        config = dict(app_config)
        if enable:
            wiring.enable(config)
        return factory(instance_path=instance_path, **(config | changes))

    return run


@pytest.fixture(scope="module")
def enabled(start):
    return start(create_api)


@pytest.mark.parametrize("factory", FACTORIES)
def test_start_enabled_has_five_roles_everywhere(start, factory):
    app = start(factory)
    communities = app.extensions["invenio-communities"]
    assert [role.name for role in communities.roles_registry] == list(ROLES)
    assert not list(lost_settings(app))
    types = app.extensions["invenio-requests"].request_type_registry
    for name in ("community-submission", "community-inclusion", "community-invitation"):
        assert "admin" in types.lookup(name).needs_context["community_roles"]


def test_start_not_enabled_is_stock(start, monkeypatch):
    stock = {"community_roles": ["owner", "manager"]}
    monkeypatch.setattr(CommunityInvitation, "needs_context", stock)
    app = start(create_api, enable=False)
    communities = app.extensions["invenio-communities"]
    assert [role.name for role in communities.roles_registry] == [
        role["name"] for role in COMMUNITIES_ROLES
    ]
    assert communities.service.config.permission_policy_cls is CommunityPermissionPolicy
    types = app.extensions["invenio-requests"].request_type_registry
    assert type(types.lookup("community-submission")) is CommunitySubmission
    assert type(types.lookup("community-inclusion")) is CommunityInclusion
    assert app.config["RDM_COMMUNITY_REQUIRED_TO_PUBLISH"] is False
    assert CommunityInvitation.needs_context is stock


def test_start_policy_replaced_after_enable_stops_and_names_the_key(start):
    with pytest.raises(WiringError, match="COMMUNITIES_PERMISSION_POLICY") as caught:
        start(create_api, COMMUNITIES_PERMISSION_POLICY=CommunityPermissionPolicy)
    assert caught.value.key == "COMMUNITIES_PERMISSION_POLICY"


def test_start_replaced_without_strict_wiring_logs_each_key(start, caplog):
    with caplog.at_level(logging.ERROR, logger="b2share_access"):
        start(
            create_api,
            COMMUNITIES_ROLES=COMMUNITIES_ROLES,
            RDM_COMMUNITY_INCLUSION_REQUEST_CLS=CommunityInclusion,
            B2SHARE_ACCESS_STRICT_WIRING=False,
        )
    logged = [r.getMessage().split(":")[0] for r in caplog.records if "b2share" in r.name]
    assert logged == ["COMMUNITIES_ROLES", "RDM_COMMUNITY_INCLUSION_REQUEST_CLS"]


def lose_roles(app, monkeypatch):
    registry = RoleRegistry(COMMUNITIES_ROLES)
    monkeypatch.setattr(app.extensions["invenio-communities"], "roles_registry", registry)


def lose_policy(app, monkeypatch):
    monkeypatch.setitem(app.config, "COMMUNITIES_PERMISSION_POLICY", CommunityPermissionPolicy)


def lose_request_type(stock):
    def lose(app, monkeypatch):
        types = app.extensions["invenio-requests"].request_type_registry
        monkeypatch.setitem(types._registered_types, stock.type_id, stock())

    return lose


def lose_required(app, monkeypatch):
    monkeypatch.setitem(app.config, "RDM_COMMUNITY_REQUIRED_TO_PUBLISH", False)


LOSSES = {
    "COMMUNITIES_ROLES": lose_roles,
    "COMMUNITIES_PERMISSION_POLICY": lose_policy,
    "RDM_COMMUNITY_SUBMISSION_REQUEST_CLS": lose_request_type(CommunitySubmission),
    "RDM_COMMUNITY_INCLUSION_REQUEST_CLS": lose_request_type(CommunityInclusion),
    "RDM_COMMUNITY_REQUIRED_TO_PUBLISH": lose_required,
}


def test_every_key_of_enable_has_its_loss_here():
    composed = {}
    wiring.enable(composed)
    assert set(LOSSES) == set(composed) - {"B2SHARE_ACCESS_ENABLED"}


@pytest.mark.parametrize("key", LOSSES)
def test_check_wiring_loss_names_the_key(enabled, monkeypatch, key):
    check_wiring(enabled)
    LOSSES[key](enabled, monkeypatch)
    with pytest.raises(WiringError, match=key) as caught:
        check_wiring(enabled)
    assert caught.value.key == key


def test_set_invitation_roles_twice_names_each_role_once():
    class Invitation(CommunityInvitation):
        needs_context: ClassVar = {"community_roles": ["owner", "manager"]}

    set_invitation_roles(Invitation)
    set_invitation_roles(Invitation)
    assert Invitation.needs_context == {"community_roles": ["owner", "manager", "admin"]}
