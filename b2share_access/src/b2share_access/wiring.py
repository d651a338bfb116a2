# SPDX-License-Identifier: MIT
"""How a site turns the plugin on: the last lines of ``invenio.cfg`` call ``enable(globals())``."""

from importlib.metadata import entry_points
from typing import Any

from invenio_communities.config import COMMUNITIES_ROLES
from invenio_communities.permissions import CommunityPermissionPolicy
from invenio_rdm_records.requests import CommunityInclusion, CommunitySubmission

from b2share_access.permissions import CommunityPolicyMixin
from b2share_access.requests import CommunityReviewMixin
from b2share_access.roles import with_five_roles

__all__ = ["CommunityPolicyMixin", "CommunityReviewMixin", "current", "enable", "with_five_roles"]


def enable(namespace: dict[str, Any]) -> None:
    """Compose the plugin into the settings of a site; a second call changes nothing.

    Sets ``COMMUNITIES_ROLES``, ``COMMUNITIES_PERMISSION_POLICY``,
    ``RDM_COMMUNITY_SUBMISSION_REQUEST_CLS``, ``RDM_COMMUNITY_INCLUSION_REQUEST_CLS``,
    ``RDM_COMMUNITY_REQUIRED_TO_PUBLISH`` and ``B2SHARE_ACCESS_ENABLED``.
    """
    ns = namespace
    roles = current(ns, "COMMUNITIES_ROLES", COMMUNITIES_ROLES)
    policy = current(ns, "COMMUNITIES_PERMISSION_POLICY", CommunityPermissionPolicy)
    submission = current(ns, "RDM_COMMUNITY_SUBMISSION_REQUEST_CLS", CommunitySubmission)
    inclusion = current(ns, "RDM_COMMUNITY_INCLUSION_REQUEST_CLS", CommunityInclusion)

    ns["COMMUNITIES_ROLES"] = with_five_roles(roles)
    ns["COMMUNITIES_PERMISSION_POLICY"] = mixed(CommunityPolicyMixin, policy)
    ns["RDM_COMMUNITY_SUBMISSION_REQUEST_CLS"] = mixed(CommunityReviewMixin, submission)
    ns["RDM_COMMUNITY_INCLUSION_REQUEST_CLS"] = mixed(CommunityReviewMixin, inclusion)
    ns["RDM_COMMUNITY_REQUIRED_TO_PUBLISH"] = True
    ns["B2SHARE_ACCESS_ENABLED"] = True


def current(namespace: dict[str, Any], key: str, stock_default: Any) -> Any:
    """Return what is there: the file's value, the last config module's, or the stock default."""
    if key in namespace:
        return namespace[key]
    modules = sorted(entry_points(group="invenio_config.module"), key=lambda entry: entry.name)
    for module in (entry.load() for entry in reversed(modules)):
        if hasattr(module, key):
            return getattr(module, key)
    return stock_default


def mixed(mixin: type, base: type) -> type:
    """Return the class with the mixin in front, or the class itself if it has the mixin."""
    if issubclass(base, mixin):
        return base
    return type(f"B2Share{base.__name__}", (mixin, base), {"__module__": __name__})
