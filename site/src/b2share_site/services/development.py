# SPDX-License-Identifier: MIT
"""Commands for those who change the code: resolve pins, renew the node lock, build releases."""

import shutil

from b2share_site.services.environment import DISTRIBUTIONS
from b2share_site.services.installer import Installer

RESOLVE = (
    *("uv", "pip", "compile", "-q", "--python-version", "3.11", "--python-platform", "linux"),
    *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header"),
)
"""No address of a package registry may stand in the result; the hashes say what is meant."""

FILES = {
    "constraints.txt": ("run", "dev", "fallback"),
    "site/src/b2share_site/services/opensearch/jgo.txt": ("maven",),
}
"""The pin files and the dependency groups of the root pyproject.toml that each resolves."""


def resolve_constraints(installer: Installer) -> None:
    """Resolve constraints.txt (and jgo's own pins) anew from the root pyproject.toml."""
    layout = installer.layout
    for name, groups in FILES.items():
        options = [part for group in groups for part in ("--group", group)]
        command = [layout.venv / "bin" / RESOLVE[0], *RESOLVE[1:], *options, "-o", name]
        installer.commands.run("constraints", command, cwd=layout.root)


def renew_lock(installer: Installer) -> None:
    """Make ``site/lock`` anew from the node modules that the installed packages ask for."""
    assets = installer.assets
    assets.collect(installer.site.env)
    for name in ("package.json", "patches"):
        source, target = assets.folder / name, assets.lock / name
        if source.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target)
        elif source.exists():
            shutil.copy(source, target)
    shutil.copy(assets.lock / "pnpm-workspace.yaml", assets.folder)
    command = ["pnpm", "install", "--lockfile-only", "--no-frozen-lockfile"]
    installer.commands.run("node lock", command, env=assets.env, cwd=assets.folder)
    shutil.copy(assets.folder / "pnpm-lock.yaml", assets.lock)


def build_distributions(installer: Installer) -> list[str]:
    """Build a wheel and a source distribution of each distribution into ``dist/``."""
    layout = installer.layout
    target = layout.root / "dist"
    shutil.rmtree(target, ignore_errors=True)
    for name in DISTRIBUTIONS:
        command = [layout.python, "-m", "build", "--no-isolation", "-o", target]
        installer.commands.run("build", [*command, layout.root / name])
    return sorted(path.name for path in target.iterdir())
