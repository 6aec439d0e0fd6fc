"""Measures rendering: one edition, 500 editions in two processes, a 60-story edition that must be cut to fit."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from digest.config.newsletter import Newsletter
from digest.config.settings import Settings
from digest.model.edition import Edition
from digest.rendering import Renderer, lint
from digest.testing.editions import denver, long, pro_rata

EDITIONS = 500
PROCESSES = 2


def median_ms(work: Callable[[], object], times: int = 20) -> float:
    """Return the median of several runs in milliseconds, the first one not counted."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def render_many(count: int) -> int:
    """Render editions of changing newsletters in this process; return their bytes."""
    renderer, total = Renderer([], Settings()), 0
    for number in range(count):
        edition, newsletter = (denver, pro_rata)[number % 2]()
        total += _render(renderer, edition, newsletter.model_copy(update={"id": f"n{number}"}))
    return total


def _render(renderer: Renderer, edition: Edition, newsletter: Newsletter) -> int:
    return renderer.render(edition, newsletter, picture_url=lambda url: url).html_bytes


def run() -> list[tuple[str, str]]:
    """Return what was measured, with its figure and goal."""
    renderer = Renderer([], Settings())
    edition, newsletter = denver()
    rendered = renderer.render(edition, newsletter, picture_url=lambda url: url)
    one = median_ms(lambda: _render(renderer, edition, newsletter))
    check = median_ms(lambda: lint(rendered, edition, newsletter, settings=Settings()))
    cut = median_ms(lambda: _render(renderer, *long(60)), times=5)
    start = time.perf_counter()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        list(pool.map(render_many, [EDITIONS // PROCESSES] * PROCESSES))
    many = time.perf_counter() - start
    return [
        (f"one edition of {rendered.html_bytes} bytes", f"{one:.0f} ms (goal 100 ms)"),
        ("its lint", f"{check:.0f} ms"),
        ("60 stories cut to fit 100,000 bytes", f"{cut:.0f} ms"),
        (f"{EDITIONS} editions in {PROCESSES} processes", f"{many:.1f} s (goal 60 s)"),
    ]


def main() -> None:
    """Print the figures."""
    for what, value in run():
        print(f"{what}: {value}")


if __name__ == "__main__":
    main()
