# SPDX-License-Identifier: MIT
"""The fictional people of the demo, as clients of the site."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from b2share_site.demo.client import Client
from b2share_site.demo.errors import NotFoundInTimeError

SEARCH_LAG = 20.0
"""Seconds within which search must find what was entered."""

PAUSE = 0.2
"""Seconds between two looks at the search."""

CREATOR_ROLE = "b2share-admin"

Found = TypeVar("Found")


class People:
    """One client for each person, by e-mail address."""

    def __init__(self, url: str, content: list[dict[str, Any]]) -> None:
        self._clients = {p["email"]: Client(url, p["email"], p["password"]) for p in content}
        self._ids: dict[str, str] = {}
        self.creator = next(
            self._clients[p["email"]] for p in content if CREATOR_ROLE in p["roles"]
        )
        """Whoever may create communities; administers the site, too, and so sees all members."""

    def __getitem__(self, email: str) -> Client:
        """Return the client of a person."""
        return self._clients[email]

    def id_of(self, email: str) -> str:
        """Return a person's id, found in the user search as by anyone who invites.

        :raises NotFoundInTimeError: search does not know the person.
        """
        if email not in self._ids:
            hits = wait_for(lambda: self._search(email), f"the account of {email}")
            self._ids[email] = str(hits[0]["id"])
        return self._ids[email]

    def close(self) -> None:
        """Delete the tokens of everyone."""
        for client in self._clients.values():
            client.close()

    def _search(self, email: str) -> list[dict[str, Any]]:
        hits = self.creator.get("/users", q=f'email:"{email}"')["hits"]["hits"]
        return [hit for hit in hits if hit["email"] == email]


def wait_for(look: Callable[[], Found], what: str) -> Found:
    """Return the first answer that is not empty.

    :raises NotFoundInTimeError: all answers within ``SEARCH_LAG`` seconds were empty.
    """
    limit = time.monotonic() + SEARCH_LAG
    while not (found := look()):
        if time.monotonic() > limit:
            raise NotFoundInTimeError(what, SEARCH_LAG)
        time.sleep(PAUSE)
    return found
