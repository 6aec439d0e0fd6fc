"""Measures how fast made-up stories go through regions, topics and clusters on one core; start-up and memory."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from digest.config.project import Project
from digest.config.regions import RegionConfig
from digest.config.settings import Settings
from digest.config.topics import TopicConfig
from digest.model.story import Story

if TYPE_CHECKING:
    from digest.routing.clusters import Clusterer

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
    started = time.perf_counter()
    from digest.routing.clusters import Clusterer
    from digest.routing.router import Router

    project = Project(
        Path("config"), Settings(), (), {key: RegionConfig(place=place) for key, place in REGIONS.items()},
        {name: TopicConfig(use="default") for name in TOPICS}, {},
    )  # fmt: skip
    router = Router.from_project(project)
    yield (
        f"start-up: gazetteer, vectors, {len(REGIONS)} regions (goal < 0.5 s)",
        f"{time.perf_counter() - started:.2f} s",
    )
    stories = make_stories(5000)
    router.route(stories[:64])
    started = time.process_time()
    router.route(stories)
    routed = time.process_time() - started
    clusterer = Clusterer()
    started = time.process_time()
    for story in stories:
        clusterer.add_story(story)
    clustered = time.process_time() - started
    size = sum(len(story.body) for story in stories) / len(stories) / 1000
    yield f"regions and topics, stories of {size:.1f} KB", f"{len(stories) / routed:,.0f} stories/s"
    yield "clusters", f"{len(stories) / clustered:,.0f} stories/s"
    yield "together, one core (goal 1,000)", f"{len(stories) / (routed + clustered):,.0f} stories/s"
    yield "100,000 stories routed again (goal < 90 s)", f"{routed * 100_000 / len(stories):,.0f} s"
    yield "a story into a pool of 100,000 (goal < 1 ms)", f"{_into_a_large_pool(Clusterer(), stories):.2f} ms"
    yield "peak memory of the process", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def _into_a_large_pool(clusterer: Clusterer, stories: list[Story]) -> float:
    """Return the milliseconds that one story takes when 100,000 were added."""
    for copy in range(20):
        for story in stories:
            clusterer.add_story(replace(story, id=f"{copy}-{story.id}", headline=f"{story.headline} {copy * 7919}"))
    started = time.process_time()
    for story in stories[:500]:
        clusterer.add_story(replace(story, id=f"last-{story.id}"))
    return (time.process_time() - started) / 500 * 1000
