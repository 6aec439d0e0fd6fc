from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.sources import SourceConfig
from digest.sources.identity import canonical_url, identity_keys, story_id
from digest.sources.item import FeedItem, ParsedFeed
from digest.sources.normalise import Normalising, normalise_feed

SOURCE = SourceConfig(id="post", path="x")
TASK = Normalising(SOURCE, datetime(2024, 5, 31, tzinfo=UTC))
SAME = "https://example.com/a/b?id=3"


def _ids(items: list[FeedItem], site: str = "https://example.com/") -> list[str]:
    return [story.id for story in normalise_feed(ParsedFeed("rss", url=site, items=items), TASK)]


def _item(number: int = 1, **changes: object) -> FeedItem:
    made = FeedItem(
        guid=f"tag:example.com,{number}", url=f"https://example.com/story-{number}", title=f"Story {number}"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "spelling",
    [
        "http://example.com/a/b?id=3",
        "https://www.example.com/a/b/?id=3",
        "HTTPS://EXAMPLE.com:443/a/b?id=3#comments",
        "http://example.com:80/a/b?utm_source=rss&utm_medium=x&id=3&fbclid=abc",
        "https://m.example.com/a/b?id=3&amp=1",
        "https://amp.example.com/a/b/amp/?id=3",
        "https://example.com/a/b?id=3&source=rss&ref=twitter_share",
        "https://example.com/a/b/index.html?id=3",
        "https://example-com.cdn.ampproject.org/c/s/example.com/a/b?id=3",
    ],
)
def test_spellings_of_one_address(spelling: str) -> None:
    """Protocol, host forms, ports, tracking, fragments, AMP and slashes make no other page."""
    assert canonical_url(spelling) == SAME


@pytest.mark.parametrize(
    "other",
    [
        "https://example.com/a/c?id=3",
        "https://example.com/a/b?id=4",
        "https://news.example.com/a/b?id=3",
        "https://example.com:8080/a/b?id=3",
        "https://example.com/a/b?id=3&source=harbor-post",
    ],
)
def test_other_pages_stay_apart(other: str) -> None:
    """Path, meaningful parameters, other hosts and ports count."""
    assert canonical_url(other) != SAME


@given(st.text(max_size=60))
def test_canonical_addresses_are_fixed_points(tail: str) -> None:
    """Any text can be asked for, and a canonical address is its own canonical address."""
    found = canonical_url(f"http://www.example.com/{tail}")
    assert canonical_url(found) == found
    assert canonical_url(tail) in {"", canonical_url(tail)}


def test_ids_stay_when_a_story_is_edited() -> None:
    """Title, text, protocol, tracking and a trailing slash change nothing."""
    before = _ids([_item(1), _item(2)])
    after = _ids(
        [
            _item(1, title="Another headline", content="New", url="http://www.example.com/story-1/?utm_campaign=x"),
            _item(2, published_at=datetime(2024, 5, 30, tzinfo=UTC)),
        ]
    )
    assert before == after
    assert len(set(before)) == 2


def test_random_guids_are_not_trusted() -> None:
    """A GUID that is new at each reading does not double a story that has a link of its own."""
    first = _ids(
        [_item(1, guid="0b6f3d0c-52c5-4a3b-9a59-3a1b6a8f2b11"), _item(2, guid="8f14e45fceea167a5a36dedd4bea2543")]
    )
    second = _ids(
        [_item(1, guid="7c9e6679-7425-40de-944b-e07fc1f90ae7"), _item(2, guid="c9f0f895fb98ab9159f51fd0297e236d")]
    )
    assert first == second


def test_positions_are_no_guids() -> None:
    """GUIDs that number the places of a feed move on when a story comes in; the stories stay themselves."""
    first = _ids([_item(1, guid="1"), _item(2, guid="2")])
    second = _ids([_item(3, guid="1"), _item(1, guid="2"), _item(2, guid="3")])
    assert second[1:] == first


def test_reused_guids_lose_nothing() -> None:
    """One GUID on every item leaves every story its own."""
    assert len(set(_ids([_item(n, guid="same") for n in range(5)]))) == 5


def test_one_link_for_all_items() -> None:
    """Where every link leads to one page, GUIDs tell the stories apart, random-looking ones too."""
    ids = _ids([_item(n, url="https://example.com/live", guid=f"{n:032x}") for n in range(5)])
    assert len(set(ids)) == 5
    assert ids == _ids([_item(n, url="https://example.com/live", guid=f"{n:032x}", title="Edited") for n in range(5)])


def test_links_to_the_site_are_no_identity() -> None:
    """A link that only leads to the front page does not tell stories apart."""
    items = [_item(n, url="https://www.example.com/", guid="") for n in range(3)]
    assert len(set(_ids(items))) == 3


def test_one_guid_and_one_link_for_all() -> None:
    """At last the headlines tell stories apart: nothing is lost."""
    items = [_item(n, url="https://example.com/live", guid="same") for n in range(4)]
    assert len(set(_ids(items))) == 4
    assert len(set(_ids([_item(n, url="", guid="") for n in range(4)]))) == 4


def test_items_without_guid_and_link() -> None:
    """A date of its own names such an item through an edit of its headline; without one the headline does."""
    moments = [datetime(2024, 5, day, tzinfo=UTC) for day in (1, 2)]
    before = _ids([_item(n, url="", guid="", published_at=moments[n]) for n in range(2)])
    after = _ids([_item(n, url="", guid="", published_at=moments[n], title="Edited") for n in range(2)])
    assert before == after
    assert len(set(_ids([_item(n, url="", guid="", published_at=moments[0]) for n in range(3)]))) == 3


def test_a_story_and_its_correction_in_one_feed() -> None:
    """Two items with one GUID and one link are one story, told as the newer one."""
    items = [
        _item(1, published_at=datetime(2024, 5, 30, 7, tzinfo=UTC)),
        _item(1, title="Corrected", published_at=datetime(2024, 5, 30, 9, tzinfo=UTC)),
    ]
    stories = normalise_feed(ParsedFeed("rss", items=items), TASK)
    assert [story.headline for story in stories] == ["Corrected"]


def test_a_moved_story_keeps_its_id_by_a_permanent_guid() -> None:
    """A new address with the same permanent-looking GUID is the same story."""
    assert _ids([_item(1), _item(2)]) == _ids([_item(1, url="https://example.com/moved"), _item(2)])


def test_permalinks_agree_with_links() -> None:
    """A GUID that is the link gives the same id as the link alone."""
    assert _ids([_item(1, guid="https://example.com/story-1")]) == _ids([_item(1, guid="")])


def test_fragments_tell_entries_of_a_page_apart() -> None:
    """A day's page with an anchor for each entry has as many stories as anchors."""
    items = [_item(n, url="https://example.com/day", guid=f"https://example.com/day#{n}") for n in range(3)]
    assert len(set(_ids(items))) == 3


def test_ids_are_short_and_differ_by_source() -> None:
    """An id has 16 hexadecimal digits, and belongs to one source."""
    assert len(story_id("a", "x")) == 16
    assert int(story_id("a", "x"), 16) >= 0
    assert story_id("a", "x") != story_id("b", "x")


_WORDS = st.sampled_from(["", "1", "2", "same", "https://example.com/", "https://example.com/a", "tag:example.com,1"])


@given(st.lists(st.tuples(_WORDS, _WORDS, _WORDS), max_size=12))
def test_reading_again_adds_nothing(rows: list[tuple[str, str, str]]) -> None:
    """The same items give the same ids, however poor they are, and none is doubled."""
    items = [FeedItem(guid=guid, url=url, title=title or "x") for guid, url, title in rows]
    once = _ids(items)
    assert once == _ids(items)
    assert len(once) == len(set(once))
    assert len(identity_keys(items)) == len(items)
