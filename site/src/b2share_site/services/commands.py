# SPDX-License-Identifier: MIT
"""The commands behind the Makefile: ``run``, ``test``, ``stop``, ``reset``, ``status``, ``env``."""

import argparse
import os
import shlex
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from b2share_site.services import checks, demo, development
from b2share_site.services.errors import AlreadyRunningError, ServicesError
from b2share_site.services.installer import Installer
from b2share_site.services.layout import Layout, read_json
from b2share_site.services.ports import FIRST
from b2share_site.services.processes import start_time
from b2share_site.services.steps import Progress
from b2share_site.services.supervisor import Supervisor, ended_by_signals, stop_site, supervisor_pid

ROOT = Path(__file__).parents[4]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 for a failure that is said in one sentence, 130 for Ctrl-C."""
    parser = argparse.ArgumentParser(prog="b2share-services", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout (default: this one)")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (function, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        own = "test" if name == "test" else "run"
        command.add_argument("--site", default=own, choices=SITES, help=f"default: {own}")
        command.set_defaults(function=function)
        if name == "run":
            command.add_argument("--no-demo", action="store_true", help="leave out demo content")
        if name == "test":
            command.add_argument("only", nargs="*", help="arguments for pytest: run just this")
        if name == "reset":
            command.add_argument("--all", action="store_true", help="the whole of var/, too")
    options = parser.parse_args(arguments)
    layout = Layout(options.root.resolve(), options.site)
    try:
        return int(options.function(layout, options))
    except ServicesError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return 130
    except OSError as error:
        sys.stderr.write(f"{error.filename or options.command}: {error.strerror or error}\n")
        return 1


def run(layout: Layout, options: argparse.Namespace) -> int:
    """Set the site up as far as it is not, start it, and stay until Ctrl-C or ``make stop``."""
    with installing(layout) as installer:
        installer.site.with_demo = not options.no_demo
        installer.run(installer.all_steps() + demo.steps(installer))
        installer.progress.say(welcome(installer))
        try:
            installer.supervisor.watch()
        except KeyboardInterrupt:
            installer.progress.say("stopping")
    installer.progress.say("stopped; the data are kept, `make run` goes on with them")
    return 0


def test(layout: Layout, options: argparse.Namespace) -> int:
    """Bring a test site up beside the site of ``make run``, and run every check and test."""
    with installing(layout) as installer:
        steps = installer.all_steps(development=True) + demo.steps(installer)
        installer.run(steps + checks.tool_steps(installer))
        threading.Thread(target=installer.supervisor.watch, daemon=True).start()
        return checks.run_all(installer, options.only)


@contextmanager
def installing(layout: Layout) -> Iterator[Installer]:
    """Give an installer for a site that no other process runs; all its processes end with it."""
    layout.make_folders()
    progress = Progress()
    supervisor = Supervisor(layout, progress)
    with ended_by_signals(supervisor.ending), supervisor.lock():
        yield Installer(layout, progress, supervisor)


def lint(layout: Layout, options: argparse.Namespace) -> int:
    """Run the linters and type checks, which need no service."""
    installer = tooling(layout)
    return checks.run_all(installer, [], tests=False)


def constraints(layout: Layout, options: argparse.Namespace) -> int:
    """Resolve constraints.txt anew; the environment follows at the next run."""
    development.resolve_constraints(tooling(layout))
    return 0


def lock(layout: Layout, options: argparse.Namespace) -> int:
    """Make the lock of the node modules anew."""
    development.renew_lock(tooling(layout))
    return 0


def dist(layout: Layout, options: argparse.Namespace) -> int:
    """Build what is released, and list it."""
    for name in development.build_distributions(tooling(layout)):
        sys.stdout.write(f"dist/{name}\n")
    return 0


def tooling(layout: Layout) -> Installer:
    """Return an installer whose environment has the development packages; no service runs."""
    layout = Layout(layout.root, "tooling")
    layout.make_folders()
    progress = Progress()
    installer = Installer(layout, progress, Supervisor(layout, progress), ports=dict(FIRST))
    pnpm, modules, _ = installer.asset_steps()
    installer.run([*installer.environment_steps(development=True), pnpm, modules])
    return installer


def stop(layout: Layout, options: argparse.Namespace) -> int:
    """Stop the site; data stay."""
    sys.stdout.write("stopped\n" if stop_site(layout) else "the site does not run\n")
    return 0


def reset(layout: Layout, options: argparse.Namespace) -> int:
    """Delete the data of the site (or, with ``--all``, everything below ``var/``).

    :raises AlreadyRunningError: the site, or with ``--all`` any site of the checkout, runs.
    """
    sites = [layout]
    if options.all:
        states = sorted(layout.var.glob("*/state"))
        sites = [Layout(layout.root, state.parent.name) for state in states]
    for site in sites:
        pid = supervisor_pid(site)
        if pid:
            raise AlreadyRunningError(pid, site.home)
    for site in sites:
        stop_site(site)
    folder = layout.var if options.all else layout.home
    if folder.exists():
        shutil.rmtree(folder)
    sys.stdout.write(f"deleted {folder.relative_to(layout.root)}\n")
    return 0


def status(layout: Layout, options: argparse.Namespace) -> int:
    """Say what runs, and where; the exit code is 1 if the site does not run."""
    pid = supervisor_pid(layout)
    sys.stdout.write(f"site {layout.name}: {f'runs (process {pid})' if pid else 'does not run'}\n")
    ports = read_json(layout.state / "ports.json", {})
    for name, entry in read_json(layout.state / "processes.json", {}).items():
        alive = start_time(entry["pid"]) == entry["start"]
        port = f"port {ports[name]}" if name in ports else ""
        state = "runs" if alive else "ended"
        sys.stdout.write(f"  {name:<12} {state:<6} process {entry['pid']:<8} {port}\n")
    return 0 if pid else 1


def env(layout: Layout, options: argparse.Namespace) -> int:
    """Print the variables of the site as shell commands, for ``eval``.

    :raises ServicesError: the site does not run, so its addresses are not known.
    """
    if not supervisor_pid(layout):
        raise ServicesError("the site does not run; start it with `make run`")
    layout.make_folders()
    from b2share_site.services.site import Site  # noqa: PLC0415 - only this command needs it
    from b2share_site.services.steps import Commands  # noqa: PLC0415

    ports = read_json(layout.state / "ports.json", {})
    for name, value in Site(layout, ports, Commands(layout.log)).env.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    sys.stdout.write(f"export PATH={shlex.quote(str(layout.venv / 'bin'))}{os.pathsep}$PATH\n")
    return 0


def welcome(installer: Installer) -> str:
    """Return what a person needs to know who has just started the site."""
    url, ports = installer.site.url, installer.ports
    lines = [
        "",
        f"B2SHARE is ready after {installer.progress.elapsed():.0f} s: {url}",
        *(demo.accounts(installer.layout) if installer.site.with_demo else []),
        "  stand-ins for demonstration, not the real systems:",
        f"  handles http://127.0.0.1:{ports['handles']}   mail http://127.0.0.1:{ports['mail']}",
        "Ctrl-C here, or `make stop` elsewhere, stops everything; the data are kept.",
        "",
    ]
    return "\n".join(lines)


SITES = ("run", "test")
"""The sites of a checkout, by the name of their folder below ``var/``."""

COMMANDS = {
    "run": (run, "set up and start the site, in the foreground"),
    "test": (test, "set up a test site and run all checks and tests"),
    "stop": (stop, "stop the site"),
    "reset": (reset, "delete the site's data"),
    "status": (status, "say what runs"),
    "lint": (lint, "run the linters and type checks"),
    "dist": (dist, "build wheels and source distributions"),
    "constraints": (constraints, "resolve constraints.txt anew"),
    "lock": (lock, "make site/lock anew"),
    "env": (env, "print the site's settings as shell commands"),
}

if __name__ == "__main__":
    sys.exit(main())
