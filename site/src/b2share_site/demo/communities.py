# SPDX-License-Identifier: MIT
"""Communities: created by who may, handed over to their owner, joined by invitation."""

from collections.abc import Callable
from typing import Any

from b2share_site.demo.client import Client
from b2share_site.demo.people import People, wait_for

LOGOS = "logos"
OWNER = "owner"
MANY = 100


class CommunityLoader:
    """Brings one community after the other to the state that its content describes."""

    def __init__(
        self, people: People, read_file: Callable[[str, str], bytes], say: Callable[[str], None]
    ) -> None:
        self.people = people
        self.read_file = read_file
        self.say = say

    def load(self, content: dict[str, Any]) -> str:
        """Make what is missing of a community, and return its id."""
        community_id = self._make(content)
        creator = self.people.creator
        members = self._members(creator, community_id)
        owner = self.people[content["members"][OWNER][0]]
        self._join(community_id, creator, {OWNER: content["members"][OWNER]}, members)
        creator_id = self.people.id_of(creator.email)
        if creator_id in members:
            leaving = {"members": [_user(creator_id)]}
            creator.delete(f"/communities/{community_id}/members", leaving)
        others = {role: who for role, who in content["members"].items() if role != OWNER}
        self._join(community_id, owner, others, members)
        self.say(f"community  {content['slug']}: {content['metadata']['title']}")
        return community_id

    def _make(self, content: dict[str, Any]) -> str:
        creator = self.people.creator
        community = creator.find(f"/communities/{content['slug']}")
        if community is None:
            body = {key: content[key] for key in ("slug", "metadata", "access")}
            community = creator.post("/communities", body)
        logo = f"/communities/{community['id']}/logo"
        if not creator.exists(logo):
            creator.upload(logo, self.read_file(LOGOS, content["logo"]))
        return str(community["id"])

    def _members(self, client: Client, community_id: str) -> dict[str, dict[str, Any]]:
        path = f"/communities/{community_id}/members"
        hits = wait_for(lambda: client.get(path, size=MANY)["hits"]["hits"], f"anyone at {path}")
        return {str(hit["member"]["id"]): hit for hit in hits}

    def _join(
        self,
        community_id: str,
        inviter: Client,
        roles: dict[str, list[str]],
        members: dict[str, dict[str, Any]],
    ) -> None:
        """Invite those who are not members yet; each accepts, and shows the membership."""
        path = f"/communities/{community_id}/invitations"
        missing = {
            role: [email for email in emails if self.people.id_of(email) not in members]
            for role, emails in roles.items()
        }
        open_requests = self._invitations(inviter, path) if any(missing.values()) else {}
        for role, emails in missing.items():
            users = [_user(self.people.id_of(email)) for email in emails]
            if new := [user for user in users if user["id"] not in open_requests]:
                inviter.post(path, {"members": new, "role": role})
        if any(missing.values()):
            open_requests = self._invitations(inviter, path)
        for email in [email for emails in roles.values() for email in emails]:
            user_id = self.people.id_of(email)
            client = self.people[email]
            if user_id in open_requests:
                client.post(f"/requests/{open_requests[user_id]}/actions/accept", {})
            if not members.get(user_id, {}).get("visible"):
                shown = {"members": [_user(user_id)], "visible": True}
                client.put(f"/communities/{community_id}/members", shown)

    def _invitations(self, inviter: Client, path: str) -> dict[str, str]:
        hits = inviter.get(path, size=MANY)["hits"]["hits"]
        return {
            str(hit["member"]["id"]): hit["request"]["id"]
            for hit in hits
            if hit["request"]["status"] == "submitted"
        }


def _user(user_id: str) -> dict[str, str]:
    return {"type": "user", "id": user_id}
