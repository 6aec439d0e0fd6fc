"""Newsletter + choice + stories → `Edition`: places, numbers, length; does not choose and makes no markup."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from digest.config.newsletter import Newsletter
from digest.config.rules import Layout
from digest.editions.words import count_words
from digest.model.choice import Choice, ChosenStory
from digest.model.edition import AlsoReported, DataFigure, Edition, EditionSection, EditionStory
from digest.model.story import Story

WORDS_PER_MINUTE = 238
"""Silent reading of English non-fiction by adults: M. Brysbaert, "How many words do we read per minute?", Journal of
Memory and Language 109 (2019)."""

_NUMBERED: tuple[Layout, ...] = ("lead", "story", "brief")


def build_edition(
    newsletter: Newsletter,
    choice: Choice,
    stories: Mapping[str, Story],
    *,
    slot_at: datetime,
    edition_id: str,
    source_names: Mapping[str, str],
    figures: Sequence[DataFigure] = (),
) -> Edition:
    """Put the chosen stories in their places; numbers run on over the sections.

    `stories` holds the chosen stories and their other versions by id. A chosen story that is not there any more is
    left out with a warning. `source_names` is what readers call a source; the feed's own name unless given.
    """
    shelf = _Shelf(stories, source_names)
    sections = tuple(_sections(newsletter, choice, shelf))
    more = tuple(shelf.place(chosen, None) for chosen in choice.more if chosen.story_id in stories)
    words = count_words(newsletter.note, sections, more)
    gone = [story_id for story_id in choice.story_ids if story_id not in stories]
    return Edition(
        id=edition_id,
        newsletter=newsletter.id,
        slot_at=slot_at,
        sections=sections,
        more=more,
        word_count=words,
        minutes=max(1, math.ceil(words / WORDS_PER_MINUTE)),
        note=newsletter.note,
        figures=tuple(figures),
        fallback=choice.fallback,
        warnings=tuple(f"story {story_id} is no longer in the pool and was left out" for story_id in gone),
    )


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Stories by id, with the names readers know their sources by."""

    stories: Mapping[str, Story]
    source_names: Mapping[str, str]

    def place(self, chosen: ChosenStory, number: int | None) -> EditionStory:
        story = self.stories[chosen.story_id]
        named = replace(story, source_name=self._source_name(story))
        return EditionStory(named, chosen.score, number, tuple(self._also(story, chosen.also)))

    def _source_name(self, story: Story) -> str:
        return self.source_names.get(story.source) or story.source_name or story.source

    def _also(self, leader: Story, story_ids: Sequence[str]) -> Iterator[AlsoReported]:
        """Yield other outlets' versions, each outlet once: two feeds may carry the name of one outlet."""
        told = {self._source_name(leader)}
        for story in (self.stories[story_id] for story_id in story_ids if story_id in self.stories):
            name = self._source_name(story)
            if name not in told and story.url:
                told.add(name)
                yield AlsoReported(name, story.url)


def _sections(newsletter: Newsletter, choice: Choice, shelf: _Shelf) -> Iterator[EditionSection]:
    numbers = itertools.count(1)
    for chosen_section in choice.sections:
        section = newsletter.sections[chosen_section.index]
        known = [chosen for chosen in chosen_section.stories if chosen.story_id in shelf.stories]
        is_numbered = section.layout in _NUMBERED
        placed = tuple(shelf.place(chosen, next(numbers) if is_numbered else None) for chosen in known)
        if placed:
            yield EditionSection(section.title, section.layout, placed)
