"""What a template sees of an edition: cleaned, bounded, ready to print; decides no looks.

Every text is a `str` that the template escapes; every paragraph an `Inline` that prints as safe markup.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from digest.config.newsletter import MoreHeadlines, Newsletter
from digest.config.settings import Settings
from digest.model.edition import Edition, EditionStory
from digest.model.story import Part, Picture, Story
from digest.rendering.cleaning import escape_url, plain_line, safe_url
from digest.rendering.inline import MAX_MARKUP, Inline, parse_inline
from digest.rendering.phrases import Phrases

MAX_PARAGRAPHS = 12
MAX_PARTS = 20
MAX_BULLETS = 20
MAX_HEADLINE = 300
MAX_ALSO = 5
PICTURE_WIDTH = 592
"""Width of the text column: 640 less two margins of 24."""
PORTRAIT_WIDTH = 360
"""Width of a picture that is higher than wide."""
MAX_STORY_MARKUP = 30_000
"""Most characters of one story's paragraphs and bullets together; what follows is left out."""
SMALLEST_PICTURE = 100
"""Pictures known to be narrower or lower are icons or counters, and are left out."""

PictureUrl = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture; `width` is the one to show it at, in pixels."""

    url: str
    alt: str
    credit: str
    width: int


@dataclass(frozen=True, slots=True)
class PartView:
    """A labelled part; the label comes without its colon and may be empty."""

    label: str
    text: Inline
    bullets: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class AlsoView:
    """Another outlet that reports the same; `url` may be empty."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story; `dir` is set only where it differs from the edition's, `url` only where there is a page."""

    id: str
    number: int | None
    headline: str
    url: str
    source_name: str
    summary: str
    lead: tuple[Inline, ...]
    parts: tuple[PartView, ...]
    picture: PictureView | None
    also: tuple[AlsoView, ...]
    is_sample: bool
    dir: str
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section with at least one story."""

    title: str
    layout: str
    stories: tuple[StoryView, ...]


@dataclass(frozen=True, slots=True)
class FigureView:
    """A local figure of the masthead."""

    label: str
    value: str
    symbol: str


@dataclass(frozen=True, slots=True)
class SponsorView:
    """The sponsor's slot; `url` may be empty."""

    label: str
    name: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class EditionView:
    """The edition as templates see it; `day` is its date in the newsletter's zone."""

    id: str
    day: date
    date: str
    subject: str
    preheader: str
    sections: tuple[SectionView, ...]
    more: tuple[StoryView, ...]
    more_title: str
    word_count: int
    minutes: int
    note: Inline
    figures: tuple[FigureView, ...]
    fallback: str
    sponsor: SponsorView | None
    archive_url: str
    newsletter_url: str
    days: str


def view_edition(
    edition: Edition, newsletter: Newsletter, *, settings: Settings, phrases: Phrases, picture_url: PictureUrl
) -> EditionView:
    """Return what templates see of the edition; empty sections and unusable addresses are left out."""
    day = edition.slot_at.astimezone(newsletter.zone).date()
    home = str(settings.web.public_url).rstrip("/")

    def story(entry: EditionStory) -> StoryView:
        return view_story(entry, phrases, picture_url)

    sections = [
        SectionView(plain_line(section.title, 120), section.layout, tuple(map(story, section.stories)))
        for section in edition.sections
        if section.stories
    ]
    return EditionView(
        id=edition.id,
        day=day,
        date=phrases.date_long(day),
        subject=edition.subject,
        preheader=edition.preheader,
        sections=tuple(sections),
        more=tuple(map(story, edition.more)),
        more_title=_more_title(newsletter, phrases),
        word_count=edition.word_count,
        minutes=max(1, edition.minutes),
        note=parse_inline(edition.note or newsletter.note),
        figures=tuple(
            FigureView(plain_line(f.label, 40), plain_line(f.value, 60), plain_line(f.symbol, 8))
            for f in edition.figures[:6]
        ),
        fallback=plain_line(edition.fallback, 200),
        sponsor=_sponsor(newsletter),
        archive_url=f"{home}/archive/{newsletter.id}/{day.isoformat()}",
        newsletter_url=f"{home}/n/{newsletter.id}",
        days="because_by_hand" if edition.is_copy else _days(newsletter),
    )


def view_story(entry: EditionStory, phrases: Phrases, picture_url: PictureUrl) -> StoryView:
    """Return what templates see of a story: clean, and bounded in every direction."""
    story = entry.story
    headline = plain_line(story.headline, MAX_HEADLINE)
    direction = _direction(headline)
    text = _StoryText()
    lead = tuple(filter(None, map(text.read, story.lead[:MAX_PARAGRAPHS])))
    return StoryView(
        id=story.id[:200],
        number=entry.number,
        headline=headline,
        url=safe_url(story.url),
        source_name=plain_line(story.source_name, 80),
        summary=_summary(story, lead),
        lead=lead,
        parts=tuple(filter(None, (_part(part, text) for part in story.parts[:MAX_PARTS]))),
        picture=_picture(story.picture, headline, phrases, picture_url),
        also=tuple(AlsoView(plain_line(a.source_name, 80), safe_url(a.url)) for a in entry.also[:MAX_ALSO]),
        is_sample=story.is_sample,
        dir="" if direction in ("", phrases.dir) else direction,
        authors=tuple(plain_line(author, 80) for author in story.authors[:3]),
    )


def _summary(story: Story, lead: tuple[Inline, ...]) -> str:
    summary = plain_line(story.summary, 400)
    return summary or (plain_line(lead[0].text, 400) if lead else "")


class _StoryText:
    """Reads the paragraphs of one story until there are too many of them."""

    def __init__(self) -> None:
        self._left = MAX_STORY_MARKUP

    def read(self, markup: str) -> Inline:
        """Return the paragraph, or an empty one."""
        if self._left <= 0:
            return Inline(())
        self._left -= min(len(markup), MAX_MARKUP)
        return parse_inline(markup)


def _part(part: Part, story_text: _StoryText) -> PartView | None:
    text = story_text.read(part.text)
    bullets = tuple(filter(None, map(story_text.read, part.bullets[:MAX_BULLETS])))
    if not (text or bullets):
        return None
    return PartView(plain_line(part.label, 80).rstrip(": "), text, bullets)


def _picture(picture: Picture | None, headline: str, phrases: Phrases, picture_url: PictureUrl) -> PictureView | None:
    if picture is None or not (picture.url.startswith("media:") or safe_url(picture.url)):
        return None
    width, height = picture.width or 0, picture.height or 0
    if 0 < width < SMALLEST_PICTURE or 0 < height < SMALLEST_PICTURE:
        return None
    url = escape_url(picture_url(picture.url))
    if not url:
        return None
    widest = PORTRAIT_WIDTH if height > width > 0 else PICTURE_WIDTH
    return PictureView(
        url=url,
        alt=plain_line(picture.alt, 250) or phrases("picture_of", headline=headline),
        credit=plain_line(picture.credit, 160),
        width=min(width or widest, widest),
    )


def _sponsor(newsletter: Newsletter) -> SponsorView | None:
    sponsor = newsletter.sponsor
    if sponsor is None:
        return None
    return SponsorView(sponsor.label, sponsor.name, sponsor.text, safe_url(sponsor.url))


def _more_title(newsletter: Newsletter, phrases: Phrases) -> str:
    """Return the configured title; the default one is a fixed phrase and follows the language."""
    title = newsletter.more_headlines.title
    return phrases("more_headlines") if title == MoreHeadlines().title else title


def _days(newsletter: Newsletter) -> str:
    """Return the phrase that tells how often it comes, as far as the schedule says so in one word."""
    schedule = newsletter.schedule
    if schedule is None or schedule.cron or schedule.every_weeks != 1 or schedule.week_of_month or not schedule.at:
        return "because"
    if len(schedule.days) == 7:
        return "because_every_day"
    return "because_weekdays" if set(schedule.days) == {"mon", "tue", "wed", "thu", "fri"} else "because"


def _direction(text: str) -> str:
    """Return the direction of the first letter that has one (UAX 9, rule P2)."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return ""
