# SPDX-License-Identifier: MIT
"""All three plugins on one site, whichever was enabled first."""

from importlib import import_module
from itertools import permutations

import pytest
from invenio_app.factory import create_api, create_ui

from tests.pids.conftest import epic_settings
from tests.site.conftest import PLUGINS, enable, run_scheduled

FIELDS = {
    "contact_emails": [{"contact_email": "jane.doe@example.org"}],
    "instruments": [{"name": "xyz", "pid": "10.1234/instrument-xyz", "pid_type": "doi"}],
}
CHECKS = {
    "b2share_access": "lost_settings",
    "b2share_extensions": "wiring_errors",
    "b2share_pids": "missing_parts",
}
"""What each wiring check of ``finalize.py`` yields an error of, if a part is lost."""

OTHER_WAY_ROUND = tuple(reversed(PLUGINS))


def described(value):
    """Return a value of the configuration in a form in which equal settings are equal.

    ``enable`` makes classes of its own each time; what they inherit from says what they do.
    """
    if isinstance(value, type):
        return [f"{cls.__module__}.{cls.__qualname__}" for cls in value.__mro__]
    if isinstance(value, dict):
        return {key: described(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [described(item) for item in value]
    return value


def added_by(order):
    """Return what the plugins, enabled in this order, add to the settings of a stock site."""
    namespace = {}
    enable(namespace, order)
    return namespace


@pytest.mark.parametrize("order", list(permutations(PLUGINS))[1:])
def test_order_of_enabling_changes_nothing(order):
    first, other = added_by(PLUGINS), added_by(order)
    assert {f"{plugin.upper()}_ENABLED" for plugin in PLUGINS} < set(first)
    assert described(other) == described(first)


def test_enabling_all_again_changes_nothing():
    namespace = added_by(PLUGINS)
    before = dict(namespace)
    enable(namespace, OTHER_WAY_ROUND)
    assert namespace == before


@pytest.fixture(scope="module")
def app_config(app_config, handle_server):
    """The plugins enabled from last to first; the running site does it from first to last."""
    enable(app_config, OTHER_WAY_ROUND)
    return app_config | epic_settings(handle_server)


@pytest.fixture(params=[create_ui, create_api], ids=["ui", "api"])
def start(request, instance_path, app_config):
    """Start an application of either form, with other settings for those that are given."""

    def run(**changes):
        return request.param(instance_path=instance_path, **app_config | changes)

    return run


@pytest.mark.parametrize(
    "order", [PLUGINS, OTHER_WAY_ROUND], ids=["first-to-last", "last-to-first"]
)
def test_application_starts_complete_and_with_the_same_settings(start, order):
    wanted = added_by(order)
    app = start(**wanted)
    assert all(app.config[f"{plugin.upper()}_STRICT_WIRING"] for plugin in PLUGINS)
    for plugin, check in CHECKS.items():
        assert list(getattr(import_module(f"{plugin}.finalize"), check)(app)) == []
    resolved = {key: app.config[key] for key in wanted}
    assert described(resolved) == described(added_by(PLUGINS))


def test_record_with_all_parts_is_published_and_read_back(
    make_user, make_community, deposit, publish, location, handle_server, app
):
    person, owner = make_user(), make_user()
    members = {"reader": person}
    community = make_community(access={"review_policy": "members"}, owner=owner, members=members)
    content = {"data.csv": b"a,b\n1,2\n"}
    record = publish(person, deposit(person, content, community=str(community.id), **FIELDS))

    assert record["is_published"]
    assert record["custom_fields"] == {}
    assert {name: record["metadata"][name] for name in FIELDS} == FIELDS
    assert set(record["pids"]) == {"epic", "b2rec", "oai"}
    (entry,) = record["parent"]["communities"]["entries"]
    assert entry["id"] == str(community.id)
    handle = record["pids"]["epic"]["identifier"].removeprefix("http://hdl.handle.net/")
    run_scheduled(app, "b2share-pids-work")
    assert handle_server.handles()[handle]["URL"] == record["links"]["self_html"]


def test_record_without_a_community_is_refused_and_gets_no_handle(
    client, make_user, deposit, location, handle_server, app
):
    person = make_user()
    draft = deposit(person, {"data.csv": b"a\n"}, **FIELDS)
    before = handle_server.handles()
    path = f"/records/{draft['id']}/draft"
    answer = client.post(f"{path}/actions/publish", json={}, headers=person.headers)
    assert answer.status_code == 400
    assert "community" in answer.json["message"]
    assert client.get(path, headers=person.headers).json["pids"] == {}
    run_scheduled(app, "b2share-pids-work")
    assert handle_server.handles() == before
