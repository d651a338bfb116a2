# SPDX-License-Identifier: MIT
"""``b2share communities``: list and create them."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from b2share_cli.application import extension

VERBOSE = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, hidden=True, help="Changes nothing."
)
"""Scripts written for B2SHARE 2 pass it."""

IMAGES = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"RIFF": "WebP"}
"""How the files that browsers show as a logo begin; SVG is looked for by its tag."""


@click.command("list")
@VERBOSE
def list_communities() -> Iterator[dict[str, Any]]:
    """List all communities, as the search index knows them."""
    from invenio_access.permissions import system_identity

    found = extension("invenio-communities").service.scan(system_identity)
    return (summary(hit) for hit in sorted(found.hits, key=lambda hit: str(hit["slug"])))


def summary(community: dict[str, Any]) -> dict[str, Any]:
    """Return what a list shows of a community."""
    metadata = community["metadata"]
    return {
        "slug": community["slug"],
        "id": community["id"],
        "title": metadata["title"],
        "visibility": community["access"]["visibility"],
        "description": metadata.get("description", ""),
    }


@click.command("create")
@click.argument("name")
@click.argument("description")
@click.argument("logo", required=False, type=click.Path(path_type=Path))
@click.option("--slug", help="Its name in addresses.  [default: made from NAME]")
@click.option(
    "--visibility", type=click.Choice(["public", "restricted"]), default="public", show_default=True
)
@click.option("--owner", metavar="EMAIL", help="The user who becomes its owner.")
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@VERBOSE
def create(
    *,
    name: str,
    description: str,
    logo: Path | None,
    slug: str | None,
    visibility: str,
    owner: str | None,
    dry_run: bool,
) -> dict[str, Any]:
    """Create the community NAME, with the image file LOGO if one is given."""
    from invenio_access.permissions import system_identity
    from invenio_db.uow import UnitOfWork

    communities = extension("invenio-communities")
    service = communities.service
    image = read_logo(logo) if logo else None
    owner_id = user_id(owner) if owner else None
    data = {
        "slug": slug or slug_of(name),
        "metadata": {"title": name, "description": description},
        "access": {"visibility": visibility},
    }
    with UnitOfWork() as uow:
        item = service.create(system_identity, data, uow=uow)
        if owner_id:
            members = [{"type": "user", "id": owner_id}]
            grant = {
                "members": members,
                "role": communities.roles_registry.owner_role.name,
                "visible": True,
            }
            service.members.add(system_identity, item.id, grant, uow=uow)
        created = summary(item.to_dict())
        if dry_run:
            uow.rollback()
            return {**created, "id": None, "dry_run": True}
        uow.commit()
    if image:
        store_logo(created["id"], image)
    return created


def slug_of(name: str) -> str:
    """Return the name in small letters, digits and dashes; empty if it has none of them."""
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")[:100]


def user_id(email: str) -> str:
    """Return the id of the user with an address.

    :raises UserNotFoundError: there is none.
    """
    from b2share_cli.errors import UserNotFoundError

    user = extension("security").datastore.get_user_by_email(email)
    if user is None:
        raise UserNotFoundError(email)
    return str(user.id)


def read_logo(path: Path) -> bytes:
    """Return the content of an image file.

    :raises LogoError: it cannot be read, is no image, or larger than the site allows.
    """
    from flask import current_app

    from b2share_cli.errors import LogoError

    limit = current_app.config["COMMUNITIES_LOGO_MAX_FILE_SIZE"]
    try:
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        raise LogoError(path, error.strerror or str(error)) from error
    if len(content) > limit:
        raise LogoError(path, f"it has more than {limit} bytes.")
    if not any(content.startswith(begin) for begin in IMAGES) and b"<svg" not in content[:1000]:
        raise LogoError(path, f"it is none of SVG, {', '.join(sorted(IMAGES.values()))}.")
    return content


def store_logo(community_id: str, image: bytes) -> None:
    """Give a community its logo."""
    from io import BytesIO

    from invenio_access.permissions import system_identity

    extension("invenio-communities").service.update_logo(
        system_identity, community_id, BytesIO(image), content_length=len(image)
    )
