# SPDX-License-Identifier: MIT
"""The instance folder of a site, and the variables that its settings read."""

import re
from pathlib import Path

import pytest

from b2share_site.services.layout import Layout
from b2share_site.services.ports import FIRST
from b2share_site.services.site import Site
from b2share_site.services.steps import Commands

ROOT = Path(__file__).parents[3]


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.delenv("B2SHARE_VOCABULARIES", raising=False)
    (tmp_path / "app_data").mkdir()
    for name in ("vocabularies.yaml", "users.yaml"):
        (tmp_path / "app_data" / name).write_text("[]")
    layout = Layout(tmp_path)
    layout.make_folders()
    return Site(layout, dict(FIRST), Commands(layout.log))


def instance_files(site):
    return {path.name for path in (site.layout.instance / "app_data").iterdir()}


def test_instance_short_vocabularies_are_those_of_the_checkout(site):
    site.make_instance()
    assert instance_files(site) == {"vocabularies.yaml", "users.yaml"}


def test_instance_full_vocabularies_leave_the_short_lists_out(site, monkeypatch):
    monkeypatch.setenv("B2SHARE_VOCABULARIES", "full")
    site.make_instance()
    site.make_instance()
    assert instance_files(site) == {"users.yaml"}
    assert (site.layout.root / "app_data" / "vocabularies.yaml").exists()


def test_instance_back_to_short_vocabularies(site, monkeypatch):
    monkeypatch.setenv("B2SHARE_VOCABULARIES", "full")
    site.make_instance()
    monkeypatch.delenv("B2SHARE_VOCABULARIES")
    site.make_instance()
    assert instance_files(site) == {"vocabularies.yaml", "users.yaml"}


def test_env_has_every_variable_that_the_settings_demand(site):
    demanded = re.findall(r'os\.environ\["(\w+)"\]', (ROOT / "invenio.cfg").read_text())
    assert set(demanded) <= set(site.env)


def test_secrets_are_kept_and_readable_by_their_owner_alone(site):
    first = site.env["B2SHARE_SECRET_KEY"]
    assert (
        Site(Layout(site.layout.root), dict(FIRST), site.commands).env["B2SHARE_SECRET_KEY"]
        == first
    )
    path = site.layout.state / "secrets.json"
    assert path.stat().st_mode & 0o077 == 0
