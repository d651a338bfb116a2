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


def test_worker_refuses_and_leases_nothing(app, database, rows):
    from uuid import uuid4

    from b2share_pids import cli
    from b2share_pids.errors import NotEnabledError
    from b2share_pids.ledger import Change, note

    object_id = uuid4()
    note([Change("record", object_id, "epic", "http://hdl.handle.net/21.T12345/before")])
    database.session.commit()
    with pytest.raises(NotEnabledError, match=r"wiring\.enable"):
        cli.work.main([], standalone_mode=False)
    (row,) = rows(object_id)
    assert (row.lease_owner, row.sent_at, row.attempts) == (None, None, 0)


def test_site_has_none_of_our_templates(app, monkeypatch):
    from b2share_pids.views import create_blueprint

    assert create_blueprint(app).jinja_loader is None
    monkeypatch.setitem(app.config, "B2SHARE_PIDS_ENABLED", True)
    loader = create_blueprint(app).jinja_loader
    assert "semantic-ui/b2share_pids/record_pids.html" in loader.list_templates()


def test_check_says_that_the_plugin_is_not_enabled(app):
    from b2share_pids.checks import check_ledger

    assert [finding["level"] for finding in check_ledger()] == ["ok"]
