"""Stories and routes as JSON: every one of them comes back as it went in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.routes import Evidence, Route, Routes
from digest.model.story import InlineHtml, Part, Picture, Story
from digest.store.story_json import content_hash, routes_from_json, routes_to_json, story_from_json, story_to_json

TEXT = st.text(max_size=12)
INLINE = TEXT.map(InlineHtml)
INSTANT = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PICTURES = st.builds(Picture, TEXT, st.none() | st.integers(0, 9), st.none() | st.integers(0, 9), TEXT, TEXT)
NAMES = ("id", "guid", "url", "canonical_url", "headline", "source", "source_name", "summary", "body")
STORIES = st.builds(
    Story,
    **dict.fromkeys(
        ("id", "guid", "url", "canonical_url", "headline", "source", "source_name", "summary", "body"), TEXT
    ),
    published_at=INSTANT,
    fetched_at=INSTANT,
    updated_at=st.none() | INSTANT,
    embargo_until=st.none() | INSTANT,
    lead=st.lists(INLINE, max_size=2).map(tuple),
    parts=st.lists(st.builds(Part, TEXT, INLINE, st.lists(INLINE, max_size=2).map(tuple)), max_size=2).map(tuple),
    picture=st.none() | PICTURES,
    authors=st.lists(TEXT, max_size=2).map(tuple),
    categories=st.lists(TEXT, max_size=2).map(tuple),
    language=TEXT,
    word_count=st.integers(0, 9999),
    is_sample=st.booleans(),
)
SHARES = st.floats(0, 1, allow_nan=False)
EVIDENCE = st.builds(Evidence, TEXT, SHARES, TEXT, TEXT)
ROUTE = st.lists(st.builds(Route, TEXT, SHARES, SHARES, st.lists(EVIDENCE, max_size=2).map(tuple)), max_size=2).map(
    tuple
)


@given(STORIES)
@settings(max_examples=60)
def test_every_story_comes_back(story: Story) -> None:
    """Reading what was written gives the same story, field by field."""
    assert story_from_json(story_to_json(story)) == story


@given(st.builds(Routes, ROUTE, ROUTE, ROUTE, ROUTE))
@settings(max_examples=60)
def test_all_routes_come_back(routes: Routes) -> None:
    """Reading what was written gives the same routes with their evidence."""
    assert routes_from_json(routes_to_json(routes)) == routes


@given(STORIES)
@settings(max_examples=30)
def test_the_hash_is_of_what_the_outlet_wrote(story: Story) -> None:
    """When it was read does not count, and every word of it does; no more does a date that the reading made up."""
    dated = replace(story, published_at=story.fetched_at - timedelta(hours=2))
    assert content_hash(replace(dated, fetched_at=story.fetched_at + timedelta(hours=1))) == content_hash(dated)
    undated = replace(story, published_at=story.fetched_at, is_sample=False)
    later = story.fetched_at + timedelta(hours=1)
    assert content_hash(replace(undated, fetched_at=later, published_at=later)) == content_hash(undated)
    assert content_hash(replace(story, body=story.body + ".")) != content_hash(story)


def test_defaults_take_no_room() -> None:
    """A story of few fields is short, since the pool holds many."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    story = Story("a", "b", "", "", "Headline", "desk", "Desk", now, now)
    assert set(story_to_json(story)) & set("[") == set()
    assert len(story_to_json(story)) < 180
