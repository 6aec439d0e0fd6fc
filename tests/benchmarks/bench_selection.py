"""Measures selection over a pool of 100,000 stories: one newsletter, and 500 of them over one index."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator

from digest.config.newsletter import Newsletter
from digest.model.candidate import Candidate
from digest.selection import CandidateIndex, choose
from digest.testing.candidates import make_candidate, make_newsletter, make_situation

STORIES = 100_000
NEWSLETTERS = 500
REGIONS = 300
TOPICS = 20


def make_pool(count: int, rng: random.Random) -> list[Candidate]:
    """Return stories that all lie in one day's window: regions for half of them, one or two topics, some clusters."""
    pool = []
    for number in range(count):
        regions = {f"r{rng.randrange(REGIONS)}": rng.random() for _ in range(rng.choice((0, 0, 1, 1, 2)))}
        topics = {f"t{rng.randrange(TOPICS)}": rng.random() for _ in range(rng.choice((0, 1, 1, 2)))}
        story = make_candidate(
            f"s{number:06}",
            age_h=rng.random() * 24,
            source=f"source{rng.randrange(400)}",
            regions=regions,
            topics=topics,
            cluster=f"c{rng.randrange(count // 10)}" if rng.random() < 0.3 else "",
            word_count=rng.randrange(900),
            has_picture=rng.random() < 0.5,
        )
        pool.append(story)
    return pool


def make_newsletters(count: int) -> Iterator[Newsletter]:
    """Yield newsletters as they come: 80 % regional with six sections, 18 % topical, 2 % that take everything."""
    for number in range(count):
        region, topic = f"r{number % REGIONS}", f"t{number % TOPICS}"
        if number % 50 == 0:
            sections = [
                {"title": "1 big thing", "limit": 1, "layout": "lead"},
                {"title": "Also today", "limit": 8, "max_per_source": 2},
            ]
        elif number % 5 == 0:
            sections = [
                {"title": "1 big thing", "match": {"topics": ["$topic"]}, "limit": 1, "layout": "lead"},
                {"title": "More", "match": {"topics": ["$topic"], "strictness": 0.3}, "limit": 8},
            ]
        else:
            sections = [{"title": "1 big thing", "match": {"regions": ["$region"]}, "limit": 1, "layout": "lead"}]
            sections += [
                {"title": f"Topic {n}", "match": {"all": [{"regions": ["$region"]}, {"topics": [f"t{n}"]}]}}
                for n in range(5)
            ]
        yield make_newsletter(f"n{number}", region=region, topic=topic, sections=sections, min_stories=3)


def run() -> list[tuple[str, str]]:
    """Return the figures as (what, value with its goal), in seconds of CPU time: selection waits for nothing."""
    rng = random.Random(2)
    pool = make_pool(STORIES, rng)
    weights = {f"source{number}": 1.0 + number % 3 for number in range(400)}
    situation = make_situation(source_weights=weights)
    newsletters = list(make_newsletters(NEWSLETTERS))
    figures = []
    for newsletter, what in ((newsletters[1], "a regional newsletter"), (newsletters[0], "one that takes every story")):
        began = time.process_time()
        choose(newsletter, pool, situation)
        spent = time.process_time() - began
        figures.append((f"{what} from {STORIES:,} stories, indexing included", spent, "< 1 s"))
    began = time.process_time()
    index = CandidateIndex(pool)
    for newsletter in newsletters:
        choose(newsletter, index, situation)
    figures.append((f"{NEWSLETTERS} newsletters from {STORIES:,} stories", time.process_time() - began, "< 60 s"))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = [(what, f"{seconds:.2f} s (goal {goal})") for what, seconds, goal in figures]
    return [*told, ("peak memory, pool included", f"{peak_mb:.0f} MB")]


def main() -> None:
    """Print the figures."""
    for what, value in run():
        print(f"{what}: {value}")


if __name__ == "__main__":
    main()
