"""A sample edition that uses everything a template may print; for checking templates before there are stories."""

from __future__ import annotations

from datetime import UTC, datetime

from digest.config.newsletter import Newsletter
from digest.config.rules import Layout
from digest.model.choice import Score
from digest.model.edition import AlsoReported, DataFigure, Edition, EditionSection, EditionStory
from digest.model.story import InlineHtml, Part, Picture, Story

SAMPLE_AT = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
PICTURE_URL = "https://www.example.com/picture.png"


def full_edition(newsletter: Newsletter) -> Edition:
    """Return an edition with every layout, picture, part, figure and note."""
    layouts: tuple[Layout, ...] = ("lead", "story", "brief", "headlines")
    titles = [section.title for section in newsletter.sections] or ["Section"]
    sections = tuple(
        EditionSection(titles[index % len(titles)], layout, (_story(2 * index + 1), _story(2 * index + 2, bare=True)))
        for index, layout in enumerate(layouts)
    )
    return Edition(
        id=f"{newsletter.id}-sample",
        newsletter=newsletter.id,
        slot_at=SAMPLE_AT,
        sections=sections,
        more=(_story(9), _story(10, bare=True)),
        word_count=320,
        minutes=2,
        note="A note from the editor.",
        figures=(DataFigure("Label", "54° / 31°", "☀"), DataFigure("", "12")),
        fallback="From around the country",
    )


def bare_edition(newsletter: Newsletter) -> Edition:
    """Return the smallest edition: one story that has a headline and nothing else."""
    section = EditionSection(newsletter.sections[0].title, "lead", (_story(1, bare=True),))
    return Edition(id=f"{newsletter.id}-bare", newsletter=newsletter.id, slot_at=SAMPLE_AT, sections=(section,))


def _story(number: int, *, bare: bool = False) -> EditionStory:
    text = InlineHtml('A sentence with <a href="https://www.example.com/">a link</a> and <strong>weight</strong>.')
    story = Story(
        id=f"sample-{number}",
        guid=f"sample-{number}",
        url="" if bare else f"https://www.example.com/{number}",
        canonical_url=f"https://www.example.com/{number}",
        headline=f"Sample headline number {number}",
        source="sample",
        source_name="" if bare else "The Sample",
        published_at=SAMPLE_AT,
        fetched_at=SAMPLE_AT,
        lead=() if bare else (text, text),
        parts=() if bare else (Part("Why it matters", text, (text, text)), Part("", text)),
        summary="" if bare else "A sentence that sums up.",
        picture=None if bare else Picture(PICTURE_URL, 1200, 600, "A picture", "The Sample"),
        authors=() if bare else ("The desk",),
        is_sample=True,
    )
    also = () if bare else (AlsoReported("Another Sample", "https://other.example.com/"), AlsoReported("A Third", ""))
    return EditionStory(story, Score(), None if bare else number, also)
