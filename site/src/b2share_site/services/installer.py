# SPDX-License-Identifier: MIT
"""Bring a site from nothing, or from where it was left, to the point where it answers."""

import fcntl
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from b2share_site.services import servers
from b2share_site.services.assets import Assets
from b2share_site.services.environment import Environment
from b2share_site.services.errors import ServicesError
from b2share_site.services.layout import Layout, write_json
from b2share_site.services.ports import choose_ports, reserved_ports
from b2share_site.services.processes import Process
from b2share_site.services.site import Site
from b2share_site.services.steps import Commands, Progress, Step, run_steps
from b2share_site.services.supervisor import Supervisor
from b2share_site.services.tools import find_tool, system_java, system_node

PYTHON = "python environment"
RUN = "python packages"
OURS = "b2share distributions"
FALLBACKS = "substitutes"

LONGEST_SET_UP = 1800
"""Seconds to wait for another set-up in the same checkout."""


class Installer:
    """All steps of ``make run`` and ``make test``, shared and cached by content."""

    def __init__(
        self,
        layout: Layout,
        progress: Progress,
        supervisor: Supervisor,
        ports: dict[str, int] | None = None,
    ) -> None:
        """Choose the ports, unless the caller, who starts no service, names some.

        :raises ServicesError: the checkout lies where the site's migrations would not be found.
        """
        # Flask-Alembic 3.1 (extension.py) joins folders with commas; Alembic splits at both.
        if re.search(r"[\s,]", str(layout.root)):
            raise ServicesError(
                f"{layout.root}: a site cannot be set up in a path with a space or comma; "
                "move the folder to another"
            )
        layout.make_folders()
        self.layout = layout
        self.progress = progress
        self.supervisor = supervisor
        # One event: a failed step ends the waiting for services, and Ctrl-C ends the programs.
        self.commands = Commands(layout.log, supervisor.ending)
        self.environment = Environment(layout, self.commands)
        self.assets = Assets(layout, self.commands)
        noted = layout.state / "ports.json"
        self.ports = ports or choose_ports(noted, reserved_ports(noted))
        self.site = Site(layout, self.ports, self.commands)

    def all_steps(self, *, development: bool = False) -> list[Step]:
        """Return every step from nothing to a site that answers."""
        return [
            *self.environment_steps(development=development),
            *self.service_steps(),
            *self.asset_steps(),
            *self.site_steps(),
        ]

    def environment_steps(self, *, development: bool = False) -> list[Step]:
        """Return the steps that make the Python environment."""
        environment = self.environment
        steps = [
            Step(PYTHON, environment.make),
            Step(RUN, lambda: environment.install("run"), (PYTHON,)),
            Step(OURS, environment.install_distributions, (RUN,)),
            Step(FALLBACKS, environment.install_fallbacks, (RUN,)),
        ]
        if development:
            packages = Step("test packages", lambda: environment.install("dev"), (RUN, FALLBACKS))
            steps.append(packages)
        return steps

    def asset_steps(self) -> list[Step]:
        """Return the steps that build JavaScript and CSS."""
        needed = () if system_node() else (FALLBACKS,)
        return [
            Step("pnpm", self.assets.install_pnpm, needed),
            Step("node modules", self.assets.install_modules, ("pnpm",)),
            Step("assets", lambda: self.assets.build(self.site.env), ("node modules", OURS)),
        ]

    def service_steps(self) -> list[Step]:
        """Return the steps that fetch and start the services."""
        jars = () if find_tool("mvn") else (FALLBACKS,)
        needs_java = ["search jars"] if system_java() else ["search jars", FALLBACKS]
        return [
            Step("search jars", self.environment.fetch_jars, jars),
            Step("opensearch", lambda: self._serve(servers.opensearch), tuple(needs_java)),
            Step("redis", lambda: self._serve(servers.redis), (RUN,)),
            Step("postgresql", self._serve_postgresql, (RUN,)),
        ]

    def site_steps(self) -> list[Step]:
        """Return the steps that set the site up and start it.

        Web server and worker wait for the set-up; where there is nothing to set up they start
        beside OpenSearch, which takes longest.
        """
        self.site.make_instance()
        services = ("postgresql", "redis", OURS)
        ready = services if self.site.is_set_up() else ("site set-up",)
        return [
            Step("site set-up", self.site.upgrade, (*services, "opensearch")),
            Step("handles", lambda: self._start(self.site.handles()), (OURS,)),
            Step("mail", lambda: self._start(self.site.mail()), (OURS,)),
            Step("worker", lambda: self._start(self.site.worker()), (*ready, "assets")),
            Step("web", lambda: self._start(self.site.web()), (*ready, "assets")),
        ]

    def run(self, steps: list[Step]) -> None:
        """Run the steps; one installer at a time works on what the sites of a checkout share."""
        with self.only_one():
            run_steps(steps, self.progress, self.commands)
        timings = self.progress.timings
        write_json(self.layout.state / "timings.json", timings)

    @contextmanager
    def only_one(self) -> Iterator[None]:
        """Wait for another set-up in this checkout to end, and keep others out meanwhile.

        :raises ServicesError: it does not end.
        """
        with (self.layout.var / "lock").open("a+") as stream:
            if not _try_lock(stream):
                self.progress.say("waiting for another set-up in this folder to end")
                deadline = time.monotonic() + LONGEST_SET_UP
                while not _try_lock(stream):
                    if time.monotonic() > deadline:
                        raise ServicesError(
                            f"another set-up in {self.layout.root} did not end "
                            f"within {LONGEST_SET_UP // 60} minutes"
                        )
                    time.sleep(0.2)
            self.commands.held = (stream.fileno(),)
            try:
                yield
            finally:
                self.commands.held = ()

    def _start(self, process: Process) -> str | None:
        self.supervisor.start_and_wait(process)
        return None

    def _serve(self, make: Callable[[Layout, int], Process]) -> str | None:
        return self._start(make(self.layout, self.ports[make.__name__]))

    def _serve_postgresql(self) -> str | None:
        servers.initialize_postgresql(self.layout, self.commands)
        self._serve(servers.postgresql)
        servers.create_database(self.layout, self.ports["postgresql"], self.commands)
        return None


def _try_lock(stream: IO[str]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
