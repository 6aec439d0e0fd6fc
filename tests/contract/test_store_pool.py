"""The pool on both databases: stories enter once, are edited, found, re-routed, pruned."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select

from digest.errors import NotFoundError
from digest.model.routes import Evidence, Route, Routes
from digest.model.source import SourceState
from digest.model.story import InlineHtml, Part, Picture, Story
from digest.store import Store, pool, sources
from digest.store.recent import iter_recent
from digest.store.tables import story_content, story_history

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROUTES = Routes(
    regions=(Route("denver", 0.8, 2.0, (Evidence("Aurora", 2.0, "lead", "13 km from Denver"),)),),
    topics=(Route("tech", 0.4),),
    near_topics=(Route("business", 0.1),),
)


def _story(number: int = 1, **changes: object) -> Story:
    story = Story(
        id=f"s{number:04}",
        guid=f"tag:example.com,2026:{number}",
        url=f"https://example.com/{number}?utm_source=feed",
        canonical_url=f"https://example.com/{number}",
        headline=f"Tram line {number} opens",
        source="front-range",
        source_name="Front Range",
        published_at=NOW - timedelta(hours=number),
        fetched_at=NOW,
        lead=(InlineHtml("The <strong>tram</strong> runs."),),
        parts=(Part("Why it matters", InlineHtml("It is fast."), (InlineHtml("One"),)),),
        body="The tram runs. It is fast.",
        picture=Picture("https://example.com/tram.png", 600, 400),
        categories=("Transit",),
        language="en",
        word_count=6,
    )
    return replace(story, **changes)  # type: ignore[arg-type]


def _add(connection: Connection, *stories: Story, routes: Routes = ROUTES) -> pool.AddedStories:
    return pool.add_stories(connection, [(story, routes, f"c-{story.id}") for story in stories], NOW)


def test_stories_enter_while_recent_ones_were_read(store: Store) -> None:
    """Reading the pool row by row leaves the connection as it was: the same transaction can write many rows."""
    with store.begin() as connection:
        _add(connection, _story())
        assert [story.id for story in iter_recent(connection, since_at=NOW - timedelta(days=1))] == ["s0001"]
        assert _add(connection, *(_story(number) for number in range(2, 9))) == pool.AddedStories(new=7)


def test_a_story_enters_once_and_comes_back_whole(store: Store) -> None:
    """A second reading of the same story adds nothing; story and routes come back as they went in."""
    story = _story()
    with store.begin() as connection:
        assert _add(connection, story, story) == pool.AddedStories(new=1)
        later = replace(story, fetched_at=NOW + timedelta(hours=1))
        assert pool.only_changed(connection, [later]) == []
        assert _add(connection, later) == pool.AddedStories(same=1)
        assert pool.load_stories(connection, [story.id, "unknown"]) == {story.id: story}
        assert pool.load_routes(connection, [story.id]) == {story.id: ROUTES}
        assert pool.count_stories(connection) == 1


def test_an_edited_story_keeps_its_place_and_its_earlier_version(store: Store) -> None:
    """An edit replaces the text, keeps the instant it entered the pool, and files the old version."""
    story = _story()
    edited = replace(story, headline="Tram line 1 opens late", fetched_at=NOW + timedelta(hours=2))
    with store.begin() as connection:
        _add(connection, story)
        assert pool.only_changed(connection, [edited]) == [edited]
        assert _add(connection, edited) == pool.AddedStories(updated=1)
        found = pool.load_candidates(connection, NOW - timedelta(days=1), NOW)
        assert [(one.headline, one.fetched_at) for one in found] == [("Tram line 1 opens late", NOW)]
        assert connection.execute(select(func.count()).select_from(story_history)).scalar_one() == 1


def test_candidates_are_those_of_the_window_newest_first(store: Store) -> None:
    """The window includes its start and not its end; candidates carry what selection reads."""
    with store.begin() as connection:
        _add(connection, *(_story(number) for number in (1, 2, 3, 4)))
        window = (NOW - timedelta(hours=3), NOW - timedelta(hours=1))
        found = pool.load_candidates(connection, *window)
        assert [one.id for one in found] == ["s0002", "s0003"]
        (first, *_) = pool.load_candidates(connection, *window, with_text=True)
    assert (dict(first.regions), dict(first.topics)) == ({"denver": 0.8}, {"tech": 0.4})
    assert (first.cluster, first.categories, first.has_picture, first.has_parts) == (
        "c-s0002",
        ("Transit",),
        True,
        True,
    )
    assert first.published_at == NOW - timedelta(hours=2)
    assert first.text == "tram line 2 opens\nthe tram runs. it is fast."
    assert found[0].text == ""
    assert first.guid == "tag:example.com,2026:2"


def test_candidates_can_be_narrowed_to_regions_and_topics(store: Store) -> None:
    """A story routed to any of the asked regions or topics is loaded; an id inside another id is no match."""
    austin = Routes(regions=(Route("austin", 1.0),), topics=(Route("deep_tech", 1.0),))
    with store.begin() as connection:
        _add(connection, _story(1))
        _add(connection, _story(2), routes=austin)
        window = (NOW - timedelta(days=1), NOW)

        def ids(**about: list[str]) -> list[str]:
            return [one.id for one in pool.load_candidates(connection, *window, about=pool.About(**about))]

        assert ids(regions=["denver"]) == ["s0001"]
        assert ids(topics=["tech"]) == ["s0001"]
        assert ids(regions=["austin"], topics=["tech"]) == ["s0001", "s0002"]
        assert ids(topics=[]) == []
        assert ids(sources=["front-range"]) == ["s0001", "s0002"]
        assert ids(regions=[], names=["tag:example.com,2026:2"]) == ["s0002"]
        assert ids(names=["tag:example.com,2026:2"]) == ["s0001", "s0002"]
        assert [row.id for row in pool.stories_since(connection, None, region="austin")] == ["s0002"]
        assert [row.id for row in pool.stories_since(connection, NOW, topic="tech")] == []
        assert [row.id for row in pool.stories_since(connection, None, source="front-range")] == ["s0001", "s0002"]


def test_narrowed_candidates_bring_all_versions_of_their_events(store: Store) -> None:
    """Stories that share a cluster or an address with a wanted one come along, also over a third one."""
    elsewhere, address = Routes(), "https://example.com/same"
    with store.begin() as connection:
        pool.add_stories(connection, [(_story(1), ROUTES, "k1")], NOW)
        linked = [
            (_story(2, canonical_url=address), elsewhere, "k1"),
            (_story(3, canonical_url=address), elsewhere, "k3"),
        ]
        linked += [(_story(4), elsewhere, "k3"), (_story(5), elsewhere, "k5")]
        pool.add_stories(connection, linked, NOW)
        found = pool.load_candidates(connection, NOW - timedelta(days=1), NOW, about=pool.About(regions=["denver"]))
        assert [candidate.id for candidate in found] == ["s0001", "s0002", "s0003", "s0004"]


def test_only_versions_and_named_stories_come_from_before_the_window(store: Store) -> None:
    """Of what is older than asked, another version of an event comes along, and what is named; nothing else."""
    window = (NOW - timedelta(hours=2, minutes=30), NOW)
    with store.begin() as connection:
        pool.add_stories(connection, [(_story(n), ROUTES, "k1" if n in (1, 4) else "") for n in range(1, 8)], NOW)
        found = pool.load_candidates(
            connection, *window, about=pool.About(names=["s0006"]), versions_since_at=NOW - timedelta(days=1)
        )
        assert [candidate.id for candidate in found] == ["s0001", "s0002", "s0004", "s0006"]


@pytest.mark.parametrize(
    "name",
    [
        "s0002",
        "tag:example.com,2026:2",
        "https://example.com/2",
        "https://example.com/2?utm_source=feed",
        "LINE 2 tram",
    ],
)
def test_a_story_is_found_by_any_of_its_names(store: Store, name: str) -> None:
    """Id, GUID, URL and words of the headline all lead to the story."""
    with store.begin() as connection:
        _add(connection, *(_story(number) for number in (1, 2, 3)))
        found = pool.find_story(connection, name)
    assert found is not None
    assert found.id == "s0002"


def test_a_name_for_several_stories_is_refused_with_the_choices(store: Store) -> None:
    """Words that fit several headlines give an error that lists them; words that fit none give nothing."""
    with store.begin() as connection:
        _add(connection, _story(1), _story(2))
        with pytest.raises(NotFoundError, match=r"s0001 \(Tram line 1 opens\), s0002"):
            pool.find_story(connection, "tram")
        assert pool.find_story(connection, "100% ferry") is None
        assert pool.find_story(connection, "%") is None
        assert pool.find_story(connection, " ") is None


def test_stories_of_other_rules_are_routed_again_in_groups(store: Store) -> None:
    """Only stories routed by another version come up, each once, while groups are being written."""
    with store.begin() as connection:
        pool.add_stories(connection, [(_story(9), ROUTES, "")], NOW, routing_version="2")
        _add(connection, *(_story(number) for number in range(1, 6)))
        seen = []
        for group in pool.iter_for_rerouting(connection, "2", size=2):
            seen += [story.id for story in group]
            moved = Routes(regions=(Route("austin", 1.0),))
            pool.set_routes(connection, [(story, moved, "one") for story in group], routing_version="2")
        assert seen == [f"s{number:04}" for number in range(1, 6)]
        assert len(pool.stories_since(connection, None, region="austin")) == 5
        assert pool.load_routes(connection, ["s0001"])["s0001"].regions[0].id == "austin"
        assert list(pool.iter_for_rerouting(connection, "2")) == []


def test_pruning_takes_what_no_reading_holds_any_more(store: Store) -> None:
    """Stories not seen since the limit leave with their texts; a story seen again stays."""
    with store.begin() as connection:
        _add(connection, _story(1), _story(2))
        pool.mark_seen(connection, ["s0002"], NOW + timedelta(days=31))
        assert pool.prune(connection, seen_before_at=NOW + timedelta(days=30)) == 1
        assert list(pool.load_stories(connection, ["s0001", "s0002"])) == ["s0002"]
        assert connection.execute(select(func.count()).select_from(story_content)).scalar_one() == 1


def test_the_state_of_a_source_is_the_last_one_saved(store: Store) -> None:
    """Saving replaces what was known; every field comes back."""
    state = SourceState("desk", etag='"1"', last_read_at=NOW, failures=2, error="time-out", gone=True)
    with store.begin() as connection:
        sources.save_state(connection, SourceState("desk", etag='"0"'))
        sources.save_state(connection, state)
        sources.save_state(connection, SourceState("wire"))
        assert sources.load_states(connection) == {"desk": state, "wire": SourceState("wire")}


def test_a_story_without_a_date_keeps_its_first(store: Store) -> None:
    """A story whose source gives no date keeps the instant of its first reading, also when it is edited."""
    first_at, later_at = datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)
    story = _story(published_at=first_at, fetched_at=first_at)
    again = replace(story, published_at=later_at, fetched_at=later_at)
    edited = replace(again, headline="Another headline")
    with store.begin() as connection:
        pool.add_stories(connection, [(story, Routes(), story.id)], first_at)
        assert pool.add_stories(connection, [(again, Routes(), story.id)], later_at) == pool.AddedStories(same=1)
        assert pool.add_stories(connection, [(edited, Routes(), story.id)], later_at) == pool.AddedStories(updated=1)
        kept = pool.load_stories(connection, [story.id])[story.id]
    assert (kept.headline, kept.published_at) == ("Another headline", first_at)
