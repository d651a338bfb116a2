# SPDX-License-Identifier: MIT
"""``enable``, the wiring check, and a site on which the plugin is only installed."""

import copy
import re
import types
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from invenio_rdm_records import config as rdm
from invenio_rdm_records.services.components import DefaultRecordsComponents, PIDsComponent

from b2share_pids import finalize, wiring
from b2share_pids.components import RecordPIDsComponent
from b2share_pids.errors import SettingError, WiringError

KEYS = {
    "RDM_PERSISTENT_IDENTIFIER_PROVIDERS",
    "RDM_PERSISTENT_IDENTIFIERS",
    "RDM_RECORDS_SERVICE_COMPONENTS",
    "CELERY_BEAT_SCHEDULE",
    "APP_RDM_DETAIL_SIDE_BAR_TEMPLATES",
    "B2SHARE_PIDS_ENABLED",
}


class SiteComponent:
    """A component of the site's own."""


@pytest.fixture
def no_modules(monkeypatch):
    monkeypatch.setattr(wiring, "entry_points", lambda group: [])


def test_enable_adds_to_the_stock_defaults_and_leaves_them_alone(no_modules):
    before = (list(DefaultRecordsComponents), dict(rdm.RDM_PERSISTENT_IDENTIFIERS))
    namespace = {}
    wiring.enable(namespace)
    assert set(namespace) == KEYS
    components = namespace["RDM_RECORDS_SERVICE_COMPONENTS"]
    assert components == [*DefaultRecordsComponents, RecordPIDsComponent]
    assert list(namespace["RDM_PERSISTENT_IDENTIFIERS"]) == ["doi", "oai", "epic", "b2rec"]
    names = [p.name for p in namespace["RDM_PERSISTENT_IDENTIFIER_PROVIDERS"]]
    assert names == ["datacite", "external", "oai", "epic", "b2rec"]
    assert before == (list(DefaultRecordsComponents), dict(rdm.RDM_PERSISTENT_IDENTIFIERS))


def test_enable_keeps_what_the_file_sets_without_changing_it(no_modules):
    mine = {
        "RDM_RECORDS_SERVICE_COMPONENTS": [PIDsComponent, SiteComponent],
        "CELERY_BEAT_SCHEDULE": {"mine": {"task": "mine"}},
        "RDM_PERSISTENT_IDENTIFIERS": {"oai": {}},
    }
    namespace = copy.copy(mine)
    kept = copy.deepcopy(mine)
    wiring.enable(namespace)
    assert namespace["RDM_RECORDS_SERVICE_COMPONENTS"] == [
        PIDsComponent,
        SiteComponent,
        RecordPIDsComponent,
    ]
    assert set(namespace["CELERY_BEAT_SCHEDULE"]) == {"mine", "b2share-pids-work"}
    assert set(namespace["RDM_PERSISTENT_IDENTIFIERS"]) == {"oai", "epic", "b2rec"}
    assert mine == kept


def test_enable_keeps_what_the_last_configuration_module_sets(monkeypatch):
    modules = {
        "b": types.SimpleNamespace(CELERY_BEAT_SCHEDULE={"b": {}}),
        "a": types.SimpleNamespace(CELERY_BEAT_SCHEDULE={"a": {}}),
        "c": types.SimpleNamespace(),
    }
    points = [EntryPoint(name, "", "invenio_config.module") for name in modules]
    monkeypatch.setattr(EntryPoint, "load", lambda self: modules[self.name])
    monkeypatch.setattr(wiring, "entry_points", lambda group: points)
    namespace = {}
    wiring.enable(namespace)
    assert set(namespace["CELERY_BEAT_SCHEDULE"]) == {"b", "b2share-pids-work"}
    assert modules["b"].CELERY_BEAT_SCHEDULE == {"b": {}}


def test_enable_on_this_installation_keeps_the_schedule_of_the_application():
    namespace = {}
    wiring.enable(namespace)
    assert {"indexer", "b2share-pids-work"} <= set(namespace["CELERY_BEAT_SCHEDULE"])
    templates = namespace["APP_RDM_DETAIL_SIDE_BAR_TEMPLATES"]
    assert len(templates) > 5
    assert templates[templates.index(wiring.VERSIONS) + 1] == "b2share_pids/record_pids.html"


def test_second_enable_changes_nothing():
    namespace = {}
    wiring.enable(namespace)
    first = dict(namespace)
    wiring.enable(namespace)
    assert namespace == first


@pytest.fixture
def resolved(no_modules):
    namespace = {}
    wiring.enable(namespace)
    namespace["B2SHARE_PIDS_STRICT_WIRING"] = True
    return types.SimpleNamespace(config=namespace)


def remove(config, key):
    if key == "RDM_RECORDS_SERVICE_COMPONENTS":
        config[key] = list(DefaultRecordsComponents)
    elif key == "RDM_PERSISTENT_IDENTIFIERS":
        config[key] = rdm.RDM_PERSISTENT_IDENTIFIERS
    elif key == "RDM_PERSISTENT_IDENTIFIER_PROVIDERS":
        config[key] = rdm.RDM_PERSISTENT_IDENTIFIER_PROVIDERS
    else:
        config[key] = {}


REMOVABLE = sorted(KEYS - {"B2SHARE_PIDS_ENABLED", "APP_RDM_DETAIL_SIDE_BAR_TEMPLATES"})


@pytest.mark.parametrize("key", REMOVABLE)
def test_removed_part_stops_the_start_naming_the_key(key, resolved):
    finalize.finalize_app(resolved)
    remove(resolved.config, key)
    with pytest.raises(WiringError) as caught:
        finalize.finalize_app(resolved)
    assert caught.value.key == key
    assert str(caught.value).startswith(key)


def test_component_before_the_stock_one_stops_the_start(resolved):
    components = [RecordPIDsComponent, *DefaultRecordsComponents]
    resolved.config["RDM_RECORDS_SERVICE_COMPONENTS"] = components
    with pytest.raises(WiringError, match="after the stock PIDsComponent"):
        finalize.finalize_app(resolved)


def test_without_strict_wiring_a_removed_part_is_logged(resolved, caplog):
    resolved.config["B2SHARE_PIDS_STRICT_WIRING"] = False
    remove(resolved.config, "CELERY_BEAT_SCHEDULE")
    finalize.finalize_app(resolved)
    assert "CELERY_BEAT_SCHEDULE" in caplog.text


def test_application_with_a_removed_component_does_not_start(app_config, create_app):
    app_config = app_config | {"RDM_RECORDS_SERVICE_COMPONENTS": list(DefaultRecordsComponents)}
    with pytest.raises(WiringError, match="RDM_RECORDS_SERVICE_COMPONENTS"):
        create_app(**app_config)


def test_application_without_a_password_does_not_start(app_config, create_app):
    app_config = app_config | {"B2SHARE_PIDS_EPIC_PASSWORD": None}
    with pytest.raises(SettingError, match="B2SHARE_PIDS_EPIC_PASSWORD"):
        create_app(**app_config)


def test_explicit_lists_of_the_readme_equal_enable():
    """The second code block of the README that names the keys is run as it stands."""
    readme = Path(__file__).parents[2] / "b2share_pids" / "README.md"
    blocks = re.findall(r"```python\n(.*?)```", readme.read_text("utf-8"), re.DOTALL)
    (explicit,) = [block for block in blocks if "RDM_RECORDS_SERVICE_COMPONENTS" in block]
    written = {}
    exec(explicit, written)  # noqa: S102
    namespace = {}
    wiring.enable(namespace)
    assert {key: written[key] for key in KEYS} == namespace


def test_readme_names_every_setting():
    from b2share_pids import config

    readme = (Path(__file__).parents[2] / "b2share_pids" / "README.md").read_text("utf-8")
    for key in dir(config):
        if key.startswith("B2SHARE_"):
            assert f"| `{key}` | `{getattr(config, key)}` |" in readme
