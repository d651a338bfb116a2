# SPDX-License-Identifier: MIT
"""Build the JavaScript and CSS of the site with pnpm (from a committed lock) and rspack.

``node_modules`` is installed from ``site/lock`` at once, beside the Python packages; Invenio
then lays the sources of all installed packages over it, and rspack builds them.
"""

import json
import shutil

from b2share_site.services.errors import ServicesError
from b2share_site.services.layout import Layout, link
from b2share_site.services.stamps import Stamps, digest
from b2share_site.services.steps import KEPT, Commands
from b2share_site.services.tools import node_path

COLLECT = """
from flask.cli import ScriptInfo
from invenio_app.cli import cli
from invenio_app.factory import create_app

app = create_app()
for command in (["collect"], ["webpack", "create"]):
    try:
        cli.main(args=command, obj=ScriptInfo(create_app=lambda: app), standalone_mode=False)
    except SystemExit as end:
        if end.code:
            raise
"""
"""Both commands in one process: creating the application is nearly all of their time."""


class Assets:
    """The steps that build what browsers load, in ``var/build``, for all sites of a checkout."""

    def __init__(self, layout: Layout, commands: Commands) -> None:
        self.layout = layout
        self.commands = commands
        self.stamps = Stamps(layout.var / "stamps")
        self.lock = layout.root / "site" / "lock"
        self.folder = layout.build / "assets"

    @property
    def env(self) -> dict[str, str]:
        """The environment of node programs."""
        return {"PATH": node_path(self.layout), "NODE_PRESERVE_SYMLINKS": "1", "CI": "true"}

    def install_pnpm(self) -> str | None:
        """Install pnpm in the version that the root ``package.json`` names."""
        package = json.loads((self.layout.root / "package.json").read_text())["packageManager"]
        if self.stamps.is_current("pnpm", package):
            return KEPT
        self.layout.tools.mkdir(parents=True, exist_ok=True)
        options = ["--no-audit", "--no-fund", "--no-package-lock"]
        command = ["npm", "install", "--prefix", self.layout.tools, *options, package]
        self.commands.run("pnpm", command, env=self.env)
        self.stamps.write("pnpm", package)
        return None

    def install_modules(self) -> str | None:
        """Install the node modules of the committed lock."""
        value = digest(self.lock)
        modules = self.folder / "node_modules"
        if self.stamps.is_current("node-modules", value) and modules.exists():
            return KEPT
        self.stamps.remove("node-modules")
        self.stamps.remove("assets")
        shutil.rmtree(self.layout.build, ignore_errors=True)
        shutil.copytree(self.lock, self.folder)
        command = ["pnpm", "install", "--frozen-lockfile"]
        self.commands.run("node modules", command, env=self.env, cwd=self.folder)
        self.stamps.write("node-modules", value)
        return None

    def sources(self) -> str:
        """Return a digest of all that the build reads."""
        root = self.layout.root
        ours = [
            path
            for pattern in ("*/src/*/assets", "*/src/*/static", "*/src/*/webpack.py")
            for path in sorted(root.glob(pattern))
        ]
        files = (root / "constraints.txt", root / "invenio.cfg", root / "assets", root / "static")
        return digest(*files, self.lock, *ours)

    def build(self, env: dict[str, str]) -> str | None:
        """Collect the sources of all packages and build them.

        :param env: the environment of a site, for its ``invenio.cfg``.
        :raises ServicesError: the packages need other node modules than the lock names.
        """
        value = self.sources()
        if self.stamps.is_current("assets", value) and (self.layout.build / "static/dist").exists():
            return KEPT
        self.stamps.remove("assets")
        self.collect(env)
        self._check_lock()
        shutil.copy(self.lock / "pnpm-workspace.yaml", self.folder)
        for name in ("assets", "static"):
            source = self.layout.root / name
            if source.exists():
                shutil.copytree(source, self.layout.build / name, dirs_exist_ok=True)
        rspack = [self.folder / "node_modules/.bin/rspack", "--mode", "production"]
        options = ["--config", "./build/rspack.config.js"]
        self.commands.run("build assets", [*rspack, *options], env=self.env, cwd=self.folder)
        self.stamps.write("assets", value)
        return None

    def collect(self, env: dict[str, str]) -> None:
        """Lay the sources and the ``package.json`` of all installed packages into ``var/build``.

        Both commands leave alone what is there already, so all but the node modules goes first.
        """
        for path in [*self.folder.glob("*"), *self.layout.build.glob("static/*")]:
            if path.name != "node_modules":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        link(self.layout.build / "invenio.cfg", self.layout.root / "invenio.cfg")
        env = env | self.env | {"INVENIO_INSTANCE_PATH": str(self.layout.build)}
        command = [self.layout.python, "-c", COLLECT]
        self.commands.run("collect assets", command, env=env, limit=300)

    def _check_lock(self) -> None:
        locked = json.loads((self.lock / "package.json").read_text())
        made = json.loads((self.folder / "package.json").read_text())
        if locked != made:
            raise ServicesError(
                "the installed packages ask for other node modules than site/lock holds: "
                "`make lock` makes it anew"
            )
