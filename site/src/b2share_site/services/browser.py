# SPDX-License-Identifier: MIT
"""Find a browser for the tests, or get one."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from b2share_site.services.errors import MissingToolError, ServicesError
from b2share_site.services.steps import KEPT

if TYPE_CHECKING:
    from b2share_site.services.installer import Installer

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_browser() -> Path | None:
    """Return an installed Chromium or Chrome, or the one that Playwright fetched before."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    fetched = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    return fetched[-1] if fetched else None


def install_browser(installer: "Installer") -> str | None:
    """Get a browser: Playwright's own, else (as root on Debian) the distribution's package.

    :raises MissingToolError: neither could be had.
    """
    if find_browser():
        return KEPT
    commands = installer.commands
    playwright = [installer.layout.python, "-m", "playwright", "install", "chromium"]
    try:
        commands.run("browser", playwright, limit=300)
    except ServicesError:
        if os.geteuid() == 0 and shutil.which("apt-get"):
            env = {"DEBIAN_FRONTEND": "noninteractive"}
            commands.run("browser", ["apt-get", "update", "-q"], env=env, limit=300)
            options = ["install", "-q", "-y", "--no-install-recommends", "chromium"]
            commands.run("browser", ["apt-get", *options], env=env, limit=600)
    found = find_browser()
    if not found:
        raise MissingToolError("a browser", "install Chromium or Google Chrome for the tests")
    return str(found)
