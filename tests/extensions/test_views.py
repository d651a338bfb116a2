# SPDX-License-Identifier: MIT
"""What visitors of the landing page see of our fields."""

import pytest
from invenio_app.factory import create_ui

from b2share_extensions import wiring
from tests.extensions.conftest import CONTACTS, INSTRUMENTS
from tests.support.records import METADATA

create_app = create_ui


@pytest.fixture(scope="module")
def app_config(app_config):
    wiring.enable(app_config)
    return app_config


@pytest.fixture
def page(app, client, synced, location):
    """Publish a record with these fields and return its landing page."""
    from invenio_access.permissions import system_identity
    from invenio_rdm_records.proxies import current_rdm_records_service as service

    def run(**metadata):
        sent = {
            "metadata": METADATA | metadata,
            "access": {"record": "public", "files": "public"},
            "files": {"enabled": False},
        }
        draft = service.create(system_identity, sent)
        record = service.publish(system_identity, draft.id)
        answer = client.get(f"/records/{record.id}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    return run


def test_landing_page_shows_contacts_and_linked_instruments(page):
    html = page(contact_emails=CONTACTS, instruments=INSTRUMENTS)
    assert 'href="mailto:jane.doe@example.org"' in html
    assert "Ozone sonde 7" in html
    assert 'href="https://doi.org/10.1234/sonde-7"' in html


def test_landing_page_without_the_fields_shows_no_heading(page):
    html = page()
    assert "b2share-contact-emails" not in html
    assert "b2share-instruments" not in html


def test_landing_page_hostile_values_are_text_only(page):
    script = "<script>alert(1)</script>"
    instruments = [
        {"name": f"A{script}", "pid": "javascript:alert(1)", "pid_type": "url"},
        {"name": "B", "pid": '10.1/"onclick="alert(1)', "pid_type": "doi"},
    ]
    html = page(instruments=instruments, contact_emails=[{"contact_email": "a&b?c=d@example.org"}])
    block = html[html.index('id="b2share-contact-emails"') :]
    block = block[: block.index("</ul>", block.index('id="b2share-instruments"'))]
    assert "<script" not in block
    assert 'href="javascript' not in block
    assert "javascript:alert(1)" in block
    assert 'onclick="' not in block
    assert 'href="mailto:a%26b%3Fc%3Dd@example.org"' in block
