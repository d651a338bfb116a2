# SPDX-License-Identifier: MIT
"""Builders of users, communities and records, through the services and the REST API."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from invenio_access.permissions import system_identity

METADATA = {
    "title": "Sample Forest Dataset",
    "resource_type": {"id": "dataset"},
    "publication_date": "2025-11-10",
    "publisher": "B2SHARE",
    "creators": [
        {
            "person_or_org": {
                "type": "personal",
                "given_name": "Jane",
                "family_name": "Doe",
            }
        }
    ],
}
"""The metadata that stock v13 demands, and no more."""


def refresh_indices() -> None:
    """Make everything that was indexed findable; needs an application context."""
    from flask import current_app
    from invenio_search import current_search_client

    current_search_client.indices.refresh(index=f"{current_app.config['SEARCH_INDEX_PREFIX']}*")


@dataclass
class Person:
    """A user with a token, as a client of the REST API sees itself."""

    user: Any
    headers: dict[str, str]
    identity: Any

    @property
    def id(self) -> str:
        return str(self.user.id)


@pytest.fixture(scope="module")
def make_user(app: Flask, UserFixture: Any) -> Callable[..., Person]:  # noqa: N803 - stock's name
    """Make a confirmed user with an API token, and a role if one is named."""

    def make(name: str = "", role: str | None = None) -> Person:
        from invenio_accounts.proxies import current_datastore
        from invenio_db import db
        from invenio_oauth2server.models import Token
        from invenio_users_resources.proxies import current_users_service

        name = name or f"user-{secrets.token_hex(4)}"
        fixture = UserFixture(
            email=f"{name}@example.org",
            username=name,
            password="123456",
            preferences={"visibility": "public", "email_visibility": "restricted"},
            active=True,
            confirmed=True,
        )
        fixture.create(app, db)
        if role:
            current_datastore.add_role_to_user(fixture.user, current_datastore.find_role(role))
        token = Token.create_personal("tests", fixture.user.id, scopes=["user:email"])
        db.session.commit()
        current_users_service.indexer.process_bulk_queue()
        refresh_indices()
        headers = {
            "Authorization": f"Bearer {token.access_token}",
            "Accept": "application/json",
        }
        return Person(fixture.user, headers, fixture.identity)

    return make


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the REST application; paths have no ``/api``."""
    return app.test_client()


@pytest.fixture(scope="module")
def make_community(app: Flask) -> Callable[..., Any]:
    """Make a community by the service; ``access`` and ``members`` ({role: Person}) are optional."""

    def make(
        slug: str = "",
        access: dict[str, str] | None = None,
        members: dict[str, Person] | None = None,
        owner: Person | None = None,
        **metadata: Any,
    ) -> Any:
        from invenio_communities.proxies import current_communities

        slug = slug or f"community-{secrets.token_hex(4)}"
        service = current_communities.service
        item = service.create(
            system_identity,
            {
                "slug": slug,
                "metadata": {"title": slug.title(), **metadata},
                "access": {"visibility": "public", **(access or {})},
            },
        )
        roles = dict(members or {})
        if owner:
            roles["owner"] = owner
        for role, person in roles.items():
            service.members.add(
                system_identity,
                item.id,
                {"members": [{"type": "user", "id": person.id}], "role": role, "visible": True},
            )
        refresh_indices()
        return item

    return make


@pytest.fixture
def deposit(client: FlaskClient) -> Callable[..., dict[str, Any]]:
    """Make a draft over REST, with the files given as ``{key: bytes}``; return its JSON.

    ``metadata`` is merged over the minimum; with ``community`` (an id) a review is prepared.
    """

    def make(
        person: Person,
        files: dict[str, bytes] | None = None,
        community: str | None = None,
        access: dict[str, Any] | None = None,
        **metadata: Any,
    ) -> dict[str, Any]:
        body = {
            "access": access or {"record": "public", "files": "public"},
            "files": {"enabled": bool(files)},
            "metadata": METADATA | metadata,
        }
        answer = client.post("/records", json=body, headers=person.headers)
        assert answer.status_code == 201, answer.json
        url = f"/records/{answer.json['id']}/draft"
        for key, content in (files or {}).items():
            upload(client, url, key, content, person.headers)
        if community:
            review = {"receiver": {"community": community}, "type": "community-submission"}
            reply = client.put(f"{url}/review", json=review, headers=person.headers)
            assert reply.status_code == 200, reply.json
        return dict(client.get(url, headers=person.headers).json)

    return make


def upload(
    client: FlaskClient, draft_url: str, key: str, content: bytes, headers: dict[str, str]
) -> None:
    """Send one file in the three steps of the REST API."""
    from urllib.parse import quote

    url = f"{draft_url}/files"
    assert client.post(url, json=[{"key": key}], headers=headers).status_code == 201
    url = f"{url}/{quote(key, safe='')}"
    stream = headers | {"Content-Type": "application/octet-stream"}
    reply = client.put(f"{url}/content", input_stream=BytesIO(content), headers=stream)
    assert reply.status_code == 200, reply.json
    assert client.post(f"{url}/commit", headers=headers).status_code == 200


@pytest.fixture
def publish(client: FlaskClient) -> Callable[..., dict[str, Any]]:
    """Publish a draft over REST: submitted to its review if it has one; return the record."""

    def run(person: Person, draft: dict[str, Any]) -> dict[str, Any]:
        url = f"/records/{draft['id']}"
        action = "submit-review" if draft.get("parent", {}).get("review") else "publish"
        reply = client.post(f"{url}/draft/actions/{action}", json={}, headers=person.headers)
        assert reply.status_code == 202, reply.json
        return dict(client.get(url, headers=person.headers).json)

    return run
