# SPDX-License-Identifier: MIT
"""Where everything lies: the checkout, what is shared below ``var/``, the home of one site."""

import json
import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Layout:
    """The folders of one site; ``root`` is the checkout, ``name`` the site below ``var/``.

    The environment, the search server's jars and the built assets are shared by the sites of
    a checkout; data, logs, ports and secrets belong to one site.
    """

    root: Path
    name: str = "run"

    @property
    def var(self) -> Path:
        """Everything that is made here and may be deleted."""
        return self.root / "var"

    @property
    def venv(self) -> Path:
        """The Python environment of the checkout."""
        return self.var / "venv"

    @property
    def python(self) -> Path:
        """The Python of that environment."""
        return self.venv / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        """Where the binaries inside wheels are found."""
        return self.venv / "lib" / "python3.11" / "site-packages"

    @property
    def tools(self) -> Path:
        """Tools for the JavaScript build."""
        return self.var / "tools"

    @property
    def jars(self) -> Path:
        """The search server."""
        return self.var / "jars"

    @property
    def build(self) -> Path:
        """The instance folder in which JavaScript and CSS are built."""
        return self.var / "build"

    @property
    def home(self) -> Path:
        """All that belongs to this site alone."""
        return self.var / self.name

    @property
    def instance(self) -> Path:
        """The folder of ``INVENIO_INSTANCE_PATH``."""
        return self.home / "instance"

    @property
    def data(self) -> Path:
        """The data folders of the services."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """The output of services and set-up steps."""
        return self.home / "log"

    @property
    def state(self) -> Path:
        """Ports, secrets, process numbers and stamps, readable by the owner alone."""
        return self.home / "state"

    def make_folders(self) -> None:
        """Create the site's own folders; what exists stays."""
        for folder in (self.instance, self.data, self.log, self.state):
            folder.mkdir(parents=True, exist_ok=True)
        self.state.chmod(0o700)

    @cached_property
    def secrets(self) -> dict[str, str]:
        """Passwords and keys of this site, made at the first use and kept."""
        path = self.state / "secrets.json"
        known = read_json(path, {})
        names = ("secret_key", "password_salt", "database", "handles")
        complete = {name: known.get(name) or secrets.token_urlsafe(24) for name in names}
        if complete != known:
            write_json(path, complete)
            path.chmod(0o600)
        return complete


def read_json(path: Path, default: Any) -> Any:
    """Return the content of a JSON file, or the default if it is absent or was cut off."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return default


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.new")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        json.dump(value, stream, indent=2)
    scratch.replace(path)


def link(path: Path, target: Path) -> None:
    """Make a symbolic link, in place of one that leads elsewhere."""
    if path.is_symlink() and path.readlink() == target:
        return
    path.unlink(missing_ok=True)
    path.symlink_to(target)
