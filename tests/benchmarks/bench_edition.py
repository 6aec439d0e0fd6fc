"""Measures one edition from a store of 100,000 stories, all in all: read, chosen, built, rendered, linted."""

from __future__ import annotations

import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.config.load import load_project
from digest.model.routes import Route, Routes
from digest.pipeline.assemble import assemble
from digest.pipeline.workspace import Workspace
from digest.store import pool
from digest.testing.candidates import make_story
from tests.benchmarks.bench_config import write_project

STORIES = 100_000
REGIONS = ("denver", "chicago", "atlanta", "austin", "nashville", "boise", *(f"r{number}" for number in range(60)))
TOPICS = ("business", "sports", "tech", "politics", "health")
NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
RUNS = 3


def fill(workspace: Workspace, rng: random.Random) -> None:
    """Fill the pool with stories of a week: half of them of some region, most of some topic, a third in clusters."""
    items: list[pool.PoolItem] = []
    for number in range(STORIES):
        regions = tuple(Route(rng.choice(REGIONS), rng.random()) for _ in range(rng.choice((0, 1))))
        topics = tuple(Route(rng.choice(TOPICS), rng.random()) for _ in range(rng.choice((0, 1, 1))))
        published_at = NOW - timedelta(hours=rng.random() * 24 * 7)
        cluster = f"c{rng.randrange(STORIES // 10)}" if rng.random() < 0.3 else ""
        story = make_story(f"{number:016x}", words=60, published_at=published_at, source="wire")
        items.append((story, Routes(regions, topics), cluster))
    with workspace.store.begin() as connection:
        pool.add_stories(connection, items, NOW)


def spent(workspace: Workspace, newsletter_id: str) -> float:
    """Return the CPU seconds of one edition, the best of some: the first one opens templates and styles."""
    newsletter = workspace.project.get_newsletter(newsletter_id)
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        made = assemble(workspace, newsletter, NOW, picture_url=lambda url: url)
        times.append(time.process_time() - began)
        assert made.rendered is not None, made.skip_reason
    return min(times)


def run() -> list[tuple[str, str]]:
    """Return the figures as (what, value with its goal), in seconds of CPU time."""
    with tempfile.TemporaryDirectory() as folder:
        config = write_project(Path(folder) / "config", 10)
        text = "name: Everything\nsections: [{title: News, limit: 10, layout: lead}]\n"
        (config / "newsletters" / "everything.yaml").write_text(text)
        with Workspace(load_project(config, {}), clock=lambda: NOW) as workspace:
            fill(workspace, random.Random(3))
            figures = [
                ("a regional edition", spent(workspace, "letter-001")),
                ("a topical edition", spent(workspace, "letter-000")),
                ("one that takes every story", spent(workspace, "everything")),
            ]
    return [(f"{what} from {STORIES:,} stories, all in all", f"{value:.2f} s (goal < 1 s)") for what, value in figures]


def main() -> None:
    """Print the figures."""
    for what, value in run():
        print(f"{what}: {value}")


if __name__ == "__main__":
    main()
