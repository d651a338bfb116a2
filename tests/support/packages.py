# SPDX-License-Identifier: MIT
"""Wheels of our distributions, an environment with stock v13, and a stock site run by it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from b2share_site.services.environment import DISTRIBUTIONS, pinned_subset
from b2share_site.services.stamps import Stamps, digest
from tests.support.app import APP_DATA, empty_redis, site_settings
from tests.support.records import METADATA

ROOT = Path(__file__).parents[2]
PLUGINS = ("b2share_access", "b2share_cli", "b2share_extensions", "b2share_pids")


def run(*command: object, **options: Any) -> str:
    """Run a program to its end and return what it printed; all of that is part of a failure."""
    words = [str(part) for part in command]
    result = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    assert result.returncode == 0, f"{words}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def uv(*words: object) -> None:
    run(sys.executable, "-m", "uv", *words)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel of each distribution by module name."""
    folder = tmp_path_factory.mktemp("wheels")
    for name in DISTRIBUTIONS:
        options = ["--no-isolation", "--wheel", "-o", folder]
        run(sys.executable, "-m", "build", *options, ROOT / name)
    found = {path.name.split("-")[0]: path for path in folder.glob("*.whl")}
    assert set(found) == {*PLUGINS, "b2share_site"}
    return found


@pytest.fixture(scope="session")
def stock_python() -> Path:
    """The Python of stock v13 with nothing of ours; kept until constraints.txt changes."""
    folder = ROOT / "var" / "stock-venv"
    pins = pinned_subset((ROOT / "constraints.txt").read_text(), "run")
    stamps = Stamps(ROOT / "var" / "stamps")
    value = digest(sys.version, pins)
    python = folder / "bin" / "python"
    if not (stamps.is_current("stock-venv", value) and python.exists()):
        stamps.remove("stock-venv")
        shutil.rmtree(folder, ignore_errors=True)
        requirements = ROOT / "var" / "stamps" / "requirements-stock.txt"
        requirements.write_text(pins)
        uv("venv", "-q", "--python", sys.executable, folder)
        options = ["--no-deps", "--require-hashes", "-r", requirements]
        uv("pip", "install", "-q", "--python", python, *options)
        stamps.write("stock-venv", value)
    # A run that was killed may have left some.
    uninstall(python, *PLUGINS)
    return python


def uninstall(python: Path, *names: str) -> None:
    uv("pip", "uninstall", "-q", "--python", python, *names)


@contextmanager
def installed(python: Path, wheels: dict[str, Path], *names: str) -> Iterator[None]:
    """Have these of our distributions in the environment, and none before and after.

    What they depend on must be there: nothing is looked up elsewhere.
    """
    paths = [wheels[name] for name in names]
    uv("pip", "install", "-q", "--offline", "--python", python, *paths)
    try:
        yield
    finally:
        uninstall(python, *names)


class StockSite:
    """A site whose instance is a folder of the tests, run by the stock environment."""

    def __init__(self, python: Path, folder: Path, settings: dict[str, Any]) -> None:
        self.python = python
        self.folder = folder
        shutil.copytree(APP_DATA, folder / "app_data")
        # In place of the sample administrator that stock v13 ships.
        (folder / "app_data" / "users.yaml").write_text("[]")
        (folder / "memory.json").write_text(json.dumps({"metadata": METADATA}))
        self.configure(settings)

    def configure(self, settings: dict[str, Any]) -> None:
        """Append settings to the site's ``invenio.cfg``."""
        self._append("".join(f"{key} = {value!r}\n" for key, value in settings.items()))

    def enable(self, plugin: str) -> None:
        """Append the lines that the plugin's README tells the operator to append."""
        lines = rf"^from {plugin} import wiring as (\w+)\n+\1\.enable\(globals\(\)\)$"
        readme = (ROOT / plugin / "README.md").read_text()
        found = re.search(lines, readme, re.MULTILINE)
        assert found, f"the README of {plugin} does not say how to enable it"
        self._append(f"{found.group()}\n")

    def _append(self, lines: str) -> None:
        with (self.folder / "invenio.cfg").open("a") as config:
            config.write(lines)

    def run(self, program: str, *words: object) -> str:
        """Run a program of the environment on this site, without the settings of any other."""
        foreign = ("B2SHARE_", "FLASK_", "INVENIO_", "PYTHON", "VIRTUAL_ENV")
        env = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        env |= {"INVENIO_INSTANCE_PATH": str(self.folder), "FLASK_SKIP_DOTENV": "1"}
        return run(self.python.parent / program, *words, cwd=self.folder, env=env)

    def b2share(self, *words: str) -> Any:
        """Run a command of ``b2share`` and return its result."""
        return json.loads(self.run("b2share", *words, "--json"))

    def stage(self, name: str) -> Any:
        """Run one stage of ``stock_site.py`` and return what it saw."""
        # -P keeps the folder of the script, with the support of the tests, out of sys.path.
        self.run("python", "-W", "ignore", "-P", Path(__file__).parent / "stock_site.py", name)
        return json.loads((self.folder / "answer.json").read_text())


@pytest.fixture(scope="module")
def stock_site(
    stock_python: Path,
    new_database: Callable[..., sa.URL],
    search_address: dict[str, object],
    search_url: str,
    redis_url: str,
    run_name: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[StockSite]:
    """An instance with settings and nothing else; its indices and templates go at the end."""
    empty_redis(redis_url)
    prefix = f"{run_name}stock"
    settings = site_settings(new_database(), search_address, redis_url, prefix)
    # A class is no value; `stock_site.py` brings one of its own.
    del settings["WEBPACKEXT_MANIFEST_LOADER"]
    settings |= {"SECRET_KEY": "stock", "SECURITY_PASSWORD_SALT": "stock"}
    yield StockSite(stock_python, tmp_path_factory.mktemp("stock-site"), settings)
    for kind in ("", "_template/", "_index_template/"):
        requests.delete(f"{search_url}/{kind}{prefix}-*", timeout=60)
