"""The readers' pages in a real browser, with and without JavaScript: from the sign-up page to leaving."""

from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from digest.model.subscriber import Frequency, SubscriptionState
from digest.testing.editions import sample_edition
from digest.testing.readers import served_pages

CHROMIUM = Path("/usr/bin/chromium")
ADA = "ada@example.com"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium"),
]


@pytest.fixture
def site(tmp_path):
    """The pages with one edition of Denver."""
    with served_pages(tmp_path) as opened:
        opened.pages.publish(sample_edition("denver"))
        yield opened


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def page(request, chromium):
    """A page on a phone, with and without JavaScript; nothing may be said to the console."""
    context = chromium.new_context(java_script_enabled=request.param, viewport={"width": 375, "height": 760})
    opened, said = context.new_page(), []
    opened.on("console", lambda message: said.append(message.text))
    yield opened
    assert said == []
    assert context.cookies() == []
    context.close()


def test_from_signing_up_to_leaving(site, page):
    """Choose two, confirm by mail, turn one weekly, leave it from its message; each page says what was done."""
    page.goto(site.url)
    page.get_by_label("Denver.").check()
    page.get_by_label("A.M.").check()
    page.get_by_label("Your email address").fill(ADA)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Look into your inbox")).to_be_visible()
    site.mail_is_out()
    (mail,) = site.pages.caught()
    assert mail["to"] == ADA
    confirm, unsubscribe = site.pages.links_of(mail)
    assert {one.state for one in site.pages.subscriptions(1).values()} == {SubscriptionState.PENDING}

    page.goto(site.url + confirm)
    page.get_by_role("button", name="Yes, send them to me").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    assert {one.state for one in site.pages.subscriptions(1).values()} == {SubscriptionState.CONFIRMED}

    page.get_by_role("link", name="Choose how often").click()
    page.get_by_role("radiogroup", name="How often Denver comes").get_by_label("Weekly roundup").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    assert site.pages.subscriptions(1)["denver"].frequency is Frequency.WEEKLY

    page.goto(site.url + unsubscribe)
    page.get_by_role("button", name="Stop everything").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    assert {one.state for one in site.pages.subscriptions(1).values()} == {SubscriptionState.UNSUBSCRIBED}


def test_by_keyboard_alone(site, page):
    """The page of one newsletter is used without a mouse: into the field, type, Enter."""
    page.goto(f"{site.url}/n/denver")
    page.get_by_label("Your email address").focus()
    page.keyboard.type(ADA)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look into your inbox")).to_be_visible()
    site.mail_is_out()
    assert [mail["subject"] for mail in site.pages.caught()] == ["One more click: Denver"]


def test_the_bar_counts_what_was_chosen(site, page):
    """The bar at the bottom stays in view and says how many are chosen, without a script."""
    page.goto(site.url)
    for name in ("Login.", "Sports."):
        page.get_by_label(name).check()
    bar = page.locator(".bar")
    expect(bar).to_be_in_viewport(ratio=0.9)
    shown = page.locator(".count").evaluate("one => getComputedStyle(one, '::before').content")
    assert "counter(chosen)" in shown
    page.set_viewport_size({"width": 1200, "height": 800})
    expect(bar).to_be_in_viewport(ratio=0.9)


def test_no_page_is_wider_than_a_small_phone(site, page):
    """At 320 px nothing has to be scrolled sideways."""
    page.set_viewport_size({"width": 320, "height": 640})
    ada = site.pages.subscribe(ADA, "denver")
    links = site.pages.workspace.links
    paths = ["/", "/?near=Springfield", "/n/nw-arkansas", "/n/philadelphia", "/embed/denver", "/archive/denver/"]
    personal = [links.preferences("denver", ada), links.unsubscribe("denver", ada)]
    for url in [*(site.url + path for path in paths), *personal]:
        page.goto(url)
        assert page.locator("html").evaluate("one => one.scrollWidth") <= 320, url


def test_the_edition_is_confined(site, page):
    """The edition in the archive has an origin of its own, and its bar leads to the sign-up."""
    page.goto(f"{site.url}/archive/denver/latest")
    expect(page.get_by_role("navigation", name="Archive")).to_be_visible()
    page.get_by_role("navigation", name="Archive").get_by_role("link", name="Sign up").click()
    expect(page.get_by_role("button", name="Sign up")).to_be_visible()
