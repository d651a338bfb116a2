# SPDX-License-Identifier: MIT
"""The README's walk of a newcomer, in the browser, on the running site."""

import os
import re
import time

import pytest
import requests
from playwright.sync_api import expect

from tests.support.browser import new_context, open_until_listed
from tests.support.servers import required_address

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def confirmation_link(address, limit=60):
    """Wait for the mail to a new account, and return the address in it."""
    mailbox = required_address("B2SHARE_TEST_MAIL_URL")
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        for message in requests.get(f"{mailbox}/messages", timeout=10).json():
            if message["to"] == address:
                assert message["subject"] == "Welcome to B2SHARE"
                return re.search(r"http://\S+/confirm/[\w.-]+", message["text"]).group()
        time.sleep(0.3)
    pytest.fail(f"no mail to {address} within {limit} s")


def sign_up(page, name):
    page.goto("/")
    page.get_by_role("link", name="Sign up").click()
    page.fill("input[name='profile.username']", name)
    page.fill("input[name='profile.full_name']", "Nova Newcomer")
    page.fill("input[name=email]", f"{name}@b2share.example")
    page.fill("input[name=password]", "a-long-password")
    page.click("form[name=register_user_form] button[type=submit]")
    page.wait_for_load_state()


def fill_deposit_form(page, title):
    page.goto("/uploads/new")
    data = {"name": "trees.csv", "mimeType": "text/csv", "buffer": b"tree,height\n1,20\n"}
    with page.expect_response(lambda answer: answer.url.endswith("/commit")):
        page.set_input_files("input[type=file]", data)
    page.get_by_role("button", name="Select a community").click()
    item = page.locator(".modal .item").filter(has_text="Open Data Commons")
    item.get_by_role("button", name=re.compile("Select")).first.click()
    page.fill("input[name='metadata.title']", title)
    page.click(".field:has(label:has-text('Resource type')) .dropdown")
    page.keyboard.type("Dataset")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add creator").click()
    page.fill("input[name='person_or_org.family_name']", "Newcomer")
    page.fill("input[name='person_or_org.given_name']", "Nova")
    page.locator(".modal.active button", has_text="Save").last.click()
    page.get_by_role("button", name="Add contact e-mail").click()
    page.fill("input[name='metadata.contact_emails.0.contact_email']", "nova@example.org")
    page.get_by_role("button", name="Add instrument").click()
    page.fill("input[name='metadata.instruments.0.name']", "laser rangefinder")
    page.fill("input[name='metadata.instruments.0.pid']", "10.1234/rangefinder")
    expect(page.get_by_text("Open access is encouraged")).to_be_visible()


def submit_for_review(page):
    page.get_by_role("button", name="Submit for review").click()
    for box in page.locator(".modal.active input[type=checkbox]").all():
        box.evaluate("box => box.click()")
    page.locator(".modal.active button", has_text="Submit record for review").click()
    page.wait_for_url(re.compile("/me/requests/"))


def accept(page, title):
    open_until_listed(page, "/communities/commons/requests", title)
    page.get_by_role("link", name=title).first.click()
    page.get_by_role("button", name="Accept and publish").first.click()
    page.locator(".modal.active button", has_text="Accept and publish").click()
    expect(page.get_by_text("accepted", exact=False).first).to_be_visible()


def make_token(page):
    page.goto("/account/settings/applications/tokens/new/")
    page.fill("input[name=name]", "walk")
    page.check("input[value='user:email']", force=True)
    page.locator("form button[type=submit]", has_text="Create").click()
    return page.locator("input#access_token, code").first.evaluate("e => e.value || e.innerText")


@pytest.fixture
def curator_page(chromium, site_url, people, log_in):
    context = new_context(chromium, site_url)
    page = context.new_page()
    log_in(page, people["curator"]["email"], people["curator"]["password"])
    yield page
    context.close()


def test_newcomer_signs_up_deposits_publishes_finds_and_uses_the_api(
    page, curator_page, log_in, api, console_errors
):
    name = f"nova{os.getpid()}{int(time.time())}"
    title = f"Trees of {name} street"
    sign_up(page, name)
    page.goto(confirmation_link(f"{name}@b2share.example"))
    page.goto("/logout/", wait_until="networkidle")
    log_in(page, f"{name}@b2share.example", "a-long-password")

    fill_deposit_form(page, title)
    submit_for_review(page)
    accept(curator_page, title)

    open_until_listed(page, "/me/uploads", title)
    page.get_by_role("link", name=title).first.click()
    expect(page.locator("#record-title")).to_have_text(title)
    handle = page.locator("a[href^='http://hdl.handle.net/21.T12345/']").first
    expect(handle).to_be_visible()
    address = handle.get_attribute("href")
    expect(page.get_by_text("laser rangefinder")).to_be_visible()
    expect(page.get_by_role("link", name="nova@example.org")).to_be_visible()

    open_until_listed(page, f"/search?q=metadata.instruments.name:rangefinder AND {name}", title)

    token = make_token(page)
    headers = {"Authorization": f"Bearer {token}"}
    mine = api.get("/user/records", headers=headers).json()
    assert [hit["metadata"]["title"] for hit in mine["hits"]["hits"]] == [title]
    assert mine["hits"]["hits"][0]["pids"]["epic"]["identifier"] == address
    assert console_errors == []
