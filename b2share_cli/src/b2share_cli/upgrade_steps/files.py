# SPDX-License-Identifier: MIT
"""A place for files."""

from pathlib import Path

from b2share_cli.config import B2SHARE_CLI_FILES_LOCATION

NAME = "default-location"


class FilesStep:
    """Make a default storage location where there is none."""

    order = 200
    title = "Storage location"

    def pending(self) -> bool:
        """Look for a default location."""
        from invenio_files_rest.models import Location

        return Location.get_default() is None

    def run(self) -> str:
        """Make the folder and name it; a location of our name becomes the default again."""
        from invenio_db import db
        from invenio_files_rest.models import Location

        location = Location.get_by_name(NAME)
        if location is None:
            location = Location(name=NAME, uri=configured_uri())
            db.session.add(location)
        location.default = True
        if "://" not in location.uri:
            Path(location.uri).mkdir(parents=True, exist_ok=True)
        db.session.commit()
        return f"files are kept in {location.uri}"


def configured_uri() -> str:
    """Return where files go: as configured, else a folder of the instance."""
    from flask import current_app

    uri = current_app.config.get("B2SHARE_CLI_FILES_LOCATION", B2SHARE_CLI_FILES_LOCATION)
    return str(uri or Path(current_app.instance_path) / "files")


step = FilesStep()
