# SPDX-License-Identifier: MIT
"""What operators can set, call or run into is named in the documentation, and still exists."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from b2share_site.services.ports import FIRST

ROOT = Path(__file__).parents[1]
FOLDERS = {
    "b2share_access": "b2share_access",
    "b2share_cli": "b2share_cli",
    "b2share_extensions": "b2share_extensions",
    "b2share_pids": "b2share_pids",
    "b2share_site": "site",
}
MANUALS = ("CONTRIBUTING.md", "README.md", "docs/operations.md")

every_distribution = pytest.mark.parametrize("module", FOLDERS)
every_enabled_plugin = pytest.mark.parametrize(
    "module", ["b2share_access", "b2share_extensions", "b2share_pids"]
)


def readme(module):
    return (ROOT / FOLDERS[module] / "README.md").read_text()


def source(module):
    return ROOT / FOLDERS[module] / "src" / module


def entry_points(module):
    """Return the entry points of a distribution: ``{group: [name]}``."""
    project = tomllib.loads((ROOT / FOLDERS[module] / "pyproject.toml").read_text())["project"]
    groups = project["entry-points"] | {"console_scripts": project.get("scripts", {})}
    return {group: list(names) for group, names in groups.items()}


def error_classes(module):
    """Return the public exception classes of every ``errors.py`` of a distribution."""
    return {
        node.name
        for path in source(module).rglob("errors.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }


def config_keys(module):
    """Return the keys of ``config.py``, each with whether it has a type and a docstring."""
    body = ast.parse((source(module) / "config.py").read_text()).body
    names = {}
    for node, after in zip(body, [*body[1:], None], strict=True):
        described = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(node, ast.AnnAssign):
            names[node.target.id] = described
        elif isinstance(node, ast.Assign):
            names |= {target.id: False for target in node.targets}
    return {name: typed for name, typed in names.items() if name.isupper()}


def table_rows(text, heading):
    """Return what stands in code marks in the first cells of the tables below a heading."""
    section = re.split(rf"^## {heading}$", text, flags=re.MULTILINE)[1].split("\n## ")[0]
    cells = re.findall(r"^\|([^|]*)\|", section, flags=re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def environment_variables(path):
    """Return the names of ours that a module has in its code, as whole texts."""
    constants = [node.value for node in ast.walk(ast.parse(path.read_text())) if is_text(node)]
    return {value for value in constants if re.fullmatch(r"B2SHARE(_[A-Z]+)+", value)}


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@every_distribution
def test_config_keys_have_a_type_and_a_docstring(module):
    keys = config_keys(module)
    assert keys
    assert [key for key, described in keys.items() if not described] == []
    assert [key for key in keys if not key.startswith(f"{module.upper()}_")] == []


@every_distribution
def test_readme_has_a_row_for_every_config_key_and_no_other(module):
    assert table_rows(readme(module), "Settings") == set(config_keys(module))


@every_distribution
def test_readme_names_every_error_class(module):
    classes = error_classes(module)
    assert classes
    assert {name for name in classes if f"`{name}`" not in readme(module)} == set()


@every_distribution
def test_readme_has_no_row_for_an_error_that_is_gone(module):
    assert table_rows(readme(module), "Errors") <= error_classes(module)


@every_distribution
def test_readme_names_every_command(module):
    text = readme(module)
    commands = entry_points(module).get("b2share_cli.commands", [])
    unnamed = [
        command
        for command in commands
        if not re.search(rf"`(b2share )?{re.escape(command)}(?![\w-])", text)
    ]
    assert unnamed == []


@every_distribution
def test_readme_names_every_program(module):
    programs = entry_points(module)["console_scripts"]
    assert [name for name in programs if not re.search(rf"`{name}\b", readme(module))] == []


@every_distribution
def test_readme_names_every_health_check(module):
    checks = entry_points(module).get("b2share_cli.checks", [])
    assert [check for check in checks if f"`{check}`" not in readme(module)] == []


@every_distribution
def test_readme_names_every_upgrade_step(module):
    steps = entry_points(module).get("b2share_cli.upgrade_steps", [])
    assert [step for step in steps if f"`{step}`" not in readme(module)] == []


def test_entry_point_groups_of_ours_are_described_by_their_owner():
    groups = {group for module in FOLDERS for group in entry_points(module)}
    ours = {group for group in groups if group.partition(".")[0] in FOLDERS}
    assert ours
    for group in ours:
        assert f"`{group}`" in readme(group.partition(".")[0]), group


@every_enabled_plugin
def test_readme_says_how_to_enable_in_two_lines(module):
    lines = rf"^from {module} import wiring as (\w+)\n+\1\.enable\(globals\(\)\)$"
    assert re.search(lines, readme(module), re.MULTILINE)


@every_enabled_plugin
def test_docstring_of_enable_and_readme_name_every_key_that_it_sets(module):
    tree = ast.parse((source(module) / "wiring.py").read_text())
    (enable,) = (node for node in tree.body if getattr(node, "name", "") == "enable")
    docstring = ast.get_docstring(enable)
    used = {node.value for node in ast.walk(enable) if is_text(node) and node.value.isupper()}
    assert used == set(re.findall(r"``([A-Z0-9_]+)``", docstring))
    assert {key for key in used if key not in readme(module)} == set()


def test_manuals_name_every_make_target():
    manuals = [(ROOT / name).read_text() for name in MANUALS if (ROOT / name).exists()]
    text = "\n".join(manuals)
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert len(targets) > 5
    assert [name for name in targets if not re.search(rf"`make {name}\b", text)] == []


def test_operations_names_every_environment_variable_of_the_site():
    paths = [ROOT / "invenio.cfg", *(source("b2share_site") / "services").glob("*.py")]
    names = {name for path in paths for name in environment_variables(path)}
    names |= {f"B2SHARE_PORT_{service.upper()}" for service in FIRST}
    # Variables of the tests are made by `make test` alone.
    names = {name for name in names if not name.startswith("B2SHARE_TEST_")}
    assert {"B2SHARE_SITE_URL", "B2SHARE_VOCABULARIES"} <= names
    text = (ROOT / "docs/operations.md").read_text()
    assert [name for name in sorted(names) if not re.search(rf"`{name}\b", text)] == []
