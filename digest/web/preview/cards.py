"""The facts the bench shows beside an edition: when, how much, which stories and why, what the lint says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from digest.config.newsletter import Newsletter
from digest.errors import DigestError
from digest.model.choice import ChosenStory
from digest.pipeline.assemble import Assembled
from digest.web.preview.bench import Bench


@dataclass(frozen=True, slots=True)
class Card:
    """A newsletter in the overview."""

    id: str
    name: str
    kind: str
    accent_light: str
    accent_dark: str
    slot: str
    stories: int
    problem: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything beside one edition."""

    card: Card
    others: list[Card]
    newsletter: Newsletter
    assembled: Assembled
    size_percent: int
    chosen: list[dict[str, Any]]


def newsletter_card(bench: Bench, newsletter_id: str) -> Card:
    """Return the card of one newsletter; what is wrong with its edition stands on it."""
    problem, stories = "", 0
    try:
        assembled = bench.edition(newsletter_id)
        stories = len(assembled.edition.stories) if assembled.edition else 0
        problem = assembled.skip_reason or (assembled.errors[0].message if assembled.errors else "")
    except DigestError as error:
        problem = str(error)
    return _card(bench, newsletter_id, stories=stories, problem=problem)


def newsletter_facts(bench: Bench, newsletter_id: str) -> Facts:
    """Return the facts of one newsletter's next edition; raises what assembling raises."""
    assembled = bench.edition(newsletter_id)
    workspace = bench.workspace
    limit = workspace.project.settings.lint.max_bytes
    size = assembled.rendered.html_bytes if assembled.rendered else 0
    stories = len(assembled.edition.stories) if assembled.edition else 0
    return Facts(
        card=_card(bench, newsletter_id, stories=stories, problem=assembled.skip_reason),
        others=[_card(bench, other) for other in workspace.project.newsletters],
        newsletter=assembled.newsletter,
        assembled=assembled,
        size_percent=min(100, round(100 * size / limit)),
        chosen=_chosen(assembled),
    )


def _card(bench: Bench, newsletter_id: str, *, stories: int = 0, problem: str = "") -> Card:
    newsletter = bench.workspace.project.get_newsletter(newsletter_id)
    slot = bench.next_slot(newsletter).astimezone(newsletter.zone)
    return Card(
        id=newsletter.id,
        name=newsletter.name,
        kind=newsletter.kind,
        accent_light=newsletter.accent.light,
        accent_dark=newsletter.accent.dark,
        slot=f"{slot:%a %b} {slot.day}, {slot:%H:%M %Z}",
        stories=stories,
        problem=problem,
    )


def _chosen(assembled: Assembled) -> list[dict[str, Any]]:
    if assembled.edition is None:
        return []
    headlines = {item.story.id: item.story for item in assembled.edition.stories}
    titles = {
        section.index: assembled.newsletter.sections[section.index].title for section in assembled.choice.sections
    }
    placed: list[tuple[str, ChosenStory]] = [
        (titles[section.index], story) for section in assembled.choice.sections for story in section.stories
    ]
    placed += [(assembled.newsletter.more_headlines.title, story) for story in assembled.choice.more]
    return [
        {
            "section": title,
            "headline": headlines[chosen.story_id].headline,
            "source": headlines[chosen.story_id].source_name,
            "score": round(chosen.score.total, 2),
            "parts": [(name, round(value, 2)) for name, value in chosen.score.parts],
            "reasons": [reason.text for reason in chosen.reasons],
        }
        for title, chosen in placed
        if chosen.story_id in headlines
    ]
