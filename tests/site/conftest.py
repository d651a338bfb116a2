# SPDX-License-Identifier: MIT
"""All plugins together: on an application of the tests, and on the running site."""

import time
from importlib import import_module

import pytest
from werkzeug.utils import import_string

from b2share_site.demo.client import Client

PLUGINS = ("b2share_access", "b2share_extensions", "b2share_pids")
"""In the order of the site's ``invenio.cfg``."""


def enable(config, plugins=PLUGINS):
    """Do what the last lines of ``invenio.cfg`` do, in the given order."""
    for plugin in plugins:
        import_module(f"{plugin}.wiring").enable(config)


def run_scheduled(app, name):
    """Run a task here and now as Celery beat would: by its entry in the schedule."""
    entry = app.config["CELERY_BEAT_SCHEDULE"][name]
    return import_string(entry["task"])(*entry.get("args", ()))


def wait_for(get, what, limit=30.0):
    """Return the first true answer; workers and the search index need a moment."""
    deadline = time.monotonic() + limit
    while not (found := get()):
        assert time.monotonic() < deadline, f"no {what} within {limit:g} s"
        time.sleep(0.3)
    return found


@pytest.fixture(scope="module")
def member(site_url, people):
    """A client of the running site with a token: the demo's ordinary member of ECAS."""
    client = Client(site_url, people["member"]["email"], people["member"]["password"])
    yield client
    client.close()
