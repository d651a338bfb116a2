# SPDX-License-Identifier: MIT
"""How the running site looks: B2SHARE's own, readable, and usable without a mouse."""

import re
from importlib.resources import files
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from playwright.sync_api import expect

from tests.support.browser import STOCK_NOISE

pytestmark = pytest.mark.browser

SITE_SETTINGS = Path(__file__).parents[2] / "invenio.cfg"

STOCK_NAMES = re.compile("Invenio|CERN|Zenodo", re.IGNORECASE)

TEXTS = """
() => [
  document.title,
  document.body.innerText,
  ...Array.from(
    document.querySelectorAll("[alt], [title], [aria-label], [placeholder]"),
    (element) => ["alt", "title", "aria-label", "placeholder"]
      .map((name) => element.getAttribute(name) || "").join(" ")
  ),
].join("\\n")
"""
"""What a person may read or hear: the texts of the page, and those of images and inputs."""

PALE_TEXTS = """
(exempt) => {
  const color = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const mix = (top, below, share) => ({
    r: top.r * share + below.r * (1 - share),
    g: top.g * share + below.g * (1 - share),
    b: top.b * share + below.b * (1 - share),
    a: 1,
  });
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const contrast = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  // The color of a two-colored gradient behind the middle of a box.
  const gradientAt = (image, area, box) => {
    const [from, to] = image.match(/rgba?\\([^)]*\\)/g).map(color);
    const turn = (parseFloat((image.match(/([\\d.]+)deg/) || [0, 180])[1]) * Math.PI) / 180;
    const [across, down] = [Math.sin(turn), -Math.cos(turn)];
    const length = Math.abs(area.width * across) + Math.abs(area.height * down);
    const x = box.x + box.width / 2 - area.x - area.width / 2;
    const y = box.y + box.height / 2 - area.y - area.height / 2;
    const share = Math.min(1, Math.max(0, (x * across + y * down) / length + 0.5));
    return mix(to, from, share);
  };
  // The color that an element stands on, or null over a picture.
  const ground = (element, box) => {
    const layers = [];
    let bottom = { r: 255, g: 255, b: 255, a: 1 };
    for (let node = element; node; node = node.parentElement) {
      const style = getComputedStyle(node);
      if (style.backgroundImage.includes("url(")) return null;
      if (style.backgroundImage.includes("gradient")) {
        bottom = gradientAt(style.backgroundImage, node.getBoundingClientRect(), box);
        break;
      }
      const own = color(style.backgroundColor);
      if (own.a === 1) { bottom = own; break; }
      layers.push(own);
    }
    return layers.reduceRight((below, layer) => mix(layer, below, layer.a), bottom);
  };
  const pale = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent.trim();
    const box = element.getBoundingClientRect();
    if (!text || box.width < 2 || box.height < 2 || element.closest(exempt)) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const below = ground(element, box);
    if (!below) continue;
    const style = getComputedStyle(element);
    const own = color(style.color);
    const found = contrast(mix(own, below, own.a), below);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (found < (large ? 3 : 4.5)) {
      pale.add(`${style.color}: ${found.toFixed(2)} "${text.slice(0, 40)}"`);
    }
  }
  return [...pale];
}
"""
"""The visible texts of a page with less contrast than WCAG 2 AA wants: color, contrast, text."""

NO_TEXT = "script, style, noscript, .disabled, [disabled]"
"""Left out: what cannot be used."""

PAGES = ["home", "search", "deposit form", "landing page", "community"]


def setting(name):
    """Return an address that ``invenio.cfg`` gives in plain text."""
    return re.search(rf'^{name} = "(\S+)"$', SITE_SETTINGS.read_text(), re.MULTILINE).group(1)


@pytest.fixture(scope="module")
def sample(api):
    """A record of the demo content that has both of our fields."""
    query = {"q": 'metadata.title:"Sample Forest Dataset" AND metadata.instruments.name:xyz'}
    hits = api.get("/records", params=query).json()["hits"]["hits"]
    return next(hit for hit in hits if hit["metadata"]["title"] == "Sample Forest Dataset")


@pytest.fixture
def as_member(page, people, log_in):
    log_in(page, people["member"]["email"], people["member"]["password"])
    return page


@pytest.fixture
def form(as_member):
    """The form for a new record, complete and without a community."""
    as_member.goto("/uploads/new")
    expect(as_member.get_by_role("button", name="Add instrument")).to_be_visible()
    return as_member


@pytest.fixture
def visit(page, sample, request):
    """Open one of the pages, and wait until it has all its parts."""

    def run(name):
        if name == "deposit form":
            request.getfixturevalue("as_member")
        addresses = {
            "home": "/",
            "search": "/search",
            "deposit form": "/uploads/new",
            "landing page": f"/records/{sample['id']}",
            "community": "/communities/ecas",
        }
        page.goto(addresses[name])
        page.wait_for_load_state("networkidle")
        return page

    return run


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_and_says_only_b2share(name, visit, page, console_errors):
    refused = []
    page.on("response", lambda answer: answer.status >= 400 and refused.append(answer.url))
    visit(name)
    assert page.title() == "B2SHARE" if name == "home" else page.title().endswith("| B2SHARE")
    assert STOCK_NAMES.findall(page.evaluate(TEXTS)) == []
    logo = page.locator("header img.ui.image.rdm-logo")
    expect(logo).to_be_visible()
    assert logo.get_attribute("src").endswith("b2share_site/logo.svg")
    broken = "images => images.filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
    assert page.locator("img").evaluate_all(broken) == []
    assert [url for url in refused if not STOCK_NOISE.search(url)] == []
    assert console_errors == []


def test_icon_is_not_the_stock_one(visit, site_url):
    icon = visit("home").locator("link[rel~=icon]").first.get_attribute("href")
    answer = requests.get(urljoin(site_url, icon), timeout=30)
    assert answer.status_code == 200
    assert answer.content != (files("invenio_theme") / "static/favicon.ico").read_bytes()


@pytest.mark.parametrize("name", ["home", "landing page"])
def test_footer_and_help_lead_to_the_configured_addresses(name, visit):
    page = visit(name)
    for label, key in (
        ("Support", "B2SHARE_SITE_SUPPORT_URL"),
        ("Training", "B2SHARE_SITE_TRAINING_URL"),
        ("Documentation", "B2SHARE_SITE_DOCUMENTATION_URL"),
    ):
        link = page.locator("footer").get_by_role("link", name=label, exact=True)
        expect(link).to_be_visible()
        expect(link).to_have_attribute("href", setting(key))
    guide = page.locator("header").get_by_role("link", name="Help", exact=True)
    expect(guide).to_have_attribute("href", setting("B2SHARE_SITE_DOCUMENTATION_URL"))


@pytest.mark.parametrize("name", PAGES)
def test_texts_on_the_colors_of_the_site_can_be_read(name, visit):
    assert visit(name).evaluate(PALE_TEXTS, NO_TEXT) == []


def test_pale_text_would_be_seen(visit):
    page = visit("home")
    page.add_style_tag(content="footer p, footer a { color: #6f97a8 !important }")
    assert any('"Support"' in text for text in page.evaluate(PALE_TEXTS, NO_TEXT))


def test_landing_page_shows_pids_contact_and_instruments(visit, sample):
    page = visit("landing page")
    handle = sample["pids"]["epic"]["identifier"]
    link = page.get_by_role("link", name=handle)
    expect(link).to_be_visible()
    assert link.get_attribute("href").endswith(handle.removeprefix("http://hdl.handle.net"))
    expect(page.get_by_text(sample["pids"]["b2rec"]["identifier"])).to_be_visible()

    (contact,) = sample["metadata"]["contact_emails"]
    address = contact["contact_email"]
    link = page.get_by_role("link", name=address)
    expect(link).to_be_visible()
    expect(link).to_have_attribute("href", f"mailto:{address}")

    (instrument,) = sample["metadata"]["instruments"]
    block = page.locator("#b2share-instruments")
    expect(block.get_by_text(instrument["name"], exact=True)).to_be_visible()
    link = block.get_by_role("link", name=instrument["pid"])
    expect(link).to_have_attribute("href", f"https://doi.org/{instrument['pid']}")


def test_form_encourages_open_access_and_says_what_a_restriction_means(form):
    for sentence in ("Open access is encouraged", "Restricted files:", "Restricted record:"):
        expect(form.get_by_text(sentence)).to_be_visible()


def test_form_of_a_new_record_is_open(form):
    chosen = form.locator(".access-right button.active")
    assert [button.inner_text().strip() for button in chosen.all()] == ["Public", "Public"]


def test_saved_errors_stand_at_their_field(form, member):
    form.get_by_role("button", name="Add instrument").click()
    form.fill("input[name='metadata.instruments.0.name']", "xyz")
    form.get_by_role("button", name="Save draft").click()
    form.wait_for_url(re.compile(r"/uploads/[\w-]{11}$"))
    try:
        missing = "Missing data for required field."
        pid = form.locator(".field", has=form.locator("[name='metadata.instruments.0.pid']")).last
        expect(pid.get_by_text(missing)).to_be_visible()
        name = form.locator(".field", has=form.locator("[name='metadata.instruments.0.name']")).last
        expect(name.get_by_text(missing)).to_have_count(0)
        expect(form.locator("[name='metadata.instruments.0.name']")).to_have_value("xyz")
    finally:
        draft = form.url.rpartition("/")[2]
        member.delete(f"/records/{draft}/draft")


@pytest.mark.parametrize(
    ("what", "first_input"),
    [
        ("instrument", "metadata.instruments.0.name"),
        ("contact e-mail", "metadata.contact_emails.0.contact_email"),
    ],
)
def test_rows_are_added_filled_and_removed_by_keyboard_alone(form, what, first_input):
    row = form.locator(f"[name='{first_input}']")
    expect(row).to_have_count(0)
    form.get_by_role("button", name=f"Add {what}").focus()
    form.keyboard.press("Enter")
    expect(row).to_be_visible()
    row.focus()
    form.keyboard.type("jane@example.org")
    expect(row).to_have_value("jane@example.org")
    remove = form.get_by_role("button", name=f"Remove {what} 1")
    for _ in range(6):
        form.keyboard.press("Tab")
        if remove.evaluate("button => button === document.activeElement"):
            break
    expect(remove).to_be_focused()
    form.keyboard.press("Enter")
    expect(row).to_have_count(0)
