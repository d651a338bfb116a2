# SPDX-License-Identifier: MIT
"""Load the demo content over the REST API of the running site, and name its accounts."""

import json

from b2share_site.services.installer import Installer
from b2share_site.services.layout import Layout
from b2share_site.services.stamps import Stamps, digest
from b2share_site.services.steps import KEPT, Step

CONTENT = "site/src/b2share_site/demo"


def steps(installer: Installer) -> list[Step]:
    """Return the step that deposits the demo content once, if the site is to have it.

    A load that was cut off is completed.
    """
    if not installer.site.with_demo:
        return []
    needs = ("web", "worker", "opensearch")
    return [Step("demo content", lambda: _load(installer), needs)]


def _load(installer: Installer) -> str | None:
    layout = installer.layout
    value = digest(layout.root / CONTENT)
    stamps = Stamps(layout.state / "stamps")
    if stamps.is_current("demo", value):
        return KEPT
    command = [layout.python, "-m", "b2share_site.demo", installer.site.url]
    text = installer.commands.run("demo content", command, env=installer.site.env)
    stamps.write("demo", value)
    return text.strip().splitlines()[-1]


def accounts(layout: Layout) -> list[str]:
    """Return a line for each demo account: e-mail address, password, role."""
    path = layout.root / CONTENT / "content" / "people.json"
    people = json.loads(path.read_text())
    return [f"  {p['email']:<28} {p['password']:<18} {p['about']}" for p in people]
