"""Builders of candidates, stories and newsletters with sensible values for whatever a test does not name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from digest.config.newsletter import Newsletter
from digest.model.candidate import Candidate
from digest.model.story import InlineHtml, Story
from digest.selection.situation import Situation

SLOT_AT = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
"""The slot that builders count ages from: a Monday, 06:30 in Denver."""


def make_candidate(story_id: str, *, age_h: float = 1.0, **values: Any) -> Candidate:
    """Return a candidate published `age_h` hours before SLOT_AT; any field of Candidate can be given."""
    published_at = values.pop("published_at", SLOT_AT - timedelta(hours=age_h))
    ordinary: dict[str, Any] = {
        "headline": f"Headline of {story_id}",
        "source": "desk",
        "canonical_url": f"https://news.example.com/{story_id}",
        "published_at": published_at,
        "fetched_at": published_at + timedelta(minutes=5),
        "regions": {},
        "topics": {},
    }
    return Candidate(id=story_id, **(ordinary | values))


def make_situation(*, window_h: float = 24.0, **values: Any) -> Situation:
    """Return the situation of SLOT_AT with a window of so many hours; any field of Situation can be given."""
    ordinary: dict[str, Any] = {"slot_at": SLOT_AT, "since_at": SLOT_AT - timedelta(hours=window_h)}
    return Situation(**(ordinary | values))


def make_newsletter(newsletter_id: str = "denver", **values: Any) -> Newsletter:
    """Return a newsletter of one catch-all section as YAML would give it; any key of the file can be given."""
    ordinary: dict[str, Any] = {
        "id": newsletter_id,
        "name": newsletter_id.title(),
        "timezone": "America/Denver",
        "min_stories": 0,
        "sections": [{"title": "News", "limit": 10}],
    }
    return Newsletter.model_validate(ordinary | values)


def make_story(story_id: str, *, words: int = 50, **values: Any) -> Story:
    """Return a story with a lead of `words` words; any field of Story can be given."""
    published_at = values.pop("published_at", SLOT_AT - timedelta(hours=1))
    ordinary: dict[str, Any] = {
        "guid": f"guid-{story_id}",
        "url": f"https://news.example.com/{story_id}?from=feed",
        "canonical_url": f"https://news.example.com/{story_id}",
        "headline": f"Headline of {story_id}",
        "source": "desk",
        "source_name": "The Desk",
        "published_at": published_at,
        "fetched_at": published_at + timedelta(minutes=5),
        "lead": (InlineHtml(" ".join(["word"] * words)),),
        "summary": f"Summary of {story_id}.",
        "word_count": words,
    }
    return Story(id=story_id, **(ordinary | values))
