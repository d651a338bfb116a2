# SPDX-License-Identifier: MIT
"""What ``enable`` composes from each place, and what the check says when a part is lost."""

import logging

import pytest
from flask import Config
from invenio_app.factory import create_api
from invenio_rdm_records.services.schemas import RDMRecordSchema
from invenio_records_resources.services.custom_fields import KeywordCF

from b2share_extensions import wiring
from b2share_extensions.errors import SettingError, WiringError
from b2share_extensions.fields.base import CUSTOM_FIELDS
from b2share_extensions.fields.schema import BaseFieldsSchemaMixin

DETAILS = "invenio_app_rdm/records/details/side_bar/details.html"
OURS = "b2share_extensions/record_fields.html"


class SiteRecordSchema(RDMRecordSchema):
    """A site's own record schema."""


@pytest.fixture
def start(instance_path, app_config):
    """Start the REST application with settings changed; it talks to no service yet."""

    def run(config=None, **changes):
        return create_api(instance_path=instance_path, **{**(config or app_config), **changes})

    return run


@pytest.fixture
def enabled(app_config):
    config = dict(app_config)
    wiring.enable(config)
    return config


def test_enable_stock_site_uses_stock_defaults():
    namespace = {}
    wiring.enable(namespace)
    assert set(namespace) == {
        "RDM_NAMESPACES",
        "RDM_CUSTOM_FIELDS",
        "RDM_RECORD_SCHEMA",
        "APP_RDM_DETAIL_SIDE_BAR_TEMPLATES",
        "B2SHARE_EXTENSIONS_ENABLED",
    }
    assert set(namespace["RDM_NAMESPACES"]) == {"b2share"}
    assert namespace["RDM_CUSTOM_FIELDS"] == CUSTOM_FIELDS
    assert namespace["RDM_RECORD_SCHEMA"].__mro__[1:3] == (BaseFieldsSchemaMixin, RDMRecordSchema)
    side_bar = namespace["APP_RDM_DETAIL_SIDE_BAR_TEMPLATES"]
    assert len(side_bar) == 13  # stock v13 has twelve
    assert side_bar.index(OURS) == side_bar.index(DETAILS) + 1


def test_enable_values_in_file_are_kept_and_not_changed():
    field = KeywordCF("site:code")
    namespace = {
        "RDM_NAMESPACES": {"b2share": "https://other.example.org/"},
        "RDM_CUSTOM_FIELDS": [field],
        "RDM_RECORD_SCHEMA": SiteRecordSchema,
        "APP_RDM_DETAIL_SIDE_BAR_TEMPLATES": ["site/only.html"],
    }
    before = dict(namespace)
    wiring.enable(namespace)
    assert namespace["RDM_NAMESPACES"] == {"b2share": "https://other.example.org/"}
    assert namespace["RDM_CUSTOM_FIELDS"] == [field, *CUSTOM_FIELDS]
    assert issubclass(namespace["RDM_RECORD_SCHEMA"], (SiteRecordSchema, BaseFieldsSchemaMixin))
    assert namespace["APP_RDM_DETAIL_SIDE_BAR_TEMPLATES"] == ["site/only.html", OURS]
    assert before["RDM_CUSTOM_FIELDS"] == [field]
    assert before["APP_RDM_DETAIL_SIDE_BAR_TEMPLATES"] == ["site/only.html"]


def test_enable_twice_changes_nothing():
    namespace = {"RDM_RECORD_SCHEMA": SiteRecordSchema}
    wiring.enable(namespace)
    first = dict(namespace)
    wiring.enable(namespace)
    assert namespace == first


def test_enable_stock_objects_stay_as_they_were():
    from invenio_app_rdm import config as app_config
    from invenio_rdm_records import config as rdm_config

    wiring.enable({})
    assert rdm_config.RDM_CUSTOM_FIELDS == []
    assert rdm_config.RDM_NAMESPACES == {}
    assert OURS not in app_config.APP_RDM_DETAIL_SIDE_BAR_TEMPLATES


def test_enable_last_line_of_instance_file_reaches_the_services(start, app_config, tmp_path):
    (tmp_path / "invenio.cfg").write_text(
        "from tests.extensions.test_wiring import SiteRecordSchema\n"
        "RDM_RECORD_SCHEMA = SiteRecordSchema\n"
        "from b2share_extensions import wiring as extensions\n"
        "extensions.enable(globals())\n"
    )
    config = Config(tmp_path)
    config.from_pyfile("invenio.cfg")
    app = start(app_config | config)
    assert app.config["B2SHARE_EXTENSIONS_ENABLED"] is True
    services = app.extensions["invenio-rdm-records"]
    with app.app_context():
        schema = services.records_service.config.schema
        assert [cls.__name__ for cls in schema.__mro__[1:3]] == [
            "BaseFieldsSchemaMixin",
            "SiteRecordSchema",
        ]
        assert services.community_records_service.config.schema is schema


def test_start_not_enabled_changes_nothing(start, app_config):
    app = start()
    assert app.config["B2SHARE_EXTENSIONS_ENABLED"] is False
    assert app.config["RDM_NAMESPACES"] == {}
    assert app.config["RDM_CUSTOM_FIELDS"] == []
    assert OURS not in app.config["APP_RDM_DETAIL_SIDE_BAR_TEMPLATES"]
    with app.app_context():
        service = app.extensions["invenio-rdm-records"].records_service
        assert service.config.schema is RDMRecordSchema


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("RDM_RECORD_SCHEMA", SiteRecordSchema),
        ("RDM_CUSTOM_FIELDS", CUSTOM_FIELDS[:1]),
        ("RDM_NAMESPACES", {}),
    ],
)
def test_start_part_lost_stops_naming_the_key(start, enabled, key, value):
    with pytest.raises(WiringError, match=f"^{key} does not contain") as caught:
        start(enabled, **{key: value})
    assert caught.value.key == key


def test_start_part_lost_not_strict_only_logs(start, enabled, caplog):
    with caplog.at_level(logging.ERROR, logger="b2share_extensions"):
        start(enabled, RDM_RECORD_SCHEMA=SiteRecordSchema, B2SHARE_EXTENSIONS_STRICT_WIRING=False)
    logged = [r.getMessage() for r in caplog.records if r.name == "b2share_extensions.finalize"]
    assert len(logged) == 1
    assert logged[0].startswith("RDM_RECORD_SCHEMA")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("B2SHARE_EXTENSIONS_MAX_FIELDS", 0),
        ("B2SHARE_EXTENSIONS_MAX_FIELDS", "many"),
        ("B2SHARE_EXTENSIONS_STRICT_WIRING", "no"),
    ],
)
def test_start_impossible_setting_stops_naming_it(start, key, value):
    with pytest.raises(SettingError, match=key) as caught:
        start(**{key: value})
    assert caught.value.found == value
