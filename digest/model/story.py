"""A story: one normalised piece of news, as every stage after `sources` sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

InlineHtml = NewType("InlineHtml", str)
"""Sanitised inline markup: text with `<a href>`, `<strong>`, `<em>` only; entities for `& < >`."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a story; `width` and `height` in pixels where the source tells them."""

    url: str
    width: int | None = None
    height: int | None = None
    alt: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A labelled part such as "Why it matters": its label without the colon, its text, its bullets.

    `bullets_first` is never needed: in the brief style the text comes before the bullets.
    An unlabelled run of bullets or a plain paragraph after the lead has the label "".
    """

    label: str
    text: InlineHtml
    bullets: tuple[InlineHtml, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One normalised piece of news.

    `id` is ours and stable over edits; `guid` is the feed's own item id. `lead` is the opening
    paragraphs, `parts` what follows them; `summary` is plain text of at most two sentences,
    never empty unless the story has no text at all. `body` is the plain text that routing reads
    (headline excluded, at most 8,000 characters). All times are aware UTC.
    """

    id: str
    guid: str
    url: str
    canonical_url: str
    headline: str
    source: str
    source_name: str
    published_at: datetime
    fetched_at: datetime
    updated_at: datetime | None = None
    lead: tuple[InlineHtml, ...] = ()
    parts: tuple[Part, ...] = ()
    summary: str = ""
    body: str = ""
    picture: Picture | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str = ""
    word_count: int = 0
    embargo_until: datetime | None = None
    is_sample: bool = False
