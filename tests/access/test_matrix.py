# SPDX-License-Identifier: MIT
"""Every action of the table, tried over REST by a user without a role and by each role."""

import itertools
from dataclasses import dataclass
from typing import Any

import pytest
from invenio_access.permissions import system_identity
from invenio_communities.proxies import current_communities

from b2share_access import wiring
from b2share_access.roles import EVERYONE, LOWEST_ROLE, ROLES, roles_for
from tests.access.conftest import SUBJECTS
from tests.support.records import Person

CELLS = list(itertools.product(LOWEST_ROLE, SUBJECTS))
numbers = itertools.count()


@pytest.fixture(scope="module")
def app_config(app_config):
    wiring.enable(app_config)
    return app_config


@dataclass
class World:
    """What an action needs: the builders of tests.support and the people of the table."""

    client: Any
    make_community: Any
    make_user: Any
    deposit: Any
    people: dict[str, Person]
    members: dict[str, Person]
    shared: dict[str, Any]

    def community(self, **access: str) -> Any:
        """The one community of this module with this access and all the members."""
        key = repr(sorted(access.items()))
        if key not in self.shared:
            self.shared[key] = self.make_community(access=access, members=self.members)
        return self.shared[key]

    def send(self, person: Person, method: str, url: str, body: Any = None) -> Any:
        return self.client.open(url, method=method, json=body, headers=person.headers)

    def may(self, person: Person, method: str, url: str, body: Any = None, *, code: int) -> bool:
        """Whether the answer is this code; anything but that and 403 is a failure of the test."""
        answer = self.send(person, method, url, body)
        assert answer.status_code in {code, 403}, (answer.status_code, answer.text)
        return bool(answer.status_code == code)


@pytest.fixture(scope="module")
def shared():
    return {}


@pytest.fixture
def world(request, location, search):
    fields = World.__dataclass_fields__
    return World(**{name: request.getfixturevalue(name) for name in fields})


def membership(community, person):
    """The person's membership or open invitation, as the database has it."""
    member = {"type": "user", "id": person.id}
    (found,) = current_communities.service.members.record_cls.get_members(community.id, [member])
    return found


def read(world, person, visibility):
    community = world.community(visibility=visibility)
    return world.may(person, "GET", f"/communities/{community.id}", code=200)


def create(world, person):
    body = {"slug": f"new-{next(numbers)}", "metadata": {"title": "New"}, "access": {}}
    body["access"]["visibility"] = "public"
    return world.may(person, "POST", "/communities", body, code=201)


def update(world, person):
    community = world.community()
    title = f"Title {next(numbers)}"
    body = {"slug": community["slug"], "metadata": {"title": title}, "access": community["access"]}
    allowed = world.may(person, "PUT", f"/communities/{community.id}", body, code=200)
    stored = current_communities.service.read(system_identity, community.id)
    assert (stored["metadata"]["title"] == title) == allowed
    return allowed


def manage_access(world, person):
    community = world.make_community(members=world.members)
    access = community["access"] | {"visibility": "restricted", "review_policy": "members"}
    body = {"slug": community["slug"], "metadata": community["metadata"], "access": access}
    allowed = world.may(person, "PUT", f"/communities/{community.id}", body, code=200)
    stored = current_communities.service.read(system_identity, community.id)["access"]
    assert (stored["visibility"], stored["review_policy"]) == (
        ("restricted", "members") if allowed else ("public", "closed")
    )
    return allowed


def rename(world, person):
    community = world.community()
    slug = f"renamed-{next(numbers)}"
    allowed = world.may(
        person, "POST", f"/communities/{community.id}/rename", {"slug": slug}, code=200
    )
    stored = current_communities.service.read(system_identity, community.id)
    assert (stored["slug"] == slug) == allowed
    return allowed


def delete(world, person):
    community = world.make_community(members=world.members)
    allowed = world.may(person, "DELETE", f"/communities/{community.id}", code=204)
    gone = world.send(world.people["owner"], "GET", f"/communities/{community.id}")
    assert gone.status_code == (410 if allowed else 200)
    return allowed


def search(world, person, what):
    community = world.community()
    return world.may(person, "GET", f"/communities/{community.id}/{what}", code=200)


def invite(world, person, role):
    community = world.community()
    guest = world.make_user()
    body = {"members": [{"type": "user", "id": guest.id}], "role": role}
    return world.may(person, "POST", f"/communities/{community.id}/invitations", body, code=204)


def set_role(world, person, role):
    before = "reader" if role == "curator" else "curator"
    guest = world.make_user()
    community = world.community(member_policy="closed")
    current_communities.service.members.add(
        system_identity,
        community.id,
        {"members": [{"type": "user", "id": guest.id}], "role": before},
    )
    body = {"members": [{"type": "user", "id": guest.id}], "role": role}
    allowed = world.may(person, "PUT", f"/communities/{community.id}/members", body, code=204)
    assert membership(community, guest).role == (role if allowed else before)
    return allowed


def manage_invitation(world, person):
    community = world.community()
    guest = world.make_user()
    body = {"members": [{"type": "user", "id": guest.id}], "role": "reader"}
    owner = world.people["owner"]
    url = f"/communities/{community.id}/invitations"
    assert world.send(owner, "POST", url, body).status_code == 204
    request = f"/requests/{membership(community, guest).request_id}"
    seen = world.may(person, "GET", request, code=200)
    assert world.may(person, "POST", f"{request}/actions/cancel", {}, code=200) == seen
    assert world.send(guest, "GET", request).json["status"] == (
        "cancelled" if seen else "submitted"
    )
    return seen


def submit(world, person, policy):
    community = world.community(record_submission_policy=policy)
    draft = world.deposit(person, community=community.id)
    url = f"/records/{draft['id']}/draft"
    allowed = world.may(person, "POST", f"{url}/actions/submit-review", {}, code=202)
    state = world.send(person, "GET", f"{url}/review").json["status"]
    assert state == ("submitted" if allowed else "created")
    return allowed


def include(world, person, policy):
    """Whether the submission publishes at once; if not, it waits for a review."""
    community = world.community(review_policy=policy)
    draft = world.deposit(person, community=community.id)
    url = f"/records/{draft['id']}"
    answer = world.send(person, "POST", f"{url}/draft/actions/submit-review", {})
    assert answer.status_code == 202, answer.json
    published = answer.json["status"] == "accepted"
    assert published or answer.json["status"] == "submitted"
    assert world.send(person, "GET", url).status_code == (200 if published else 404)
    return published


def review(world, person):
    """See, comment, preview, edit and accept one submission, and decline another."""
    community = world.community()
    author = world.make_user()
    first, second = (submission(world, author, community) for _ in range(2))
    comment = {"payload": {"content": "Well done.", "format": "html"}}
    changed = first["draft"]["metadata"] | {"title": "Edited by a reviewer"}
    body = {k: first["draft"][k] for k in ("access", "files")} | {"metadata": changed}
    answers = [
        world.may(person, "GET", first["request"], code=200),
        world.may(person, "POST", f"{first['request']}/comments", comment, code=201),
        world.may(person, "GET", f"{first['record']}/draft", code=200),
        world.may(person, "PUT", f"{first['record']}/draft", body, code=200),
        world.may(person, "POST", f"{first['request']}/actions/accept", {}, code=200),
        world.may(person, "POST", f"{second['request']}/actions/decline", {}, code=200),
    ]
    assert len(set(answers)) == 1, answers
    shown = world.send(author, "GET", first["record"])
    assert shown.status_code == (200 if answers[0] else 404)
    if answers[0]:
        assert shown.json["metadata"]["title"] == "Edited by a reviewer"
    state = world.send(author, "GET", second["request"]).json["status"]
    assert state == ("declined" if answers[0] else "submitted")
    return answers[0]


def submission(world, author, community):
    draft = world.deposit(author, community=community.id)
    url = f"/records/{draft['id']}"
    answer = world.send(author, "POST", f"{url}/draft/actions/submit-review", {})
    assert answer.status_code == 202, answer.json
    return {"draft": draft, "record": url, "request": f"/requests/{answer.json['id']}"}


ACTIONS = {
    "read-public": (read, "public"),
    "read-restricted": (read, "restricted"),
    "create": (create,),
    "update": (update,),
    "manage-access": (manage_access,),
    "rename": (rename,),
    "delete": (delete,),
    "search-members": (search, "members"),
    "search-requests": (search, "requests"),
    "search-invitations": (search, "invitations"),
    **{f"invite-{role}": (invite, role) for role in ROLES},
    **{f"set-{role}": (set_role, role) for role in ROLES},
    "manage-invitation": (manage_invitation,),
    "submit-open": (submit, "open"),
    "submit-closed": (submit, "closed"),
    "include-review-closed": (include, "closed"),
    "include-review-open": (include, "open"),
    "include-review-members": (include, "members"),
    "review-submission": (review,),
}
"""How each action of the table is tried: a function of this module and its argument."""


def test_every_action_of_the_table_is_tried():
    assert set(ACTIONS) == set(LOWEST_ROLE)


@pytest.mark.parametrize(("action", "subject"), CELLS, ids=["/".join(cell) for cell in CELLS])
def test_matrix(world, action, subject):
    expected = subject in roles_for(action)
    if subject == EVERYONE:
        expected = LOWEST_ROLE[action] == EVERYONE
    run, *arguments = ACTIONS[action]
    assert run(world, world.people[subject], *arguments) == expected
