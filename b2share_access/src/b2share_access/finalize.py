# SPDX-License-Identifier: MIT
"""What happens when both applications are complete: slots without a setting, the wiring check."""

import logging
from collections.abc import Iterator
from typing import Any

from flask import Flask
from invenio_communities.members.services.request import CommunityInvitation

from b2share_access.errors import WiringError
from b2share_access.permissions import CommunityPolicyMixin
from b2share_access.requests import CommunityReviewMixin, with_roles
from b2share_access.roles import roles_for

logger = logging.getLogger(__name__)


def finalize_app(app: Flask) -> None:
    """Let admins manage invitations, and check that the settings kept the plugin's part.

    Does nothing unless ``B2SHARE_ACCESS_ENABLED``.

    :raises WiringError: a setting has lost the plugin's part and
        ``B2SHARE_ACCESS_STRICT_WIRING`` is true.
    """
    if not app.config["B2SHARE_ACCESS_ENABLED"]:
        return
    set_invitation_roles(CommunityInvitation)
    check_wiring(app)


def set_invitation_roles(request_type: Any) -> None:
    """Let the roles that manage invitations see and cancel them; can be repeated."""
    # invenio-communities 20.2 names this class in members/services/service.py
    # (MemberService._invite_factory) and has no setting for it, so the class itself changes.
    roles = roles_for("manage-invitation")
    request_type.needs_context = with_roles(request_type.needs_context, roles)


def check_wiring(app: Flask) -> None:
    """Look at what the application really uses, whatever the configuration files say.

    :raises WiringError: see :func:`finalize_app`; otherwise each loss is one line in the log.
    """
    for error in lost_settings(app):
        if app.config["B2SHARE_ACCESS_STRICT_WIRING"]:
            raise error
        logger.error("%s", error)


def lost_settings(app: Flask) -> Iterator[WiringError]:
    """Yield an error for each setting that has lost the plugin's part."""
    communities = app.extensions["invenio-communities"]
    types = app.extensions["invenio-requests"].request_type_registry
    if "admin" not in communities.roles_registry:
        yield WiringError("COMMUNITIES_ROLES", "the role admin is missing")
    if not issubclass(communities.service.config.permission_policy_cls, CommunityPolicyMixin):
        yield WiringError("COMMUNITIES_PERMISSION_POLICY", "CommunityPolicyMixin is missing")
    for key, type_id in (
        ("RDM_COMMUNITY_SUBMISSION_REQUEST_CLS", "community-submission"),
        ("RDM_COMMUNITY_INCLUSION_REQUEST_CLS", "community-inclusion"),
    ):
        if not isinstance(types.lookup(type_id), CommunityReviewMixin):
            yield WiringError(key, "CommunityReviewMixin is missing")
    if app.config["RDM_COMMUNITY_REQUIRED_TO_PUBLISH"] is not True:
        yield WiringError("RDM_COMMUNITY_REQUIRED_TO_PUBLISH", "it is not True")
