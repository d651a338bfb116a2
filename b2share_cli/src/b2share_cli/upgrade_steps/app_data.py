# SPDX-License-Identifier: MIT
"""The files of the instance that say what a site starts with."""

from pathlib import Path
from typing import Any

import yaml

from b2share_cli.errors import FixtureFileError

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser is ten times faster, where it is there."""


def app_data() -> Path:
    """Return the folder ``app_data`` of the instance; it may be absent."""
    from flask import current_app

    return Path(current_app.instance_path) / "app_data"


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file.

    :raises FixtureFileError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return yaml.load(stream, Loader=LOADER)  # noqa: S506 - one of the two safe loaders
    except (OSError, yaml.YAMLError) as error:
        raise FixtureFileError(path, error) from error


def read_list(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a YAML file; none if it is empty.

    :raises FixtureFileError: it cannot be read, or holds something else than a list of dicts.
    """
    content = read_yaml(path) or []
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise FixtureFileError(path, "it is not a list of entries.")
    return content
