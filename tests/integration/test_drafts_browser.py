"""A draft in a real browser, without JavaScript, on a phone: approved, held, edited, expired; links only show."""

import asyncio
import contextlib
import re
import shutil
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from digest.model.edition import EditionState
from digest.testing.drafts import EDITOR, draft_desk
from digest.web.app import create_app
from digest.web.server import listen, serve

CHROMIUM = Path("/usr/bin/chromium")
SIZES = ((375, 760), (1280, 900))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium"),
]


@contextlib.contextmanager
def served(prepared, folder, **draft):
    """Serve the pages of a desk whose draft is made, from a thread of their own."""
    sock = listen("127.0.0.1", 0)
    sock.listen(64)
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    loop = asyncio.new_event_loop()
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    with draft_desk(folder, public_url=url, **draft) as desk:
        desk.make()
        ready, stop = threading.Event(), asyncio.Event()

        async def run():
            async with serve(create_app(desk.workspace), sock):
                ready.set()
                await stop.wait()

        thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
        thread.start()
        ready.wait(timeout=30)
        try:
            yield desk
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(timeout=30)
            loop.close()


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A page on a phone without JavaScript; nothing may be said to the console, and no cookie set."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 375, "height": 760})
    opened, said = context.new_page(), []
    opened.on("console", lambda message: said.append(message.text))
    yield opened
    assert [text for text in said if "400" not in text] == []
    assert context.cookies() == []
    context.close()


def links_of(desk):
    """Return the links of the editor's mail: approve, hold, change."""
    (mail,) = [mail for mail in desk.caught() if mail["to"] == EDITOR]
    return re.findall(r"https?://[^\s]+/draft/[^\s]+", mail.get_body(("plain",)).get_content())


def test_approved_edited_held_and_sent(prepared_desk, tmp_path, page):
    """From the mail to the page: each button says what it did, and readers get what the editor made of it."""
    with served(prepared_desk, tmp_path, at_deadline="wait") as desk:
        approve, hold, change = links_of(desk)
        page.goto(approve)
        expect(page.get_by_role("status")).to_have_text("Press “Approve” to let it go out.")
        assert desk.row.approved_at is None, "the mail's link only shows"
        page.get_by_role("button", name="Approve").click()
        expect(page.get_by_role("status")).to_have_text("Approved.")
        assert desk.row.approved_by == EDITOR

        page.goto(hold)
        assert desk.row.state is EditionState.BUILT, "the mail's link only shows"
        page.get_by_role("button", name="Hold it").click()
        expect(page.get_by_text("It is held")).to_be_visible()
        assert (desk.row.state, desk.row.approved_at) == (EditionState.HELD, None)

        page.goto(change)
        first, second = desk.headlines[:2]
        page.get_by_role("button", name=f"Drop: {first}").click()
        expect(page.get_by_role("button", name=f"Take back: {first}")).to_be_visible()
        page.get_by_role("button", name=f"Let it lead: {second}").click()
        expect(page.get_by_role("status")).to_have_text("It leads now.")
        third = desk.headlines[1]
        page.get_by_role("button", name=f"Move up: {third}").click()
        expect(page.get_by_role("status")).to_have_text("Moved.")
        assert desk.headlines[:2] == [third, second]
        page.get_by_label("Subject", exact=True).fill("What the editor wrote")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_have_text("Saved.")
        shown = page.frame_locator("iframe")
        expect(shown.get_by_role("link", name=third, exact=True)).to_be_attached()
        assert first not in shown.locator("body").inner_text()

        page.get_by_role("button", name="Approve").click()
        desk.pass_time(minutes=30)
        assert desk.row.state is EditionState.DONE
        assert [mail["subject"] for mail in desk.caught() if mail["to"] != EDITOR] == ["What the editor wrote"]
        page.goto(change)
        expect(page.get_by_text("1 of 1 readers have it")).to_be_visible()
        expect(page.get_by_role("button")).to_have_count(0)


def test_expired(prepared_desk, tmp_path, page):
    """Nobody decided: at the deadline it waits and the page says why; a week later the link says that it is over."""
    with served(prepared_desk, tmp_path, at_deadline="wait") as desk:
        *_, change = links_of(desk)
        desk.pass_time(minutes=31)
        assert desk.row.state is EditionState.HELD
        page.goto(change)
        expect(page.get_by_text("no editor approved it before its deadline")).to_be_visible()
        expect(page.get_by_role("button", name="Approve")).to_be_visible()
        desk.pass_time(minutes=8 * 24 * 60)
        answer = page.goto(change)
        assert answer.status == 400
        expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()


def test_looks(prepared_desk, tmp_path, chromium):
    """On a phone and on a desk, in light and dark: nothing is wider than the screen, and every text stands out."""
    with served(prepared_desk, tmp_path) as desk:
        *_, change = links_of(desk)
        for width, height in SIZES:
            for scheme in ("light", "dark"):
                context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": height})
                page = context.new_page()
                page.goto(change)
                assert page.locator("html").evaluate("one => one.scrollWidth") <= width
                ground = page.locator("body").evaluate("one => getComputedStyle(one).backgroundColor")
                assert ground == ("rgb(244, 241, 234)" if scheme == "light" else "rgb(16, 18, 21)")
                for button in page.get_by_role("button", name="Drop:").all():
                    assert button.bounding_box()["height"] >= 24
                context.close()
