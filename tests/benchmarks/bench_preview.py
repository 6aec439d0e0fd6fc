"""How quick the preview bench is: a first view, and an edit until the browser shows it; prints figures."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from digest.rendering import shipped_templates
from digest.testing.previews import CHROMIUM, served_bench

ROUNDS = 7
PROJECT = Path(__file__).resolve().parents[2] / "config"


def run() -> Iterator[tuple[str, str]]:
    """Measure on the shipped newsletters and samples; yields medians in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config"
        shutil.copytree(PROJECT, config)
        own = Path(folder) / "templates" / "brief" / "partials"
        own.mkdir(parents=True)
        settings = config / "digest.yaml"
        settings.write_text(settings.read_text(encoding="utf-8") + "\ntemplates: templates\n", encoding="utf-8")
        began = time.perf_counter()
        with served_bench(config) as address:
            yield "start of the bench", f"{1000 * (time.perf_counter() - began):.0f} ms"
            _fetch(f"{address}denver")
            yield from _measure_pages(address)
            if CHROMIUM.exists():
                yield from _measure_edits(address, config, own)
            else:
                yield "a saved file until it shows", f"not measured: no {CHROMIUM}"


def main() -> None:
    """Print the figures."""
    for what, value in run():
        print(f"{what:<44} {value}", flush=True)


def _measure_pages(address: str) -> Iterator[tuple[str, str]]:
    others = ["am", "pm", "closer", "sports", "login", "chicago", "dallas"]
    first = [_timed(lambda name=name: _both(address, name)) for name in others]  # type: ignore[misc]
    yield _told("first view of an edition (page + frame)", first, goal=400)
    yield _told("the same edition again", [_timed(lambda: _both(address, "denver")) for _ in range(ROUNDS)])
    yield _told("overview, figures known or not", [_timed(lambda: _fetch(address)) for _ in range(ROUNDS)])


def _both(address: str, newsletter: str) -> None:
    _fetch(f"{address}{newsletter}")
    _fetch(f"{address}{newsletter}/edition.html")


def _measure_edits(address: str, config: Path, own: Path) -> Iterator[tuple[str, str]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}denver")
        page.frame_locator("iframe#edition").locator(".h").first.wait_for()
        template = own / "footer.mjml.j2"
        footer = (shipped_templates() / "brief" / "partials" / "footer.mjml.j2").read_text(encoding="utf-8")
        template.write_text(footer, encoding="utf-8")
        page.wait_for_timeout(1500)

        def edit_template(mark: str) -> None:
            template.write_text(
                footer.replace("{{ brand.name }}, ", f"{{{{ brand.name }}}} {mark}, "), encoding="utf-8"
            )

        story = config / "samples" / "front-range" / "tram-loop.md"
        told = story.read_text(encoding="utf-8")

        def edit_story(mark: str) -> None:
            story.write_text(told.replace("$0 fare", f"{mark} $0 fare"), encoding="utf-8")

        newsletter = config / "newsletters" / "denver.yaml"
        written = newsletter.read_text(encoding="utf-8")

        def edit_newsletter(mark: str) -> None:
            newsletter.write_text(written.replace("tagline: The", f"tagline: {mark} The"), encoding="utf-8")

        for what, edit in (("template", edit_template), ("story", edit_story), ("newsletter", edit_newsletter)):
            yield _told(
                f"a saved {what} until it shows", [_seen(page, edit, f"{what}{n}") for n in range(ROUNDS)], goal=500
            )
        browser.close()


def _seen(page: Page, edit: Callable[[str], None], mark: str) -> float:
    """Return milliseconds from saving until the browser shows the mark."""
    began = time.perf_counter()
    edit(mark)
    page.wait_for_function(
        "mark => document.querySelector('iframe#edition')?.contentDocument?.body?.textContent.includes(mark)",
        arg=mark,
        polling=10,
    )
    took = 1000 * (time.perf_counter() - began)
    page.wait_for_timeout(300)
    return took


def _fetch(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:
        content: bytes = answer.read()
    return content


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - began)


def _told(what: str, times: list[float], *, goal: int | None = None) -> tuple[str, str]:
    wanted = f"   goal < {goal} ms" if goal else ""
    return what, f"{statistics.median(times):.0f} ms median, {max(times):.0f} ms longest{wanted}"


if __name__ == "__main__":
    main()
