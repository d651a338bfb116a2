# SPDX-License-Identifier: MIT
"""A browser before the running test site, and the REST API of that site for its people."""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as PageTimeout

from tests.support.servers import required_address

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

STOCK_NOISE = re.compile(
    r"community-theme-\.css"  # the deposit page without a community asks for its style sheet
    r"|Failed to load resource: the server responded with a status of 404"
)
"""Console errors of stock v13 itself, and no others."""


@pytest.fixture(scope="session")
def site_url() -> str:
    """The address of the site that ``make test`` runs, with demo content."""
    return required_address("B2SHARE_TEST_SITE_URL")


@pytest.fixture(scope="session")
def site_home() -> Path:
    """The folder with the logs and data of that site."""
    return Path(required_address("B2SHARE_TEST_SITE_HOME"))


@pytest.fixture(scope="session")
def people() -> dict[str, dict[str, str]]:
    """The demo accounts by user name."""
    path = Path(__file__).parents[2] / "site/src/b2share_site/demo/content/people.json"
    return {person["username"]: person for person in json.loads(path.read_text())}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run; tests get fresh contexts of it.

    Not called ``browser``: pytest-invenio skips tests with a fixture of that name.
    """
    with sync_playwright() as playwright:
        path = required_address("B2SHARE_TEST_BROWSER")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def console_errors() -> list[str]:
    """What the pages of this test wrote to the console as errors, stock noise left out."""
    return []


def new_context(browser: Browser, site_url: str) -> BrowserContext:
    """Return a fresh context under a name of its own: v13 limits log-ins per address and agent."""
    return browser.new_context(
        base_url=site_url,
        viewport={"width": 1280, "height": 900},
        user_agent=f"B2SHARE tests {secrets.token_hex(4)}",
    )


@pytest.fixture
def page(
    chromium: Browser,
    site_url: str,
    site_home: Path,
    console_errors: list[str],
    request: pytest.FixtureRequest,
) -> Iterator[Page]:
    """A page in a fresh context, before the site; its console errors are collected.

    What a failed test saw last is kept as a picture beside the site's logs.
    """
    context = new_context(chromium, site_url)
    page = context.new_page()
    page.set_default_timeout(20_000)

    def note(message: ConsoleMessage) -> None:
        text = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and not STOCK_NOISE.search(text):
            console_errors.append(text)

    page.on("console", note)
    page.on("pageerror", lambda error: console_errors.append(str(error)))
    yield page
    if getattr(request.node, "rep_call", None) and request.node.rep_call.failed:
        page.screenshot(path=site_home / "log" / f"{request.node.name}.png", full_page=True)
    context.close()


@pytest.fixture
def log_in() -> Callable[[Page, str, str], None]:
    """Log in through the form, as a person does."""

    def run(page: Page, email: str, password: str) -> None:
        # Requests of the page before could replace the session that the form belongs to.
        page.goto("/login/", wait_until="networkidle")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", password)
        page.click("form[name=login_user_form] button[type=submit]")
        page.wait_for_url(lambda url: "/login" not in url)

    return run


def open_until_listed(page: Page, url: str, title: str, limit: float = 30) -> None:
    """Open a page that shows search results until the index knows the title (about a second)."""
    deadline = time.monotonic() + limit
    while True:
        page.goto(url)
        try:
            page.get_by_role("link", name=title).first.wait_for(timeout=4000)
        except PageTimeout:
            if time.monotonic() > deadline:
                raise
        else:
            return


@pytest.fixture(scope="session")
def api(site_url: str) -> Iterator[requests.Session]:
    """An anonymous client of the running site's REST API; give paths after ``/api``."""

    class Api(requests.Session):
        def request(self, method: str, url: str, *args: object, **kwargs: object):  # type: ignore[no-untyped-def, override]
            kwargs.setdefault("timeout", 30)
            return super().request(method, f"{site_url}/api{url}", *args, **kwargs)

    with Api() as session:
        yield session
