# SPDX-License-Identifier: MIT
"""Each distribution builds, carries its own papers, and installs alone beside stock v13."""

import json
import shutil
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path

import pytest
from b2share_site.services.environment import DISTRIBUTIONS, pinned_subset
from b2share_site.services.stamps import Stamps, digest

ROOT = Path(__file__).parents[1]
PLUGINS = ("b2share_access", "b2share_cli", "b2share_extensions", "b2share_pids")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def run(command, **options):
    """Run a program to its end; its output is part of the failure."""
    command = [str(part) for part in command]
    result = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """The wheel of each distribution by module name, built from a copy without the sources' caches."""
    folder = tmp_path_factory.mktemp("wheels")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "-o", folder]
    for name in DISTRIBUTIONS:
        run([*build, ROOT / name])
    found = {path.name.split("-")[0]: path for path in folder.glob("*.whl")}
    assert set(found) == {*PLUGINS, "b2share_site"}
    return found


@pytest.fixture(scope="session")
def stock_python():
    """An environment with stock v13 and nothing of ours; kept until constraints.txt changes."""
    folder = ROOT / "var" / "stock-venv"
    pins = pinned_subset((ROOT / "constraints.txt").read_text(), "run")
    stamps = Stamps(ROOT / "var" / "stamps")
    python = folder / "bin" / "python"
    if not (stamps.is_current("stock-venv", digest(pins)) and python.exists()):
        shutil.rmtree(folder, ignore_errors=True)
        requirements = ROOT / "var" / "stamps" / "requirements-stock.txt"
        requirements.write_text(pins)
        run([sys.executable, "-m", "uv", "venv", "-q", "--python", sys.executable, folder])
        pip = [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python]
        run([*pip, "--no-deps", "--require-hashes", "-r", requirements])
        stamps.write("stock-venv", digest(pins))
    uninstall(python, *PLUGINS)
    return python


def install(python, *paths):
    """Install wheels; their dependencies must be there, for nothing is looked up elsewhere."""
    run([sys.executable, "-m", "uv", "pip", "install", "-q", "--offline", "--python", python, *paths])


def uninstall(python, *names):
    run([sys.executable, "-m", "uv", "pip", "uninstall", "-q", "--python", python, *names])


@pytest.mark.parametrize("name", [*PLUGINS, "b2share_site"])
def test_wheel_carries_metadata_readme_and_licence(wheels, name):
    with zipfile.ZipFile(wheels[name]) as wheel:
        files = wheel.namelist()
        text = next(f for f in files if f.endswith(".dist-info/METADATA"))
        metadata = message_from_string(wheel.read(text).decode())
        licence = next(f for f in files if f.endswith("licenses/LICENSE"))
        assert "MIT License" in wheel.read(licence).decode()
    assert metadata["Name"] == name.replace("_", "-")
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    readme = (ROOT / ("site" if name == "b2share_site" else name) / "README.md").read_text()
    assert readme.strip() in metadata.get_payload()
    assert f"{name}/py.typed" in files
    outside = [f for f in files if not f.startswith((f"{name}/", f"{name}-"))]
    assert outside == []


@pytest.mark.parametrize("name", [*PLUGINS, "b2share_site"])
def test_wheel_holds_every_file_of_the_source(wheels, name):
    source = ROOT / ("site" if name == "b2share_site" else name) / "src"
    files = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheels[name]) as wheel:
        assert files <= set(wheel.namelist())


def test_versions_are_one(wheels):
    assert len({path.name.split("-")[1] for path in wheels.values()}) == 1


LOOK = """
import importlib, json, pkgutil, sys
from importlib.metadata import distribution, distributions

name = sys.argv[1]
package = importlib.import_module(name)
modules = [m.name for m in pkgutil.walk_packages(package.__path__, name + ".")]
for module in modules:
    if ".alembic." not in module:
        importlib.import_module(module)
points = distribution(name.replace("_", "-")).entry_points
for point in points:
    if point.group != "invenio_db.alembic":
        point.load()
ours = sorted(d.name for d in distributions() if d.name.startswith("b2share"))
print(json.dumps({"ours": ours, "points": sorted(f"{p.group}: {p.name}" for p in points)}))
"""


@pytest.mark.parametrize("name", PLUGINS)
def test_plugin_alone_beside_stock_imports_and_lists_entry_points(stock_python, wheels, name):
    install(stock_python, wheels[name])
    try:
        seen = json.loads(run([stock_python, "-W", "ignore", "-c", LOOK, name]).splitlines()[-1])
    finally:
        uninstall(stock_python, name)
    assert seen["ours"] == [name.replace("_", "-")]
    expected = {
        "b2share_cli": {"console_scripts: b2share", "b2share_cli.commands: communities list"},
        "b2share_access": {"invenio_base.apps: b2share_access"},
        "b2share_extensions": {"b2share_cli.upgrade_steps: extensions_sync"},
        "b2share_pids": {"invenio_celery.tasks: b2share_pids", "invenio_db.alembic: b2share_pids"},
    }
    assert expected[name] <= set(seen["points"])


@pytest.mark.parametrize("folder", DISTRIBUTIONS)
def test_no_module_beside_pyproject(folder):
    # It would shadow the installed package for programs started in the root folder.
    assert not (ROOT / folder / "__init__.py").exists()
