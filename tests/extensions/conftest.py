# SPDX-License-Identifier: MIT
"""A site with the plugin enabled, and its fields made searchable as an operator would."""

import pytest
from invenio_rdm_records.cli import create_records_custom_field

INSTRUMENTS = [{"name": "Ozone sonde 7", "pid": "10.1234/sonde-7", "pid_type": "doi"}]
CONTACTS = [{"contact_email": "jane.doe@example.org"}]


@pytest.fixture(scope="module")
def init_fields(app):
    """Run stock's own command that writes the mapping of custom fields."""

    def run():
        result = app.test_cli_runner().invoke(create_records_custom_field, [])
        assert "Created all custom fields" in result.output, result.output

    return run


@pytest.fixture(scope="module")
def synced(app, init_fields):
    """The indices as they are after a set-up in the documented order."""
    from b2share_extensions.index.sync import sync

    init_fields()
    return sync()


@pytest.fixture
def find(client):
    """Return the ids that ``GET /records?q=`` finds."""
    from tests.support.records import refresh_indices

    def run(query, **arguments):
        refresh_indices()
        answer = client.get("/records", query_string={"q": query, **arguments})
        assert answer.status_code == 200, answer.json
        return {hit["id"] for hit in answer.json["hits"]["hits"]}

    return run
