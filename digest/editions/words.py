"""How many words of an edition a reader reads; knows nothing of markup beyond story text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from digest.config.rules import Layout
from digest.model.edition import EditionSection, EditionStory
from digest.model.story import Story

_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w(?:[\w'’.,@/&-]*\w)?")


def count_words(note: str, sections: Sequence[EditionSection], more: Sequence[EditionStory]) -> int:
    """Return the words of note, section titles, headlines and of each story as much as its layout shows."""
    texts = [note]
    for section in sections:
        texts.append(section.title)
        texts += (text for placed in section.stories for text in shown_texts(placed.story, section.layout))
    texts += (placed.story.headline for placed in more)
    return sum(len(_WORD.findall(text)) for text in texts)


def shown_texts(story: Story, layout: Layout) -> Iterator[str]:
    """Yield the plain text that a layout shows of a story: all of it, headline and summary, or the headline alone."""
    yield story.headline
    if layout == "brief":
        yield story.summary
    elif layout != "headlines":
        yield from _plain(story.lead)
        for part in story.parts:
            yield part.label
            yield from _plain((part.text, *part.bullets))
        if not story.lead and not story.parts:
            yield story.summary


def _plain(markup: Iterable[str]) -> Iterator[str]:
    return (html.unescape(_TAG.sub("", text)) for text in markup)
