"""FeedItem → Story: cleaned, cut into lead and parts, summed up, identified; does no I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.config.sources import SourceConfig
from digest.model.story import Picture, Story
from digest.sources.blocks import Document, parse_blocks, resolve_address
from digest.sources.identity import canonical_url, identity_keys, story_id
from digest.sources.item import FeedItem, ParsedFeed
from digest.sources.language import detect_language, normal_language
from digest.sources.parts import Body, find_parts
from digest.sources.pictures import choose_picture
from digest.sources.text import clean_text, headline_from, shorten, strip_teaser, strip_unwanted, summarise
from digest.sources.tidy import tidy_blocks

MAX_BODY = 8_000
MAX_HEADLINE = 300
UNTITLED = "Untitled"
_PARAGRAPH = 40
_MAX_ADDRESS = 2_000


@dataclass(frozen=True, slots=True)
class Normalising:
    """What normalising needs besides the items: their source, the time, the labels of parts."""

    source: SourceConfig
    now: datetime
    labels: tuple[str, ...] = ()


def normalise_feed(feed: ParsedFeed, task: Normalising) -> list[Story]:
    """Return the stories of a feed in its order, each once, within the source's `max_items` and `max_age`."""
    items = feed.items[: task.source.max_items]
    site = feed.url or ""
    keys = identity_keys(items, site_url=site)
    name = task.source.name or feed.title or task.source.id
    stories: dict[str, Story] = {}
    for item, key in zip(items, keys, strict=True):
        story = normalise_item(item, task, key=key, source_name=name)
        if _is_too_old(story, task):
            continue
        known = stories.get(story.id)
        if known is None or _moment(story) > _moment(known):
            stories[story.id] = story
    return list(stories.values())


def normalise_item(item: FeedItem, task: Normalising, *, key: str, source_name: str) -> Story:
    """Return the story of one item; even one without a word is a story, so that none is lost unseen."""
    document, body = _body(item, task.labels)
    plain = strip_teaser(body.plain)
    headline = _headline(item, plain)
    url = resolve_address(item.url, item.base)[:_MAX_ADDRESS] if item.url else ""
    published, updated = _dates(item, task.now)
    return Story(
        id=story_id(task.source.id, key),
        guid=strip_unwanted(item.guid)[:_MAX_ADDRESS],
        url=url,
        canonical_url=canonical_url(url),
        headline=headline,
        source=task.source.id,
        source_name=clean_text(source_name)[:200],
        published_at=published,
        fetched_at=task.now,
        updated_at=updated,
        lead=body.lead,
        parts=body.parts,
        summary=_summary(item, body, headline),
        body=plain[:MAX_BODY],
        picture=_picture(item, document, body.credit),
        authors=tuple(name for raw in item.authors if (name := clean_text(raw))),
        categories=tuple(word for raw in item.categories if (word := clean_text(raw))),
        language=normal_language(item.language) or detect_language(f"{headline} {plain}"),
        word_count=len(plain.split()),
        embargo_until=item.embargo_until,
        is_sample=item.is_sample or task.source.samples,
    )


def _headline(item: FeedItem, plain: str) -> str:
    """The item's own, or made from its text, or from the last words of its address."""
    headline = shorten(clean_text(item.title), MAX_HEADLINE) or headline_from(clean_text(plain))
    if headline:
        return headline
    path = item.url.partition("?")[0].partition("#")[0].rstrip("/")
    words = clean_text(re.sub(r"\.\w{2,5}$|[-_+%]+", " ", path.rsplit("/", 1)[-1] if path.count("/") > 2 else ""))
    return shorten(words[:1].upper() + words[1:], MAX_HEADLINE) or UNTITLED


def _body(item: FeedItem, labels: tuple[str, ...]) -> tuple[Document, Body]:
    """Take the fuller of content and summary as the text."""
    html = item.content if len(item.content) >= len(item.summary) else item.summary
    document = parse_blocks(html, item.base)
    blocks = tidy_blocks(document.blocks, headline=item.title, url=item.url, labels=labels)
    return document, find_parts(blocks, labels)


def _summary(item: FeedItem, body: Body, headline: str) -> str:
    """Two sentences: of the feed's own summary where it has one besides its content, else of the text."""
    texts = [body.plain.split("\n")]
    if item.summary and item.content:
        own = tidy_blocks(parse_blocks(item.summary, item.base).blocks, headline=headline, url=item.url)
        texts.insert(0, [block.text for block in own])
    for paragraphs in texts:
        first = next((text for text in paragraphs if len(text) >= _PARAGRAPH), paragraphs[0] if paragraphs else "")
        if (summed := summarise(first)) and summed.casefold() != headline.casefold():
            return summed
    return headline


def _picture(item: FeedItem, document: Document, credit: str) -> Picture | None:
    return choose_picture(item.pictures, document.pictures, base=item.base, credit=credit)


def _dates(item: FeedItem, now: datetime) -> tuple[datetime, datetime | None]:
    """Published never lies ahead of the reading; what has no date was published now."""
    published = item.published_at or item.updated_at or now
    updated = min(item.updated_at, now).astimezone(UTC) if item.updated_at else None
    published = min(published, now).astimezone(UTC)
    return published, updated if updated and updated > published else None


def _is_too_old(story: Story, task: Normalising) -> bool:
    return task.source.max_age is not None and story.published_at < task.now - task.source.max_age


def _moment(story: Story) -> datetime:
    return story.updated_at or story.published_at


def normalise_one(item: FeedItem, task: Normalising) -> Story:
    """Return the story of an item that stands alone."""
    keys: Sequence[str] = identity_keys([item])
    return normalise_item(item, task, key=keys[0], source_name=task.source.name or task.source.id)
