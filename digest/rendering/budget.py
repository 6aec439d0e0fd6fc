"""Making an edition smaller, least important things first; pure, measures nothing.

A plan is a list of steps: shorten the lower-ranked stories, then move them to the further headlines, then drop them.
The first story is shortened last and never moved.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from digest.model.edition import Edition, EditionSection, EditionStory
from digest.model.story import InlineHtml, Part, Story
from digest.rendering.inline import parse_inline, shorten_inline
from digest.rendering.views import MAX_BULLETS, MAX_HEADLINE, MAX_PARAGRAPHS, MAX_PARTS

SHORT_LEAD = 280
"""Characters that stay of the opening of a shortened story."""
SHORT_PART = 200
"""Characters that stay of its first labelled part."""
MAX_LOOKS = 7
"""Most sizes asked for in one search; seven halvings alone would find one step in 128."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do to one story."""

    what: Literal["shorten", "move", "drop"]
    story_id: str


def plan_steps(edition: Edition) -> tuple[Step, ...]:
    """Return every step that makes the edition smaller, in the order in which to take them."""
    first = edition.stories[0].story.id if edition.stories else ""
    full = [s for section in edition.sections if section.layout in ("lead", "story") for s in section.stories]
    movable = [s for section in edition.sections if section.layout != "headlines" for s in section.stories]
    shorten = [Step("shorten", s.story.id) for s in _lowest_first(full) if s.story.id != first]
    move = [Step("move", s.story.id) for s in _lowest_first(movable) if s.story.id != first]
    drop = [Step("drop", s.story.id) for s in _lowest_first(edition.stories) if s.story.id != first]
    return (*shorten, *move, *drop, *([Step("shorten", first)] if first else []))


def apply_steps(edition: Edition, steps: Sequence[Step]) -> Edition:
    """Return the edition after these steps: numbers run on again, words and minutes are what is left."""
    done = {what: {s.story_id for s in steps if s.what == what} for what in ("shorten", "move", "drop")}
    sections, moved = [], []
    for section in edition.sections:
        stories = [s for s in section.stories if s.story.id not in done["drop"]]
        moved += [s for s in stories if s.story.id in done["move"]]
        kept = tuple(_shortened(s, done["shorten"]) for s in stories if s.story.id not in done["move"])
        if kept:
            sections.append(replace(section, stories=kept))
    more = [s for s in edition.more if s.story.id not in done["drop"]]
    smaller = replace(edition, sections=_renumbered(sections), more=(*(replace(s, number=None) for s in moved), *more))
    return _recounted(smaller, before=edition)


def fewest_steps(size_after: Callable[[int], float], low: int, high: int, *, limit: float) -> int:
    """Return a count of steps above `low` whose size is within `limit`, as small as a few looks tell; else `high`.

    `size_after` falls from count to count, and is asked as seldom as possible: each guess lies where a straight line
    between the two nearest known sizes meets the limit, every third in the middle.
    """
    over, fits = low, high
    for turn in range(1, MAX_LOOKS + 1):
        if fits - over <= 1:
            break
        fall = size_after(over) - size_after(fits)
        share = 0.5 if turn % 3 == 0 or fall <= 0 else (size_after(over) - limit) / fall
        guess = min(fits - 1, max(over + 1, over + math.ceil(share * (fits - over))))
        if size_after(guess) <= limit:
            fits = guess
        else:
            over = guess
    return fits


def describe_steps(steps: Sequence[Step], edition: Edition) -> tuple[str, ...]:
    """Return in words what the steps did, one line a kind; a story is told by the last thing done to it."""
    last = {step.story_id: step.what for step in steps}
    headlines = {s.story.id: s.story.headline for s in edition.stories}
    words = {"shorten": "shortened", "move": "moved to further headlines", "drop": "left out"}
    lines = []
    for what, past in words.items():
        named = [headlines[story_id] for story_id, step in last.items() if step == what]
        if named:
            names = ", ".join(f"“{name[:60]}”" for name in named[:3]) + (" …" if len(named) > 3 else "")
            lines.append(f"to fit the size: {len(named)} {'story' if len(named) == 1 else 'stories'} {past}: {names}")
    return tuple(lines)


def _lowest_first(stories: Sequence[EditionStory]) -> list[EditionStory]:
    """Order by score, the later of two equals first."""
    ranked = sorted(enumerate(stories), key=lambda place: (place[1].score.total, -place[0]))
    return [entry for _, entry in ranked]


def _shortened(entry: EditionStory, ids: set[str]) -> EditionStory:
    if entry.story.id not in ids:
        return entry
    story = entry.story
    lead = tuple(_cut(paragraph, SHORT_LEAD) for paragraph in story.lead[:1])
    labelled = next((part for part in story.parts if part.label and part.text), None)
    parts = (Part(labelled.label, _cut(labelled.text, SHORT_PART)),) if labelled else ()
    return replace(entry, story=replace(story, lead=lead, parts=parts, picture=None))


def _cut(markup: InlineHtml, limit: int) -> InlineHtml:
    return InlineHtml(shorten_inline(parse_inline(markup), limit).__html__())


def _renumbered(sections: Sequence[EditionSection]) -> tuple[EditionSection, ...]:
    numbers = [s.number for section in sections for s in section.stories if s.number is not None]
    counter = iter(range(min(numbers, default=1), min(numbers, default=1) + len(numbers)))
    return tuple(
        replace(
            section,
            stories=tuple(s if s.number is None else replace(s, number=next(counter)) for s in section.stories),
        )
        for section in sections
    )


def _recounted(edition: Edition, *, before: Edition) -> Edition:
    """Take the words that went from the count; the reading time shrinks in proportion, to at least a minute."""
    if not before.word_count:
        return edition
    words = max(0, before.word_count - (_words_in(before) - _words_in(edition)))
    minutes = max(1, math.ceil(before.minutes * words / before.word_count))
    return replace(edition, word_count=words, minutes=min(before.minutes, minutes))


def _words_in(edition: Edition) -> int:
    return sum(
        _words_of(entry.story, in_full=section.layout in ("lead", "story"))
        for section in edition.sections
        for entry in section.stories
    ) + sum(_words_of(entry.story, in_full=False) for entry in edition.more)


def _words_of(story: Story, *, in_full: bool) -> int:
    count = len(story.headline[:MAX_HEADLINE].split())
    if in_full:
        parts = story.parts[:MAX_PARTS]
        texts = [text for part in parts for text in (part.label, part.text, *part.bullets[:MAX_BULLETS])]
        count += sum(len(parse_inline(text).text.split()) for text in (*story.lead[:MAX_PARAGRAPHS], *texts))
    return count
