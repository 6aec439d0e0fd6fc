"""Editions in a real Chromium: widths, dark mode, pictures off, and what axe finds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digest.config.settings import Settings
from digest.model.slots import split_at_marks
from digest.rendering import Renderer
from digest.testing.editions import denver, long, pro_rata, right_to_left, thin

pytestmark = pytest.mark.browser

_CHROMIUM = shutil.which("chromium")
_AXE = Path(os.environ.get("DIGEST_AXE", Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"))
_EDITIONS = {"denver": denver, "pro-rata": pro_rata, "thin": thin, "right-to-left": right_to_left, "long": long}
_CASES = [(name, template) for name in _EDITIONS for template in ("brief", "plain")]
_PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium without a window."""
    if _CHROMIUM is None:
        pytest.skip("Debian's chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def pages() -> dict[tuple[str, str], str]:
    """Every sample edition in both templates, with links in the reader's places."""
    renderer = Renderer([], Settings())
    made = {}
    for name, template in _CASES:
        edition, newsletter = _EDITIONS[name]()
        chosen = newsletter.model_copy(update={"template": template})
        rendered = renderer.render(edition, chosen, picture_url=lambda url: _PIXEL)
        made[name, template] = "".join(
            text + (f"https://news.example.com/{slot}" if slot else "")
            for text, slot in split_at_marks(rendered.html, rendered.marker)
        )
    return made


@pytest.fixture(scope="module", params=["light", "dark"])
def screen(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page in one of the two colour schemes, used by test after test."""
    page = browser.new_page(viewport={"width": 640, "height": 900}, color_scheme=request.param)
    yield page
    page.close()


@pytest.mark.parametrize("case", _CASES, ids="-".join)
def test_nothing_stands_out_to_the_side(screen: Any, pages: dict[tuple[str, str], str], case: tuple[str, str]) -> None:
    """At no width does a reader have to scroll sideways."""
    screen.set_content(pages[case])
    for width in (375, 600, 1024):
        screen.set_viewport_size({"width": width, "height": 900})
        assert screen.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("case", _CASES, ids="-".join)
def test_every_text_can_be_read(screen: Any, pages: dict[tuple[str, str], str], case: tuple[str, str]) -> None:
    """As the browser computes it, each text has at least AA contrast, also in dark mode."""
    screen.set_content(pages[case])
    assert screen.evaluate(_WEAK_TEXTS) == []


def test_pictures_off_leaves_the_story_readable(screen: Any, pages: dict[tuple[str, str], str]) -> None:
    """Where a client loads no pictures, the alternative text stands in their place."""
    screen.set_content(pages["denver", "brief"].replace(_PIXEL, "https://127.0.0.1:9/none.png"))
    assert screen.get_by_alt_text("A red tram in front of dusky hills").is_visible()
    assert screen.get_by_text("with a car every six minutes until midnight").is_visible()


@pytest.mark.parametrize("case", _CASES, ids="-".join)
def test_axe_finds_nothing_serious(screen: Any, pages: dict[tuple[str, str], str], case: tuple[str, str]) -> None:
    """No serious or critical violation in any sample edition."""
    if not _AXE.is_file():
        pytest.skip("axe-core is not there: run `npm install axe-core`, or point DIGEST_AXE at axe.min.js")
    screen.set_content(pages[case])
    screen.add_script_tag(path=_AXE)
    found = screen.evaluate("axe.run().then(result => result.violations)")
    serious = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []


_WEAK_TEXTS = """() => {
  const parse = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b]
    .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    const style = getComputedStyle(element);
    if (!own || element.ariaHidden === "true" || !element.checkVisibility()) continue;
    const [light, dark] = [luminance(parse(style.color)), luminance(ground(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.7 && style.fontWeight >= 700);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < (large ? 3 : 4.5)) weak.push([element.outerHTML.slice(0, 80), ratio.toFixed(2)]);
  }
  return weak;
}"""
