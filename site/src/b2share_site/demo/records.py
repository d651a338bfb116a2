# SPDX-License-Identifier: MIT
"""Records: drafted, filled with files, and published on the way of their community."""

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from b2share_site.demo.client import Client
from b2share_site.demo.errors import InvalidRecordError, NobodyAcceptsError
from b2share_site.demo.people import People

FILES = "files"
MANY = 100
PUBLIC = {"record": "public", "files": "public"}

PUBLISHED = "published"
REVIEW = "review"
DRAFT = "draft"
"""The states in which a record of the content can be left."""

SUBMITTED = "submitted"
COMPLETED = "completed"


class RecordLoader:
    """Brings one record after the other to the state that its content describes."""

    def __init__(
        self,
        people: People,
        communities: dict[str, str],
        read_file: Callable[[str, str], bytes],
        say: Callable[[str], None],
    ) -> None:
        self.people = people
        self.communities = communities
        self.read_file = read_file
        self.say = say
        self._own: dict[str, dict[str, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def load(self, content: dict[str, Any]) -> str:
        """Make what is missing of a record and its versions, and return the latest one's id.

        :raises DemoError: the site refuses something; what was done so far stays.
        """
        depositor = self.people[content["depositor"]]
        found = self._known(depositor).get(content["metadata"]["title"])
        record_id = found["id"] if found else None
        index = found["versions"]["index"] if found else 1
        if index == 1:
            record_id = self._load_first(depositor, content, record_id)
        if record_id and "new_version" in content:
            record_id = self._load_next(depositor, content, record_id, index)
        self.say(f"{content['state']:<9}  {record_id}: {content['metadata']['title']}")
        return str(record_id)

    def _known(self, depositor: Client) -> dict[str, dict[str, Any]]:
        """Return the depositor's own records by title, the latest version of each."""
        with self._lock:
            if depositor.email not in self._own:
                hits = depositor.get("/user/records", size=MANY)["hits"]["hits"]
                self._own[depositor.email] = {hit["metadata"]["title"]: hit for hit in hits}
            return self._own[depositor.email]

    def _load_first(self, depositor: Client, content: dict[str, Any], record_id: str | None) -> str:
        if record_id and self._is_done(depositor, content, record_id):
            return record_id
        review = depositor.find(f"/records/{record_id}/draft/review") if record_id else None
        if not record_id or not review or review["status"] != SUBMITTED:
            record_id = self._save(depositor, content, record_id)
            if content["state"] == DRAFT:
                return record_id
            review = self._submit(depositor, content, record_id)
        if review["status"] == SUBMITTED and content["state"] == PUBLISHED:
            self._accept(content, review["id"])
        return record_id

    def _is_done(self, depositor: Client, content: dict[str, Any], record_id: str) -> bool:
        """Tell whether a record is published, or a draft that stays one has all its files."""
        if content["state"] != DRAFT:
            return depositor.exists(f"/records/{record_id}")
        files = depositor.get(f"/records/{record_id}/draft/files").get("entries", [])
        stored = {file["key"] for file in files if file["status"] == COMPLETED}
        return stored == set(content["files"])

    def _load_next(
        self, depositor: Client, content: dict[str, Any], record_id: str, index: int
    ) -> str:
        later = content["new_version"]
        if index == 1:
            record_id = str(depositor.post(f"/records/{record_id}/versions")["id"])
        elif depositor.exists(f"/records/{record_id}"):
            return record_id
        metadata = content["metadata"] | later["metadata"]
        self._save(depositor, content | later | {"metadata": metadata}, record_id)
        depositor.post(f"/records/{record_id}/draft/actions/publish")
        return record_id

    def _save(self, depositor: Client, content: dict[str, Any], record_id: str | None) -> str:
        """Write metadata and files of a draft, a new one if there is none."""
        body = {
            "access": content.get("access", PUBLIC),
            "files": {"enabled": bool(content["files"])},
            "metadata": content["metadata"],
        }
        entries: list[dict[str, Any]] = []
        if record_id:
            draft = depositor.put(f"/records/{record_id}/draft", body)
            if content["files"]:
                entries = depositor.get(f"/records/{record_id}/draft/files")["entries"]
        else:
            draft = depositor.post("/records", body)
        # invenio-drafts-resources 7.3 reports missing files, which are sent only now.
        if errors := [e for e in draft.get("errors", []) if e["field"] != "files.enabled"]:
            raise InvalidRecordError(content["metadata"]["title"], errors)
        self._upload(depositor, str(draft["id"]), content["files"], entries)
        return str(draft["id"])

    def _upload(
        self, depositor: Client, record_id: str, names: list[str], entries: list[dict[str, Any]]
    ) -> None:
        path = f"/records/{record_id}/draft/files"
        status = {entry["key"]: entry["status"] for entry in entries}
        if new := [{"key": name} for name in names if name not in status]:
            depositor.post(path, new)
        for name in names:
            if status.get(name) != COMPLETED:
                address = f"{path}/{quote(name, safe='')}"
                depositor.upload(f"{address}/content", self.read_file(FILES, name))
                depositor.post(f"{address}/commit")

    def _submit(self, depositor: Client, content: dict[str, Any], record_id: str) -> Any:
        """Hand a draft in at its community; one that includes directly publishes it at once."""
        receiver = {"community": self.communities[content["community"]]}
        path = f"/records/{record_id}/draft"
        depositor.put(f"{path}/review", {"receiver": receiver, "type": "community-submission"})
        message = content.get("message")
        comment = {"payload": {"content": message, "format": "html"}} if message else {}
        return depositor.post(f"{path}/actions/submit-review", comment)

    def _accept(self, content: dict[str, Any], request_id: str) -> None:
        if "accepted_by" not in content:
            raise NobodyAcceptsError(content["metadata"]["title"])
        curator = self.people[content["accepted_by"]]
        curator.post(f"/requests/{request_id}/actions/accept", {})
