"""Summary and text from a story's own page, where the source allows it and its feed says too little."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from html import escape

from digest.config.sources import SourceConfig
from digest.errors import SourceError
from digest.model.story import InlineHtml, Story
from digest.sources.context import ReadingContext
from digest.sources.encoding import decode
from digest.sources.markup import bound_page
from digest.sources.normalise import MAX_BODY
from digest.sources.text import clean_text, strip_unwanted, summarise

MAX_PAGES = 20
ENOUGH_CHARACTERS = 300
_AT_ONCE = 2
_PARAGRAPH = 80


async def add_full_text(
    stories: Sequence[Story], source: SourceConfig, *, context: ReadingContext, since: datetime | None
) -> list[Story]:
    """Return the stories, short ones with summary, text and word count from their pages.

    At most 20 pages a reading, only of stories newer than the last one. The page's text is for
    summing up and routing: lead and parts stay what the feed gave. A page that fails changes nothing.
    """
    gate = asyncio.Semaphore(_AT_ONCE)
    wanted = [
        s for s in stories if len(s.body) < ENOUGH_CHARACTERS and s.url and (since is None or s.published_at > since)
    ]

    async def complete(story: Story) -> Story:
        async with gate:
            return await _complete(story, source, context=context)

    completed = await asyncio.gather(*(complete(story) for story in wanted[:MAX_PAGES]))
    by_id = {story.id: story for story in completed}
    return [by_id.get(story.id, story) for story in stories]


async def _complete(story: Story, source: SourceConfig, *, context: ReadingContext) -> Story:
    from digest.sources.fetch import fetch

    try:
        answer = await fetch(story.url, context=context, allow_private=source.allow_private)
    except SourceError:
        return story
    if answer.status != 200 or "html" not in answer.content_type:
        return story
    async with context.parsing:
        text = await asyncio.to_thread(extract_text, decode(answer.data, answer.content_type))
    lines = [line for line in text.split("\n") if line.casefold() != story.headline.casefold()]
    text = "\n".join(lines)
    if len(text) <= len(story.body):
        return story
    # Datelines and kickers come before the first paragraph that is long enough to be one.
    summary = summarise(clean_text(next((line for line in lines if len(line) >= _PARAGRAPH), text)))
    lead = story.lead or (InlineHtml(escape(summary, quote=False)),)
    return replace(story, summary=summary, lead=lead, body=text[:MAX_BODY], word_count=len(text.split()))


def extract_text(page: str) -> str:
    """Return the article's text of a page, a paragraph a line; "" where none is found."""
    import trafilatura

    found = trafilatura.extract(bound_page(page), include_comments=False, include_tables=False)
    return strip_unwanted(found or "")
