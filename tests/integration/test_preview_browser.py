"""The preview bench in a real Chromium: an editor's way through it, live reload, errors, confinement."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from digest.testing.previews import CHROMIUM, served_bench, write_project, write_story

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"needs {CHROMIUM}: apt-get install chromium"),
]

TABS = ["Desktop", "Phone", "Dark", "No pictures", "Outlook", "Text", "Inbox", "Source", "As reader", "Compare"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_project(tmp_path)


@pytest.fixture
def bench(config: Path) -> Iterator[str]:
    with served_bench(config) as address:
        yield address


def edition(page: Page) -> Any:
    return page.frame_locator("iframe#edition")


def built(config: Path, out: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "digest", "--config", str(config), "build", "denver", "--json", "--out", str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def test_from_the_overview_to_saved_edits_that_build_heeds(page: Page, bench: str, config: Path) -> None:
    """An editor pins, drops, rewords and saves; `digest build` then makes just that edition."""
    page.goto(bench)
    card = page.locator('[data-card="denver"]')
    expect(card.locator(".facts b")).to_have_text("6")
    card.locator("a").click()
    expect(edition(page).locator(".h").first).to_contain_text("A Denver bakery")

    page.get_by_role("heading", name="Just missed").scroll_into_view_if_needed()
    missed = page.locator(".missed .story", has_text="Velodrome racers")
    missed.get_by_role("button", name="Pin").click()
    expect(edition(page).locator(".h").first).to_contain_text("Velodrome racers")
    page.locator(".story", has_text="Library fines").get_by_role("button", name="Drop").click()
    expect(page.locator(".edits .diff .minus", has_text="Library fines")).to_be_visible()
    page.locator("#lines > summary").click()
    page.get_by_label("Subject").fill("Round and round")
    page.locator("#lines button").click()
    expect(page.locator(".about dd").first).to_contain_text("Round and round")
    expect(page.locator(".edits")).to_contain_text("not saved")
    assert not (config / "overrides").exists()

    page.get_by_role("button", name="Save").click()
    expect(page.locator(".edits h2")).to_contain_text("saved")
    expect(page.locator(".edits h2 .hot")).to_have_count(0)
    summary = built(config, config.parent / "out")
    assert summary["subject"] == "Round and round"
    assert summary["stories"][0]["guid"] == "story-8"
    assert "story-2" not in [story["guid"] for story in summary["stories"]]

    page.get_by_role("button", name="Clear").click()
    expect(edition(page).locator(".h").first).to_contain_text("A Denver bakery")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".edits h2")).to_contain_text("none")
    assert built(config, config.parent / "out")["stories"][0]["guid"] == "story-1"


def test_every_tab_opens_by_key_and_by_address(page: Page, bench: str) -> None:
    """Each tab has a key and an address of its own, and shows the edition its way."""
    page.goto(f"{bench}denver")
    for number, label in enumerate(TABS, 1):
        page.keyboard.press(str(number % 10))
        current = page.locator(".tabs [aria-current]")
        expect(current).to_have_text(label)
        address = page.url
        page.goto("about:blank")
        page.goto(address)
        expect(current).to_have_text(label)
    page.goto(f"{bench}denver?tab=text")
    expect(edition(page).locator("pre")).to_contain_text("Flour, rye and 23 owners")
    page.goto(f"{bench}denver?tab=inbox")
    expect(page.locator(".gmail").first).to_contain_text("The Gazette Denver")
    page.goto(f"{bench}denver?tab=source")
    expect(page.locator(".headers")).to_contain_text("List-Unsubscribe-Post")
    page.goto(f"{bench}denver?tab=reader&name=Zoe&email=zoe@example.com")
    expect(page.locator(".readerbar")).to_contain_text("for Zoe")
    page.goto(f"{bench}denver")
    page.keyboard.press("]")
    page.wait_for_url("**at=**")
    page.keyboard.press("0")
    expect(page.locator(".compare")).to_contain_text("Compared with")


def test_moving_and_undoing(page: Page, bench: str) -> None:
    """A story moved down changes places with the next one, and Undo takes that back."""
    page.goto(f"{bench}denver")
    rows = page.locator(".stories:not(.missed) .story b:not(.parts b)")
    first, second = (page.locator(".story").nth(at).locator(".row b").inner_text() for at in (0, 1))
    expect(rows.first).to_have_text(first)
    page.keyboard.press("n")
    page.keyboard.press("-")
    expect(page.locator(".story").nth(0).locator(".row b")).to_have_text(second)
    expect(page.locator(".story").nth(1).locator(".row b")).to_have_text(first)
    page.keyboard.press("u")
    expect(page.locator(".story").nth(0).locator(".row b")).to_have_text(first)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_saved_template_shows_and_the_place_is_kept(page: Page, bench: str, config: Path) -> None:
    """A template edit shows by itself, in the same tab and with the same lines in view."""
    page.goto(f"{bench}denver?tab=phone")
    expect(edition(page).locator(".h").first).to_be_visible()
    page.evaluate("document.querySelector('iframe#edition').contentWindow.scrollTo(0, 240)")
    shutil.copytree(Path("templates/brief/partials"), config.parent / "own", dirs_exist_ok=True)
    footer = (config.parent / "own" / "footer.mjml.j2").read_text(encoding="utf-8")
    target = config.parent / "templates" / "brief" / "partials" / "footer.mjml.j2"
    target.write_text(footer.replace("{{ brand.name }},", "Printed by {{ brand.name }},"), encoding="utf-8")
    expect(edition(page).get_by_text("Printed by The Gazette")).to_be_attached()
    expect(page.locator("iframe#edition")).to_have_count(1)
    expect(page.locator(".tabs [aria-current]")).to_have_text("Phone")
    scrolled = page.evaluate("document.querySelector('iframe#edition').contentDocument.scrollingElement.scrollTop")
    assert scrolled == 240


def test_a_changed_story_and_a_changed_newsletter_show(page: Page, bench: str, config: Path) -> None:
    """A saved sample and a saved YAML file show by themselves."""
    page.goto(f"{bench}denver")
    write_story(config, 1, "A Denver bakery has a new oven", "Bread.")
    expect(edition(page).locator(".h").first).to_contain_text("a new oven")
    file = config / "newsletters" / "denver.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("name: Denver", "name: Mile High"), encoding="utf-8")
    expect(page.locator(".side [aria-current]")).to_have_text("Mile High")


def test_an_error_shows_its_place_and_goes_away(page: Page, bench: str, config: Path) -> None:
    """A mistake in YAML or in a template shows with file, line and the lines around, until it is mended."""
    page.goto(f"{bench}denver?tab=dark")
    file = config / "newsletters" / "denver.yaml"
    good = file.read_text(encoding="utf-8")
    file.write_text(good.replace("min_stories: 2", "min_stories: many"), encoding="utf-8")
    expect(page.locator(".trouble .place")).to_contain_text("denver.yaml:7")
    expect(page.locator(".trouble .here")).to_contain_text("min_stories: many")
    file.write_text(good, encoding="utf-8")
    expect(edition(page).locator(".h").first).to_contain_text("A Denver bakery")

    template = config.parent / "templates" / "brief" / "partials" / "note.mjml.j2"
    sound = template.read_text(encoding="utf-8")
    note = good.replace("min_stories: 2", "min_stories: 2\nnote: Hello")
    file.write_text(note, encoding="utf-8")
    expect(edition(page).get_by_text("Hello")).to_be_attached()
    template.write_text(sound.replace("edition.note", "edition.nothing_such"), encoding="utf-8")
    expect(page.locator(".trouble .place")).to_contain_text("note.mjml.j2:2")
    template.write_text(sound, encoding="utf-8")
    expect(edition(page).get_by_text("Hello")).to_be_attached()
    expect(page.locator(".tabs [aria-current]")).to_have_text("Dark")


def test_scripts_of_others_do_not_run(page: Page, bench: str, config: Path) -> None:
    """Neither a script in a story, nor one in a template, nor one in caught mail runs or reaches out."""
    attack = "<script>parent.document.title='owned';document.title='owned'</script>"
    image = "<img src='x' alt='x' width='9' onerror=\"parent.document.title='owned'\" />"
    write_story(config, 1, "A Denver bakery sells its ovens", f"Bread from Denver. {attack}{image} More bread.")
    partial = config.parent / "templates" / "brief" / "partials" / "note.mjml.j2"
    partial.write_text(
        f"<mj-section><mj-column><mj-text>{attack}{image}<p id='late'>late</p></mj-text></mj-column></mj-section>",
        encoding="utf-8",
    )
    file = config / "newsletters" / "denver.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "note: Hello\n", encoding="utf-8")
    page.goto(f"{bench}denver")
    expect(edition(page).locator("#late")).to_be_visible()
    assert "owned" not in page.title()

    caught = config.parent / "var" / "caught"
    caught.mkdir(parents=True)
    (caught / "one.json").write_text(
        json.dumps({"caught_at": "2026-01-02T03:04:05+00:00", "envelope_from": "", "envelope_to": ["b@example.com"]})
    )
    head = "Subject: Hostile\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    (caught / "one.eml").write_text(f"{head}<p id='late'>late</p>{attack}{image}")
    page.goto(f"{bench}-/mail")
    expect(edition(page).locator("#late")).to_be_visible()
    assert page.title() == "Caught mail"


def test_works_on_a_phone(browser: Browser, bench: str) -> None:
    """At 375 pixels nothing sticks out to the side, on any page."""
    context = browser.new_context(viewport={"width": 375, "height": 800}, color_scheme="dark")
    page = context.new_page()
    for place in ("", "denver", "denver?tab=inbox", "denver?tab=reader", "denver?tab=source", "-/mail"):
        page.goto(f"{bench}{place}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, place
    context.close()
