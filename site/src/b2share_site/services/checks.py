# SPDX-License-Identifier: MIT
"""Run linters, type checks and tests as plain commands, each with its own result."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from b2share_site.services.browser import find_browser, install_browser
from b2share_site.services.environment import DISTRIBUTIONS
from b2share_site.services.installer import Installer
from b2share_site.services.steps import Step, child_environment
from b2share_site.services.tools import node_path

PYTHON_FOLDERS = ("bootstrap.py", *DISTRIBUTIONS, "tests", "benchmarks")


def tool_steps(installer: Installer) -> list[Step]:
    """Return the steps that get what only the checks need: a browser."""
    return [Step("browser", lambda: install_browser(installer), ("test packages",))]


def lint_commands(root: Path) -> dict[str, list[str]]:
    """Return the checks that need no service, by name."""
    folders = [name for name in PYTHON_FOLDERS if (root / name).exists()]
    scripts = [str(path) for path in sorted(root.glob("*/src/*/assets"))]
    templates = ["templates", *map(str, sorted(root.glob("*/src/*/templates")))]
    return {
        "ruff check": ["ruff", "check", *folders],
        "ruff format": ["ruff", "format", "--check", *folders],
        "mypy": ["mypy"],
        "import-linter": ["lint-imports"],
        "djlint": ["djlint", "--configuration", "pyproject.toml", "--check", "--lint", *templates],
        "eslint": ["eslint", "--ext", ".js,.jsx", "--max-warnings", "0", "assets", *scripts],
    }


def run_all(installer: Installer, only: list[str], *, tests: bool = True) -> int:
    """Run the linters, then pytest; return 0 if all passed. With ``only``, just that pytest."""
    layout = installer.layout
    env = test_environment(installer)
    results = {}
    if not only:
        for name, command in lint_commands(layout.root).items():
            results[name] = _run(name, command, env, layout.root)
    if tests:
        pytest = [str(layout.python), "-m", "pytest", *only]
        results["pytest"] = _run("pytest", pytest, env, layout.root)
    failed = [name for name, code in results.items() if code]
    for name in failed:
        sys.stdout.write(f"failed: {name}\n")
    sys.stdout.flush()
    return 1 if failed else 0


def test_environment(installer: Installer) -> dict[str, str]:
    """Return the variables by which the tests find the services, the site and the browser."""
    layout = installer.layout
    site = installer.site.env
    modules = installer.assets.folder / "node_modules"
    path = [str(layout.venv / "bin"), str(modules / ".bin"), node_path(layout)]
    return {
        "PATH": os.pathsep.join(path),
        # The lock of the build holds eslint and its rules, too.
        "NODE_PATH": str(modules),
        "B2SHARE_TEST_DATABASE_URL": site["B2SHARE_DATABASE_URL"],
        "B2SHARE_TEST_SEARCH_URL": site["B2SHARE_SEARCH_URL"],
        "B2SHARE_TEST_SITE_URL": installer.site.url,
        "B2SHARE_TEST_SITE_HOME": str(layout.home),
        "B2SHARE_TEST_MAIL_URL": f"http://127.0.0.1:{installer.ports['mail']}",
        "B2SHARE_TEST_HANDLE_URL": site["B2SHARE_HANDLE_URL"],
        "B2SHARE_TEST_BROWSER": str(find_browser() or ""),
    }


def _run(name: str, command: list[str], env: dict[str, str], cwd: Path) -> int:
    begin = time.monotonic()
    sys.stdout.write(f"--- {name}\n")
    sys.stdout.flush()
    process = subprocess.Popen(  # noqa: S603 - fixed commands of our own
        command,
        env=child_environment(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = process.wait()
    finally:
        _end(process)
    outcome = "passed" if code == 0 else f"failed ({code})"
    sys.stdout.write(f"--- {name}: {outcome} after {time.monotonic() - begin:.1f} s\n")
    sys.stdout.flush()
    return code


def _end(process: subprocess.Popen[bytes], limit: float = 30) -> None:
    """End what was interrupted: pytest first stops the servers that its fixtures started."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
