"""Building an edition: places, numbers, length, names; its id, hash, record and differences."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editions import build_edition, content_hash, diff_editions, edition_from_json, edition_id, edition_to_json
from digest.errors import StoreError
from digest.model.choice import Choice, ChosenSection, ChosenStory, Score
from digest.model.edition import DataFigure, Edition, EditionSection, EditionStory, Lane
from digest.model.story import InlineHtml, Part, Picture, Story
from digest.testing.candidates import SLOT_AT, make_newsletter, make_story

NEWSLETTER = make_newsletter(
    sections=[
        {"title": "1 big thing", "limit": 1, "layout": "lead"},
        {"title": "Catch up quick", "limit": 3, "layout": "headlines"},
        {"title": "City", "limit": 3, "layout": "story"},
        {"title": "Briefs", "limit": 3, "layout": "brief"},
    ],
    note="Good morning, Denver.",
)


def chosen(story_id: str, *also: str) -> ChosenStory:
    return ChosenStory(story_id, Score((("freshness", 1.5), ("source", 1.0))), also=also)


CHOICE = Choice(
    sections=(
        ChosenSection(0, (chosen("a", "a2", "a3", "gone"),)),
        ChosenSection(1, (chosen("b"),)),
        ChosenSection(2, (chosen("c"), chosen("d"))),
        ChosenSection(3, (chosen("e"),)),
    ),
    more=(chosen("f"),),
    fallback="From around the country",
)


def shelf(**stories: Story) -> dict[str, Story]:
    """Return stories a to f and two more versions of a; any of them can be given."""
    ordinary = {name: make_story(name, words=10) for name in ("a", "b", "c", "d", "e", "f")}
    versions = {"a2": make_story("a2", source="wire", source_name="The Wire"), "a3": make_story("a3", source="wire2")}
    return ordinary | versions | stories


def build(stories: dict[str, Story] | None = None, choice: Choice = CHOICE, **values: Any) -> Edition:
    ordinary: dict[str, Any] = {"slot_at": SLOT_AT, "edition_id": "denver-20261123T133000Z", "source_names": {}}
    return build_edition(NEWSLETTER, choice, shelf() if stories is None else stories, **(ordinary | values))


def test_numbers_run_on_over_numbered_sections() -> None:
    """Lead, stories and briefs are numbered through; lists of headlines are not."""
    numbers = {placed.story.id: placed.number for placed in build().stories}
    assert numbers == {"a": 1, "b": None, "c": 2, "d": 3, "e": 4, "f": None}


def test_sections_keep_title_layout_and_order() -> None:
    """The edition has the sections of the choice as the newsletter names them, and says what the ladder did."""
    edition = build(figures=[DataFigure("Today", "51° / 28°")])
    assert [(s.title, s.layout) for s in edition.sections] == [
        ("1 big thing", "lead"),
        ("Catch up quick", "headlines"),
        ("City", "story"),
        ("Briefs", "brief"),
    ]
    assert (edition.note, edition.fallback) == ("Good morning, Denver.", "From around the country")
    assert edition.figures == (DataFigure("Today", "51° / 28°"),)


def test_other_outlets_are_named_once_with_their_address() -> None:
    """Names come from the configuration first, two feeds of one outlet count once, vanished versions not at all."""
    edition = build(source_names={"wire2": "The Wire", "desk": "Newsroom"})
    lead = edition.sections[0].stories[0]
    assert [(also.source_name, also.url) for also in lead.also] == [
        ("The Wire", "https://news.example.com/a2?from=feed")
    ]
    assert lead.story.source_name == "Newsroom"


def test_vanished_story_leaves_a_warning() -> None:
    """A story that left the pool after it was chosen is left out, numbers stay without holes, an empty section goes."""
    stories = shelf()
    del stories["a"], stories["d"]
    edition = build(stories)
    assert [placed.number for placed in edition.stories] == [None, 1, 2, None]
    assert edition.sections[0].title == "Catch up quick"
    assert edition.warnings == (
        "story a is no longer in the pool and was left out",
        "story d is no longer in the pool and was left out",
    )


def only(layout: str, story: Story) -> Edition:
    """Return an edition of one story in one layout, without a note."""
    newsletter = make_newsletter(sections=[{"title": "Two words", "layout": layout}])
    choice = Choice(sections=(ChosenSection(0, (chosen("s"),)),))
    return build_edition(newsletter, choice, {"s": story}, slot_at=SLOT_AT, edition_id="x", source_names={})


@pytest.mark.parametrize(("layout", "words"), [("lead", 19), ("story", 19), ("brief", 9), ("headlines", 5)])
def test_words_are_those_a_reader_reads(layout: str, words: int) -> None:
    """Each layout counts what it shows: title, headline, lead, parts with labels and bullets; markup does not count."""
    part = Part("Why it matters", InlineHtml("It&#x27;s <strong>$2.5</strong> million"), (InlineHtml("one two"),))
    lead = (InlineHtml('An <a href="https://news.example.com/a-b-c">opening</a> of six plain words'),)
    story = make_story("s", headline="Three word headline", lead=lead, parts=(part,), summary="A short summary here.")
    edition = only(layout, story)
    assert edition.word_count == words
    assert edition.minutes == 1


def test_story_without_text_shows_its_summary() -> None:
    """A story that has nothing but a summary counts that."""
    assert only("story", make_story("s", headline="One", lead=(), summary="two three")).word_count == 5


@pytest.mark.parametrize(("words", "minutes"), [(3, 1), (238, 1), (239, 2), (2000, 9)])
def test_minutes_are_rounded_up(words: int, minutes: int) -> None:
    """At 238 words a minute, at least one minute; title (2) and headline (1) are words, too."""
    edition = only("story", make_story("s", words=words - 3, headline="H", summary=""))
    assert (edition.word_count, edition.minutes) == (words, minutes)


def test_empty_choice_builds_an_empty_edition() -> None:
    """Nothing chosen is no error here; whether it goes out is decided elsewhere."""
    edition = build(choice=Choice(sections=()))
    assert (edition.stories, edition.minutes) == ((), 1)


def test_edition_id_is_in_utc() -> None:
    """The id names newsletter and instant, whatever zone the instant is written in; the direct lane differs."""
    local = SLOT_AT.astimezone(timezone(timedelta(hours=-7)))
    assert edition_id("denver", local) == "denver-20261123T133000Z"
    assert edition_id("denver", SLOT_AT, Lane.DIRECT) == "denver-20261123T133000Z-direct"


def rich_edition() -> Edition:
    """Return an edition that uses every field."""
    story = make_story(
        "a",
        words=3,
        headline="Ünïcode “quotes” \u2028 東京",
        picture=Picture("https://img.example.com/1.png", 600, 400, "alt"),
        parts=(Part("Go deeper", InlineHtml("more"), (InlineHtml("<em>x</em>"),)),),
        updated_at=SLOT_AT,
        embargo_until=datetime(2026, 11, 23, 1, 2, 3, 456789, tzinfo=UTC),
        categories=("x",),
        is_sample=True,
    )
    return build(shelf(a=story), figures=[DataFigure("Snow", "3 in", "❄")])


def test_record_round_trips_every_field() -> None:
    """An edition comes back from its record equal, with the same hash and the same bytes."""
    edition = rich_edition()
    text = edition_to_json(edition)
    back = edition_from_json(text)
    assert back == edition
    assert edition_to_json(back) == text
    assert content_hash(back) == content_hash(edition)


texts = st.text(max_size=20)


@settings(max_examples=60, deadline=None)
@given(texts, texts, st.lists(st.tuples(texts, st.floats(allow_nan=False, allow_infinity=False)), max_size=3))
def test_any_text_and_score_round_trips(headline: str, note: str, parts: list[tuple[str, float]]) -> None:
    """No text and no number changes on the way through the record."""
    placed = EditionStory(make_story("s", headline=headline), Score(tuple(parts)), None)
    edition = Edition("id", "denver", SLOT_AT, (EditionSection("T", "brief", (placed,)),), note=note)
    assert edition_from_json(edition_to_json(edition)) == edition


def test_older_record_takes_defaults_and_newer_fields_are_passed_over() -> None:
    """Fields that came later have their defaults, and fields that are unknown here do not hurt."""
    record = json.loads(edition_to_json(rich_edition()))
    del record["edition"]["warnings"]
    record["edition"]["invented_later"] = 1
    assert edition_from_json(json.dumps(record)) == rich_edition()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1, "edition": {}}', '{"version": 1, "edition": 3}'])
def test_broken_record_is_a_store_error(text: str) -> None:
    """What is not an edition is told in one line."""
    with pytest.raises(StoreError, match="cannot be read"):
        edition_from_json(text)


def test_record_of_a_newer_program_is_refused() -> None:
    """A format from the future is named."""
    with pytest.raises(StoreError, match="format 99; this program reads up to 1"):
        edition_from_json('{"version": 99, "edition": {}}')


def test_hash_tells_content_apart() -> None:
    """One changed letter changes the hash; building again does not."""
    assert content_hash(build()) == content_hash(build())
    assert content_hash(build()) != content_hash(replace(build(), note="Good evening."))


def test_equal_editions_do_not_differ() -> None:
    """No change between an edition and itself."""
    assert diff_editions(rich_edition(), rich_edition()) == ()


def test_differences_are_told_in_words() -> None:
    """Stories that came, left, moved or were edited, and the edition's own text."""
    before = build()
    edited = replace(shelf()["e"], headline="New headline")
    sections = (
        ChosenSection(0, (chosen("b"),)),
        ChosenSection(2, (chosen("d"), chosen("c"))),
        ChosenSection(3, (chosen("e"), chosen("g"))),
    )
    stories = shelf(e=edited, g=make_story("g"))
    after = replace(build(stories, Choice(sections=sections, more=(chosen("f"),))), subject="S")
    told = [(change.kind, change.story_id) for change in diff_editions(before, after)]
    assert told == [
        ("added", "g"),
        ("removed", "a"),
        ("moved", "b"),
        ("moved", "d"),
        ("moved", "c"),
        ("changed", "e"),
        ("edition", ""),
        ("edition", ""),
        ("edition", ""),
    ]
    texts = [change.text for change in diff_editions(before, after)]
    assert "'Headline of b': 'Catch up quick', place 1 → '1 big thing', place 1" in texts
    assert "headline 'Headline of e' → 'New headline'" in texts
    assert "subject:  → S" in texts


def test_removal_does_not_move_those_behind() -> None:
    """When the first story of a section goes, the others stay where they are among themselves."""
    without = Choice(sections=(ChosenSection(2, (chosen("d"),)),))
    with_both = Choice(sections=(ChosenSection(2, (chosen("c"), chosen("d"))),))
    kinds = [change.kind for change in diff_editions(build(choice=with_both), build(choice=without))]
    assert "moved" not in kinds


def test_changed_versions_are_told() -> None:
    """Another outlet that joins is a change of the story."""
    (change, *_) = diff_editions(
        build(choice=Choice(sections=(ChosenSection(0, (chosen("a"),)),))),
        build(choice=Choice(sections=(ChosenSection(0, (chosen("a", "a2"),)),))),
    )
    assert change.text == "'Headline of a': also reported by The Wire"
