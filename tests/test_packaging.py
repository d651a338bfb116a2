# SPDX-License-Identifier: MIT
"""Each distribution builds, carries its own papers, and installs beside stock v13.

A stock site that holds records already lives through all of it: plugins are installed without
being enabled, then enabled one after the other. Each step is a fixture built on the one before.
"""

import json
import zipfile
from email import message_from_string

import pytest

from b2share_site.services.environment import DISTRIBUTIONS
from tests.pids.conftest import epic_settings
from tests.support.packages import PLUGINS, ROOT, installed, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def folder_of(name):
    """Return the folder of a distribution by its module."""
    return ROOT / name.replace("b2share_site", "site")


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
    assert (folder_of(name) / "README.md").read_text().strip() in metadata.get_payload()
    assert f"{name}/py.typed" in files
    outside = [f for f in files if not f.startswith((f"{name}/", f"{name}-"))]
    assert outside == []


@pytest.mark.parametrize("name", [*PLUGINS, "b2share_site"])
def test_wheel_holds_every_file_of_the_source(wheels, name):
    source = folder_of(name) / "src"
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
    with installed(stock_python, wheels, name):
        seen = json.loads(run(stock_python, "-W", "ignore", "-c", LOOK, name).splitlines()[-1])
    assert seen["ours"] == [name.replace("_", "-")]
    expected = {
        "b2share_cli": {"console_scripts: b2share", "b2share_cli.commands: communities list"},
        "b2share_access": {"invenio_base.apps: b2share_access"},
        "b2share_extensions": {"b2share_cli.upgrade_steps: extensions.sync"},
        "b2share_pids": {"invenio_celery.tasks: b2share_pids", "invenio_db.alembic: b2share_pids"},
    }
    assert expected[name] <= set(seen["points"])


@pytest.mark.parametrize("folder", DISTRIBUTIONS)
def test_no_module_beside_pyproject(folder):
    # It would shadow the installed package for programs started in the root folder.
    assert not (ROOT / folder / "__init__.py").exists()


@pytest.fixture(scope="module")
def stock(stock_site):
    """The site as stock v13 made it, with two records and a draft."""
    return stock_site.stage("create")


@pytest.fixture(scope="module")
def inert(stock_site, stock, stock_python, wheels):
    """The same site with all plugins installed, none enabled, no migration run."""
    with installed(stock_python, wheels, *PLUGINS):
        return stock_site.stage("use_inert")


@pytest.fixture(scope="module")
def with_fields(stock_site, inert, stock_python, wheels):
    """The same site with b2share_extensions alone, enabled, by stock commands."""
    stock_site.enable("b2share_extensions")
    with installed(stock_python, wheels, "b2share_extensions"):
        return stock_site.stage("use_fields")


@pytest.fixture(scope="module")
def with_pids(stock_site, with_fields, stock_python, wheels, handle_server):
    """The same site with b2share_pids as well, upgraded and worked by ``b2share``."""
    stock_site.configure(epic_settings(handle_server))
    stock_site.enable("b2share_pids")
    with installed(stock_python, wheels, "b2share_extensions", "b2share_pids", "b2share_cli"):
        steps = stock_site.b2share("upgrade", "run")
        seen = stock_site.stage("use_pids")
        return seen | {
            "steps": {row["step"]: row["state"] for row in steps},
            "work": stock_site.b2share("pids", "work"),
            "checks": stock_site.b2share("site", "check"),
            "handles": handle_server.handles(),
        }


def test_installed_and_not_enabled_plugins_change_nothing(stock, inert):
    assert inert["seen"].keys() == stock.keys()
    for app, settings in stock["settings"].items():
        # Migrations may lie in more places: tables are what an installed plugin may bring.
        assert inert["seen"]["settings"][app] | {"ALEMBIC": None} == settings | {"ALEMBIC": None}
    for part in stock.keys() - {"settings"}:
        assert inert["seen"][part] == stock[part], part


def test_plugins_that_are_not_enabled_let_publish_as_before(stock, inert):
    new = inert["new"]
    *_, record = stock["records"].values()  # the one without files, like the new one
    assert set(new) == set(record)
    for part in ("pids", "metadata", "links", "custom_fields"):
        assert set(new[part]) == set(record[part]), part


def test_enabled_fields_leave_old_records_as_they_were(inert, with_fields):
    assert with_fields["before"]["records"] == inert["records"]
    assert with_fields["after"] == with_fields["before"]


def test_enabled_fields_are_written_read_and_found_in_old_and_new_records(with_fields):
    old, new, draft = (with_fields["written"][name] for name in ("old", "new", "draft"))
    names = {
        id_: [instrument["name"] for instrument in record["metadata"].get("instruments", [])]
        for id_, record in with_fields["records"].items()
    }
    without = {id_: [] for id_ in names}
    assert names == without | {old: ["Ozone sonde"], new: ["Ozone lidar"]}
    assert with_fields["records"][draft]["metadata"]["title"] == "Third"
    assert with_fields["found"] == {
        "ozone": sorted([old, new]),
        "sonde": [old],
        "lidar": [new],
        "balloon": [],
    }


def test_upgrade_run_does_no_more_than_the_new_plugin_needs(with_fields, with_pids):
    done = {step for step, state in with_pids["steps"].items() if state == "done"}
    # The list of commands belongs to the environment, which the tests keep.
    assert done - {"commands"} == {"database"}
    added = set(with_pids["tables"]) - set(with_fields["after"]["tables"])
    assert added == {"b2share_pids_ledger"}
    assert {row["level"] for row in with_pids["checks"]} == {"ok"}


def test_enabled_pids_come_to_old_and_new_records_with_their_next_publication(
    with_fields, with_pids
):
    assert with_pids["before"] == with_fields["records"]
    written = set(with_pids["written"].values())
    for id_, record in with_pids["records"].items():
        expected = {"oai", "epic", "b2rec"} if id_ in written else {"oai"}
        assert set(record["pids"]) == expected
    assert with_pids["work"]["done"] == len(written) == 2
    for id_ in written:
        handle = with_pids["records"][id_]["pids"]["epic"]["identifier"]
        values = with_pids["handles"][handle.removeprefix("http://hdl.handle.net/")]
        assert values["URL"] == f"https://127.0.0.1:5000/records/{id_}"
        assert handle in with_pids["pages"][id_]


def test_two_plugins_work_on_one_record(with_pids):
    old = with_pids["written"]["old"]
    assert with_pids["records"][old]["metadata"]["instruments"][0]["name"] == "Ozone sonde"
    assert "Ozone sonde" in with_pids["pages"][old]
