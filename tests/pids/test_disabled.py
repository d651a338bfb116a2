# SPDX-License-Identifier: MIT
"""Installed and not enabled, the plugin changes nothing but the tables."""

import pytest


@pytest.fixture(scope="module")
def app_config(app_config):
    """The stock site: what the folder enabled is taken out again."""
    for key in [key for key in app_config if key.startswith("B2SHARE_PIDS_")]:
        del app_config[key]
    for key in (
        "RDM_PERSISTENT_IDENTIFIER_PROVIDERS",
        "RDM_PERSISTENT_IDENTIFIERS",
        "RDM_RECORDS_SERVICE_COMPONENTS",
        "CELERY_BEAT_SCHEDULE",
        "APP_RDM_DETAIL_SIDE_BAR_TEMPLATES",
    ):
        del app_config[key]
    return app_config


def test_record_has_stock_pids_and_nothing_is_noted(
    app, search, location, make_user, deposit, publish, rows
):
    assert app.config["B2SHARE_PIDS_ENABLED"] is False
    assert "b2share-pids-work" not in app.config["CELERY_BEAT_SCHEDULE"]
    person = make_user()
    assert set(publish(person, deposit(person))["pids"]) == {"oai"}
    assert rows() == []


def test_check_says_that_the_plugin_is_not_enabled(app):
    from b2share_pids.checks import check_ledger

    assert [finding["level"] for finding in check_ledger()] == ["ok"]
