# SPDX-License-Identifier: MIT
"""Request types that know the role admin.

Stock request types name the community roles that may see and decide them one by one.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from b2share_access.roles import roles_for


def with_roles(context: Mapping[str, Any], roles: Iterable[str]) -> dict[str, Any]:
    """Return a new ``needs_context`` that also names these community roles, each once."""
    named = [*context["community_roles"], *roles]
    return {**context, "community_roles": list(dict.fromkeys(named))}


class CommunityReviewMixin:
    """Put in front of a submission or inclusion request: all reviewing roles decide on it."""

    needs_context: Mapping[str, Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Add the roles to those that the request type below names."""
        super().__init_subclass__(**kwargs)
        cls.needs_context = with_roles(cls.needs_context, roles_for("review-submission"))
