# SPDX-License-Identifier: MIT
"""Static pages and OAI-PMH sets of the stock fixtures, or of the instance's ``app_data``."""

from pathlib import Path
from typing import Any

from b2share_cli.application import extension
from b2share_cli.upgrade_steps.app_data import app_data, read_list


class PagesStep:
    """Add the missing pages and sets; what an operator changed stays."""

    order = 500
    title = "Pages and OAI-PMH sets"

    def pending(self) -> bool:
        """Compare the fixtures with the database."""
        return bool(missing_pages() or missing_sets())

    def run(self) -> str:
        """Add what is missing."""
        from invenio_access.permissions import system_identity
        from invenio_app_rdm.fixtures import Pages

        pages, sets = missing_pages(), missing_sets()
        for entry in sets:
            extension("invenio-rdm-records").oaipmh_server_service.create(system_identity, entry)
        if pages:
            # Not the `rdm fixtures` engine: that one deletes all pages first.
            Pages().run(force=False)
        return f"{len(pages)} pages, {len(sets)} sets added"


def entries(file_name: str) -> list[dict[str, Any]]:
    """Return the entries of a fixture: the instance's file, else the stock one."""
    import invenio_app_rdm.fixtures

    stock = Path(invenio_app_rdm.fixtures.__file__).parent / "data"
    paths = (app_data() / file_name, stock / file_name)
    return next((read_list(path) for path in paths if path.exists()), [])


def missing_pages() -> list[tuple[str, str]]:
    """Return address and language of each page that is not there."""
    from invenio_pages.records.models import PageModel

    there = {(page.url, page.lang) for page in PageModel.query}
    languages = [code for code, _ in extension("invenio-i18n").get_languages()]
    wanted = [(entry["url"], code) for entry in entries("pages.yaml") for code in languages]
    return [page for page in wanted if page not in there]


def missing_sets() -> list[dict[str, Any]]:
    """Return the OAI-PMH sets that are not there."""
    from invenio_oaiserver.models import OAISet

    there = {found.spec for found in OAISet.query}
    return [entry for entry in entries("oai_sets.yaml") if entry["spec"] not in there]


step = PagesStep()
