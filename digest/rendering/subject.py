"""Subject and preheader of an edition, from the newsletter's rules or an editor's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Template

from digest.config.newsletter import Newsletter
from digest.model.edition import Edition
from digest.rendering.cleaning import header_line
from digest.rendering.environment import line_environment, template_errors
from digest.rendering.shortening import cut_line

MAX_RULE = 2_000
"""Longest rule; one line of words needs far less."""

_ENVIRONMENT = line_environment()


class _NoStory:
    """Stands for a story that the edition has not got: false, and empty in every field."""

    headline = summary = source_name = url = ""

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class StoryWords:
    """What a rule may use of a story."""

    headline: str
    summary: str
    source_name: str
    url: str


def make_subject(edition: Edition, newsletter: Newsletter, *, day: str) -> tuple[str, str]:
    """Return subject and preheader, each one clean line within the newsletter's limits.

    An editor's own words in the edition win over the rules. Raises RenderError for a rule that fails.
    """
    rules = newsletter.subject
    words = _words(edition, newsletter, day)
    subject = edition.subject or _line(rules.subject, words, "subject")
    preheader = edition.preheader or _line(rules.preheader, words, "preheader") or _next_headlines(edition)
    lines = ((subject, rules.max_subject), (newsletter.name, rules.max_subject), (preheader, rules.max_preheader))
    cut = [cut_line(header_line(text, MAX_RULE), limit, newsletter.language) for text, limit in lines]
    return cut[0] or cut[1], cut[2]


def _next_headlines(edition: Edition) -> str:
    """Return what else there is to read, for a rule that says nothing (a lead without a summary)."""
    return " · ".join(entry.story.headline[:MAX_RULE] for entry in edition.stories[1:4])


def _words(edition: Edition, newsletter: Newsletter, day: str) -> Mapping[str, Any]:
    stories: list[StoryWords | _NoStory] = [
        StoryWords(*(text[:MAX_RULE] for text in (s.story.headline, s.story.summary, s.story.source_name, s.story.url)))
        for s in edition.stories[:3]
    ]
    lead, second, third = [*stories, *[_NoStory()] * 3][:3]
    about = {"date": day, "word_count": edition.word_count, "minutes": edition.minutes, "stories": len(edition.stories)}
    return {"lead": lead, "second": second, "third": third, "newsletter": newsletter, "edition": about}


def _line(rule: str, words: Mapping[str, Any], what: str) -> str:
    with template_errors(f"the rule {what}: {rule!r}"):
        return _compiled(rule[:MAX_RULE]).render(words)


@lru_cache(maxsize=1024)
def _compiled(rule: str) -> Template:
    return _ENVIRONMENT.from_string(rule)
