"""Measures sources: three parsers on clean feeds, cleaning and normalising, hostile HTML, the import, a whole round."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime

from digest.config.sources import SourceConfig
from digest.sources.bench import bench_fetch
from digest.sources.blocks import parse_blocks
from digest.sources.formats import parse_feed
from digest.sources.normalise import Normalising, normalise_feed
from digest.testing.feeds import FeedBuilder

ITEMS = 2_000
SHORT = "City council members voted to widen the harbour bridge. Work begins in May."
LONG = (
    f"<p>{SHORT}</p><p><strong>Why it matters:</strong> The bridge carries half of the traffic.</p>"
    "<ul><li>Work begins in May.</li><li>It costs $12 million.</li></ul>"
)


def cpu_seconds(work: Callable[[], object], times: int = 5) -> float:
    """Return the least processor time of several runs."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def parser_figures(name: str, html: str) -> list[tuple[str, str]]:
    """Return items a second of our parser and of two public ones, and of normalising, on one feed."""
    import fastfeedparser
    import feedparser

    data = FeedBuilder().many(ITEMS, html=html).rss()
    feed = parse_feed(data)
    task = Normalising(SourceConfig(id="bench", path="x", max_items=ITEMS), datetime.now(UTC))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rates = {
            "ours": ITEMS / cpu_seconds(lambda: parse_feed(data)),
            "fastfeedparser": ITEMS / cpu_seconds(lambda: fastfeedparser.parse(data)),
            "feedparser": ITEMS / cpu_seconds(lambda: feedparser.parse(io.BytesIO(data)), times=1),
        }
    shown = [(f"parse, {name}, {parser}", f"{rate:,.0f} items/s") for parser, rate in rates.items()]
    normalising = ITEMS / cpu_seconds(lambda: normalise_feed(feed, task))
    return [*shown, (f"clean and normalise, {name}", f"{normalising:,.0f} items/s")]


def import_ms() -> float:
    """Return what importing the front door costs, beyond Python and the configuration models."""
    code = (
        "import digest.config.project, time; t = time.perf_counter(); import digest.sources.reading; "
        "print((time.perf_counter() - t) * 1000)"
    )
    return min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout) for _ in range(5)
    )


def run() -> list[tuple[str, str]]:
    """Return what was measured, with its figure and goal."""
    deep = cpu_seconds(lambda: parse_blocks("<div>" * 50_000 + "x"))
    large = cpu_seconds(lambda: parse_blocks("<p>word</p>" * 1_000_000))
    figures = [*parser_figures("one-line items", SHORT), *parser_figures("items with parts", LONG)]
    figures += [
        ("HTML 50,000 deep", f"{deep * 1000:.0f} ms (goal 1 s)"),
        ("HTML of 11 MB", f"{large * 1000:.0f} ms (goal 1 s)"),
        ("import of digest.sources.reading", f"{import_ms():.0f} ms"),
    ]
    figures += [(f"a round: {what}", str(value)) for what, value in asyncio.run(bench_fetch(500, 0.05)).items()]
    return figures


def main() -> None:
    """Print the figures."""
    for what, value in run():
        print(f"{what}: {value}")


if __name__ == "__main__":
    main()
