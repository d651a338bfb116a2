# SPDX-License-Identifier: MIT
from types import SimpleNamespace

import pytest
from invenio_communities.config import COMMUNITIES_ROLES
from invenio_communities.permissions import CommunityPermissionPolicy
from invenio_rdm_records.requests import CommunityInclusion, CommunitySubmission

from b2share_access import wiring
from b2share_access.wiring import CommunityPolicyMixin, CommunityReviewMixin, enable

REQUESTS = {
    "RDM_COMMUNITY_SUBMISSION_REQUEST_CLS": CommunitySubmission,
    "RDM_COMMUNITY_INCLUSION_REQUEST_CLS": CommunityInclusion,
}


class SitePolicy(CommunityPermissionPolicy):
    """A policy as a site may have it."""

    can_search = ()


@pytest.fixture
def config_modules(monkeypatch):
    """Install modules as entry points of ``invenio_config.module``; name to attributes."""

    def install(**modules):
        found = [
            SimpleNamespace(name=name, load=lambda values=values: SimpleNamespace(**values))
            for name, values in modules.items()
        ]
        monkeypatch.setattr(wiring, "entry_points", lambda group: found)

    return install


def enabled(**site):
    namespace = dict(site)
    enable(namespace)
    return namespace


def test_enable_sets_the_documented_keys_and_no_other():
    assert set(enabled()) == {
        "COMMUNITIES_ROLES",
        "COMMUNITIES_PERMISSION_POLICY",
        "RDM_COMMUNITY_REQUIRED_TO_PUBLISH",
        "B2SHARE_ACCESS_ENABLED",
        *REQUESTS,
    }
    assert all(key in enable.__doc__ for key in enabled())


def test_enable_without_site_values_builds_on_stock():
    site = enabled()
    assert len(site["COMMUNITIES_ROLES"]) == len(COMMUNITIES_ROLES) + 1
    assert issubclass(site["COMMUNITIES_PERMISSION_POLICY"], CommunityPermissionPolicy)
    assert all(issubclass(site[key], stock) for key, stock in REQUESTS.items())


def test_enable_twice_changes_nothing():
    site = enabled()
    once = dict(site)
    enable(site)
    assert site == once
    assert site["COMMUNITIES_PERMISSION_POLICY"] is once["COMMUNITIES_PERMISSION_POLICY"]


def test_enable_keeps_the_policy_of_the_site():
    policy = enabled(COMMUNITIES_PERMISSION_POLICY=SitePolicy)["COMMUNITIES_PERMISSION_POLICY"]
    assert issubclass(policy, SitePolicy)
    assert policy.can_search == ()
    assert policy.can_create is CommunityPolicyMixin.can_create


def test_enable_keeps_a_policy_that_has_the_mixin_already():
    class Policy(SitePolicy, CommunityPolicyMixin):
        pass

    site = enabled(COMMUNITIES_PERMISSION_POLICY=Policy)
    assert site["COMMUNITIES_PERMISSION_POLICY"] is Policy


@pytest.mark.parametrize("key", REQUESTS)
def test_enable_keeps_the_request_type_and_the_roles_of_the_site(key):
    class Own(REQUESTS[key]):
        needs_context = REQUESTS[key].needs_context | {"community_roles": ["owner", "steward"]}

    request_type = enabled(**{key: Own})[key]
    assert issubclass(request_type, Own)
    assert request_type.needs_context == {
        "community_roles": ["owner", "steward", "curator", "manager", "admin"],
        "record_permission": "preview",
    }
    assert Own.needs_context["community_roles"] == ["owner", "steward"]


@pytest.mark.parametrize(("key", "stock"), REQUESTS.items())
def test_enable_leaves_the_stock_request_types_alone(key, stock):
    request_type = enabled()[key]
    assert issubclass(request_type, CommunityReviewMixin)
    assert set(request_type.needs_context["community_roles"]) - {"admin"} == set(
        stock.needs_context["community_roles"]
    )
    assert "admin" not in stock.needs_context["community_roles"]


def test_enable_builds_on_the_last_config_module(config_modules):
    config_modules(
        b_site={"COMMUNITIES_PERMISSION_POLICY": SitePolicy},
        c_other={"COMMUNITIES_ROLES": COMMUNITIES_ROLES},
        a_stock={"COMMUNITIES_PERMISSION_POLICY": CommunityPermissionPolicy},
    )
    assert issubclass(enabled()["COMMUNITIES_PERMISSION_POLICY"], SitePolicy)


def test_enable_prefers_the_file_to_config_modules(config_modules):
    config_modules(site={"COMMUNITIES_PERMISSION_POLICY": SitePolicy})
    site = enabled(COMMUNITIES_PERMISSION_POLICY=CommunityPermissionPolicy)
    assert not issubclass(site["COMMUNITIES_PERMISSION_POLICY"], SitePolicy)


def test_current_without_any_value_is_the_stock_default(config_modules):
    config_modules(site={"OTHER": 1})
    assert wiring.current({}, "COMMUNITIES_ROLES", "stock") == "stock"
