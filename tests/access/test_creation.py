# SPDX-License-Identifier: MIT
"""Who may create communities; the roles inside communities are in test_matrix.py."""

import itertools

import pytest
from invenio_access.models import ActionUsers
from invenio_access.permissions import superuser_access, system_identity
from invenio_communities.proxies import current_communities

from b2share_access import wiring
from b2share_access.actions import community_create_action
from b2share_access.upgrade_steps import ADMIN_ROLE, grant_community_creation

numbers = itertools.count()


@pytest.fixture(scope="module")
def app_config(app_config):
    wiring.enable(app_config)
    return app_config


@pytest.fixture(scope="module")
def holder(make_user, location):
    """A person with the role that set-up grants the action."""
    grant_community_creation.run()
    return make_user("holder", role=ADMIN_ROLE)


@pytest.fixture
def create(client):
    def post(headers, visibility="public"):
        body = {
            "slug": f"new-{next(numbers)}",
            "metadata": {"title": "New"},
            "access": {"visibility": visibility},
        }
        return client.post("/communities", json=body, headers=headers)

    return post


@pytest.fixture
def allow(database):
    """Grant or refuse an action to one user, as ``invenio access`` does, until the test ends."""
    rows = []

    def run(person, action, exclude=False):
        rows.append(ActionUsers.create(action, user_id=person.user.id, exclude=exclude))
        database.session.add(rows[-1])
        database.session.commit()

    yield run
    for row in rows:
        database.session.delete(row)
    database.session.commit()


def only_owner(community_id):
    members = current_communities.service.members.record_cls.get_members(community_id)
    return [(member.user_id, member.role) for member in members]


@pytest.mark.parametrize("visibility", ["public", "restricted"])
def test_create_holder_by_role_succeeds_and_is_the_owner(create, holder, visibility):
    answer = create(holder.headers, visibility)
    assert answer.status_code == 201
    assert answer.json["access"]["visibility"] == visibility
    assert only_owner(answer.json["id"]) == [(holder.user.id, "owner")]


@pytest.mark.parametrize("visibility", ["public", "restricted"])
def test_create_ordinary_user_is_refused(create, holder, make_user, visibility):
    assert create(make_user().headers, visibility).status_code == 403


@pytest.mark.parametrize("action", ["create", "create_restricted"])
def test_what_pages_ask_the_policy_has_the_same_answer(holder, make_user, action):
    service = current_communities.service
    assert service.check_permission(holder.identity, action)
    assert not service.check_permission(make_user().identity, action)


def test_create_anonymous_is_refused(create, holder):
    assert create({"Accept": "application/json"}).status_code == 403


@pytest.mark.parametrize("role", ["admin", None])
def test_create_other_global_role_is_refused(create, holder, make_user, role):
    assert create(make_user(role=role).headers).status_code == 403


@pytest.mark.parametrize("action", [community_create_action, superuser_access])
def test_create_follows_the_grant_of_a_user_at_once(create, allow, make_user, action):
    person = make_user()
    assert create(person.headers).status_code == 403
    allow(person, action)
    assert create(person.headers).status_code == 201


def test_create_refusal_of_a_user_beats_the_role(create, holder, allow):
    allow(holder, community_create_action, exclude=True)
    assert create(holder.headers).status_code == 403


def test_create_system_succeeds(holder):
    body = {"slug": "by-system", "metadata": {"title": "S"}, "access": {"visibility": "restricted"}}
    assert current_communities.service.create(system_identity, body)["slug"] == "by-system"


def test_create_restricted_site_without_restricted_communities_is_refused(
    app, create, holder, monkeypatch
):
    monkeypatch.setitem(app.config, "COMMUNITIES_ALLOW_RESTRICTED", False)
    assert create(holder.headers, "restricted").status_code == 403
    assert create(holder.headers, "public").status_code == 201


def test_subcommunity_is_no_way_around_the_grant(client, holder, people, make_community):
    parent = make_community(owner=people["owner"])
    service = current_communities.service
    body = service.read(system_identity, parent.id).data | {"children": {"allow": True}}
    service.update(system_identity, parent.id, body)
    request = {"community": {"slug": "sub", "title": "Sub"}}
    url = f"/communities/{parent.id}/actions/join-request"
    answer = client.post(url, json=request, headers=people["owner"].headers)
    assert answer.status_code == 403
    assert client.get("/communities/sub", headers=holder.headers).status_code == 404
