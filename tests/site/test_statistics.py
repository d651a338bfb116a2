# SPDX-License-Identifier: MIT
"""The ``stats`` of a record: counted by stock v13 while all plugins are enabled.

Stock counts views of the landing page (not of the REST API) and downloads of files. The numbers
change when its three scheduled tasks have run, which the tests do themselves.
"""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from invenio_app.factory import create_app as create_site
from invenio_queues.proxies import current_queues
from lxml import html

from tests.pids.conftest import epic_settings
from tests.site.conftest import enable, run_scheduled
from tests.support.records import refresh_indices

create_app = create_site
"""Pages and REST API in one application, as they run in production."""

KEY = "tall trees.csv"
CONTENT = b"tree,height\n1,20\n2,31\n"
TASKS = ("stats-process-events", "stats-aggregate-events", "reindex-stats")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_5) AppleWebKit/605.1.15 Version/18.5 Safari"
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

NOTHING = {"views": 0, "unique_views": 0, "downloads": 0, "unique_downloads": 0, "data_volume": 0}


@pytest.fixture(scope="module")
def app_config(app_config, handle_server):
    enable(app_config)
    return app_config | epic_settings(handle_server)


class RestClient(FlaskClient):
    """A client of the REST API below ``/api``; paths are given without it."""

    def open(self, path, *args, **kwargs):
        return super().open(f"/api{path}", *args, **kwargs)


@pytest.fixture
def client(app):
    return RestClient(app, app.response_class)


@pytest.fixture(scope="module")
def event_store(app):
    """What a site's set-up makes: the queues of events, and the templates of their indices."""
    from invenio_search import current_search, current_search_client

    current_queues.declare()
    list(current_search.put_templates())
    yield
    templates = f"{app.config['SEARCH_INDEX_PREFIX']}*"
    current_search_client.indices.delete_template(name=templates)


@pytest.fixture
def visit(app, event_store):
    """Open a page as somebody who has never been here before, with the given browser."""

    def run(path, browser):
        answer = app.test_client().get(path, headers={"User-Agent": browser})
        assert answer.status_code == 200
        return answer.data

    return run


@pytest.fixture
def download(visit):
    def run(record, browser):
        path = f"/api/records/{record['id']}/files/{quote(KEY)}/content"
        assert visit(path, browser) == CONTENT

    return run


@pytest.fixture
def count(app):
    """Run the scheduled tasks of the statistics, one after the other."""

    def run():
        for name in TASKS:
            run_scheduled(app, name)
            refresh_indices()
        run_scheduled(app, "indexer")
        refresh_indices()

    return run


@pytest.fixture(scope="module")
def person(make_user):
    return make_user()


@pytest.fixture(scope="module")
def community(make_community, person, location):
    return make_community(access={"review_policy": "members"}, owner=person)


@pytest.fixture
def record(person, community, deposit, publish):
    return publish(person, deposit(person, {KEY: CONTENT}, community=str(community.id)))


@pytest.fixture
def stats(client):
    """Read the numbers of a record, from the record and from its search hit alike."""

    def read(record):
        shown = client.get(f"/records/{record['id']}").json["stats"]
        query = {"q": f"id:{record['id']}", "allversions": "true"}
        (hit,) = client.get("/records", query_string=query).json["hits"]["hits"]
        assert hit["stats"] == shown
        return shown

    return read


def test_record_nobody_looked_at_has_zeros(record):
    assert record["stats"] == {"this_version": NOTHING, "all_versions": NOTHING}


def test_numbers_grow_with_each_view_and_download(record, visit, download, count, stats):
    page = f"/records/{record['id']}"
    visit(page, FIREFOX)
    download(record, FIREFOX)
    count()
    once = {
        "views": 1,
        "unique_views": 1,
        "downloads": 1,
        "unique_downloads": 1,
        "data_volume": len(CONTENT),
    }
    assert stats(record) == {"this_version": once, "all_versions": once}

    visit(page, SAFARI)
    download(record, SAFARI)
    count()
    twice = {name: 2 * number for name, number in once.items()}
    assert stats(record) == {"this_version": twice, "all_versions": twice}


def test_robots_and_reads_of_the_api_are_no_views(record, client, visit, count, stats):
    visit(f"/records/{record['id']}", ROBOT)
    for _ in range(3):
        client.get(f"/records/{record['id']}", headers={"User-Agent": FIREFOX})
    visit(f"/records/{record['id']}", SAFARI)
    count()
    one = NOTHING | {"views": 1, "unique_views": 1}
    assert stats(record) == {"this_version": one, "all_versions": one}


def test_versions_are_counted_apart_and_together(
    record, person, client, publish, visit, count, stats
):
    path = f"/records/{record['id']}"
    draft = client.post(f"{path}/versions", headers=person.headers).json
    edit = f"/records/{draft['id']}/draft"
    client.post(f"{edit}/actions/files-import", headers=person.headers)
    metadata = draft["metadata"] | {"publication_date": "2025-11-11"}
    client.put(edit, json=draft | {"metadata": metadata}, headers=person.headers)
    second = publish(person, client.get(edit, headers=person.headers).json)

    visit(path, FIREFOX)
    visit(path, SAFARI)
    visit(f"/records/{second['id']}", FIREFOX)
    count()
    first_stats, second_stats = stats(record), stats(second)
    assert first_stats["this_version"] == NOTHING | {"views": 2, "unique_views": 2}
    assert second_stats["this_version"] == NOTHING | {"views": 1, "unique_views": 1}
    assert first_stats["all_versions"]["views"] == 3
    assert second_stats["all_versions"] == first_stats["all_versions"]


def test_landing_page_shows_the_numbers(record, visit, download, count):
    page = f"/records/{record['id']}"
    visit(page, FIREFOX)
    for browser in (FIREFOX, SAFARI):
        download(record, browser)
    count()
    table = html.fromstring(visit(page, SAFARI)).get_element_by_id("record-statistics")
    rows = {
        row[0].text.strip(): [cell.text.strip() for cell in row[1:]] for row in table.find("tbody")
    }
    assert rows == {
        "Views": ["1", "1"],
        "Downloads": ["2", "2"],
        "Data volume": ["44 Bytes", "44 Bytes"],
    }
