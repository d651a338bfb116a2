# SPDX-License-Identifier: MIT
"""One person per role of the table, and one who has none."""

import pytest

from b2share_access.roles import EVERYONE, ROLES

SUBJECTS = (EVERYONE, *ROLES)
"""The columns of the table: a signed-in user without a role, then each role."""


@pytest.fixture(scope="module")
def people(make_user):
    """A person for each column of the table; membership is given by ``make_community``."""
    return {name: make_user(f"the-{name}") for name in SUBJECTS}


@pytest.fixture(scope="module")
def members(people):
    """The people who have a role, for ``make_community(members=…)``."""
    return {role: people[role] for role in ROLES}
