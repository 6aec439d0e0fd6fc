"""Measures how fast made-up stories go through regions, topics and clusters on one core; start-up and memory."""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from digest.config.project import Project
from digest.config.regions import RegionConfig
from digest.config.settings import Settings
from digest.config.topics import TopicConfig
from digest.model.routes import Routes
from digest.model.story import Story

if TYPE_CHECKING:
    from digest.routing.clusters import Clusterer
    from digest.routing.router import Router

PASSES = 5
"""The machine may be busy with other work: each figure is the median of so many passes."""
AT = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
REGIONS = {
    "denver": "Denver, CO", "des-moines": "Des Moines, IA", "tampa-bay": "Tampa, FL", "charlotte": "Charlotte, NC",
    "nashville": "Nashville, TN", "columbus": "Columbus, OH", "dallas": "Dallas, TX", "austin": "Austin, TX",
    "atlanta": "Atlanta, GA", "philadelphia": "Philadelphia, PA", "chicago": "Chicago, IL",
    "twin-cities": "Minneapolis, MN", "nw-arkansas": "Fayetteville, AR", "washington-dc": "Washington, DC",
}  # fmt: skip
TOPICS = ("business", "deals", "sports", "tech", "politics", "health", "coronavirus")
CITIES = (
    "Denver",
    "Aurora, Colo.",
    "Columbus, Ohio",
    "Springfield",
    "Dallas",
    "Boulder",
    "Rogers, Ark.",
    "Seattle",
    "Paris",
)
SENTENCES = (
    "The city council of {city} voted on a new budget for schools and roads after a long debate on Tuesday night.",
    "Police in {city} said two people were hurt when a truck hit a bridge near the county line.",
    "Shares of the retailer fell after quarterly earnings missed what analysts on Wall Street had expected.",
    "Coach Dana Miller praised the team after its third win of the season at {city} High School.",
    "Researchers said the vaccine helped patients, and doctors at {city} Medical Center will take part in the trial.",
    "The company agreed to acquire its smaller rival in a deal that values it at ${number} million.",
    "Lawmakers sent the bill to the governor, who has said she will sign it before the election.",
    "Residents of {city} and Maple Grove told the board that the plant near {number} Elm Street should close.",
)


def make_stories(count: int) -> list[Story]:
    """Return made-up stories of about 1.5 KB."""
    rng = random.Random(7)
    stories = []
    for number in range(count):
        lines = [
            sentence.format(city=rng.choice(CITIES), number=rng.randrange(10, 9000))
            for sentence in rng.sample(SENTENCES, 7) + rng.sample(SENTENCES, 7)
        ]
        stories.append(_story(str(number), lines[0][:90], " ".join(lines[1:]), AT + timedelta(minutes=number % 9000)))
    return stories


def _story(story_id: str, headline: str, body: str, at: datetime) -> Story:
    url = f"https://news.example.com/{story_id}"
    return Story(story_id, story_id, url, url, headline, "desk", "Desk", at, at, body=body)


def run() -> Iterator[tuple[str, str]]:
    """Yield each figure with its value."""
    from digest.routing.clusters import Clusterer

    yield from _start_anew()
    stories = make_stories(5000)
    passes = [_one_pass(stories) for _ in range(PASSES)]
    regions, topics, together, clustered = (statistics.median(seconds) for seconds in zip(*passes, strict=True))
    size = sum(len(story.body) for story in stories) / len(stories) / 1000
    yield f"regions, stories of {size:.1f} KB, one core, median of {PASSES}", f"{len(stories) / regions:,.0f} stories/s"
    yield "topics", f"{len(stories) / topics:,.0f} stories/s"
    yield "clusters", f"{len(stories) / clustered:,.0f} stories/s"
    rates = sorted(len(stories) / (routed + joined) for _, _, routed, joined in passes)
    yield (
        "regions, topics and clusters together (goal 1,000)",
        f"{len(stories) / (together + clustered):,.0f} stories/s ({rates[0]:,.0f} to {rates[-1]:,.0f})",
    )
    yield "100,000 stories of a pool routed again (goal < 90 s)", f"{_seconds_of_reroute(stories):,.0f} s"
    yield "a story into clusters of 100,000 (goal < 1 ms)", f"{_into_a_large_pool(Clusterer(), stories):.2f} ms"
    yield "peak memory, all of the above in one process", f"{_peak_mb():.0f} MB"


def _make_router(project: Project) -> Router:
    # Imported late here and below, so that a fresh process can measure the import.
    from digest.routing.router import Router

    return Router.from_project(project)


def _project() -> Project:
    regions = {key: RegionConfig(place=place) for key, place in REGIONS.items()}
    return Project(Path("config"), Settings(), (), regions, {name: TopicConfig(use="default") for name in TOPICS}, {})


def _seconds(work: Callable[[], object]) -> float:
    """Return the seconds of processor time that some work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def _one_pass(stories: list[Story]) -> tuple[float, float, float, float]:
    """Return the seconds for regions alone, topics alone, both together, and clusters; nothing is remembered before."""
    from digest.routing.clusters import Clusterer

    project = _project()
    seconds = []
    for part in (replace(project, topics={}), replace(project, regions={}), project):
        router = _make_router(part)
        router.route(stories[:64])
        seconds.append(_seconds(lambda router=router: router.route(stories)))  # type: ignore[misc]
    clusterer = Clusterer()
    seconds.append(_seconds(lambda: [clusterer.add_story(story) for story in stories]))
    regions, topics, together, clustered = seconds
    return regions, topics, together, clustered


def _seconds_of_reroute(stories: list[Story]) -> float:
    """Return the seconds that 100,000 stories of a pool would take to be read, routed and written."""
    from digest.pipeline.reroute import reroute
    from digest.pipeline.workspace import Workspace
    from digest.store import pool

    with TemporaryDirectory() as folder, Workspace(_project(), root=Path(folder)) as workspace:
        with workspace.store.begin() as connection:
            pool.add_stories(connection, [(story, Routes(), story.id) for story in stories], AT)
        workspace.router.route(stories[:64])
        return _seconds(lambda: reroute(workspace)) * 100_000 / len(stories)


def _start_anew() -> Iterator[tuple[str, str]]:
    """Yield what a fresh process takes to start, the median of five, and what it holds."""
    code = "from tests.benchmarks.bench_routing import start; start()"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True) for _ in range(5)]
    times = sorted(tuple(map(float, run.stdout.split())) for run in runs)
    ready, routed, peak = times[len(times) // 2]
    yield f"start-up: import, gazetteer, {len(REGIONS)} regions (goal < 0.5 s)", f"{ready:.2f} s"
    yield "start-up until the first story is routed, with the vectors", f"{routed:.2f} s"
    yield "peak memory of such a process, 640 stories routed (goal < 150 MB)", f"{peak:.0f} MB"


def start() -> None:
    """Print the seconds of processor time until a router is ready and until it routed, and the peak in MB."""
    stories = make_stories(640)
    project = _project()
    started = time.process_time()
    router = _make_router(project)
    ready = time.process_time() - started
    router.route(stories[:1])
    routed = time.process_time() - started
    router.route(stories)
    print(ready, routed, _peak_mb())


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _into_a_large_pool(clusterer: Clusterer, stories: list[Story]) -> float:
    """Return the milliseconds that one story takes when 100,000 were added."""
    for copy in range(20):
        for story in stories:
            clusterer.add_story(replace(story, id=f"{copy}-{story.id}", headline=f"{story.headline} {copy * 7919}"))
    started = time.process_time()
    for story in stories[:500]:
        clusterer.add_story(replace(story, id=f"last-{story.id}"))
    return (time.process_time() - started) / 500 * 1000
