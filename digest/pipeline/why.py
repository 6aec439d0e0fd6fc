"""Why: what the rules of a newsletter say about one story, with the words that routed it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.config.newsletter import Newsletter
from digest.errors import NotFoundError
from digest.model.choice import Choice, Reason, Score
from digest.model.routes import Evidence, Route, Routes
from digest.model.story import Story
from digest.pipeline.overlay import Overlay, read_overlay
from digest.pipeline.overrides import load_override
from digest.pipeline.situations import load_candidates, load_situation
from digest.pipeline.steering import place_titles, steer
from digest.pipeline.workspace import Workspace
from digest.selection import CandidateIndex, choose, explain
from digest.selection.words import compile_words
from digest.store import editions, pool

_SHOWN = 5
"""Pieces of evidence that are told of a route, the strongest first."""


@dataclass(frozen=True, slots=True)
class StoryExplained:
    """The answer to `digest why`. `section` is where a selected story stands, `score` what it got there."""

    story_id: str
    headline: str
    selected: bool
    reasons: tuple[Reason, ...]
    newsletter: str
    slot_at: datetime
    section: str = ""
    score: Score = field(default_factory=Score)

    def as_json(self) -> Mapping[str, Any]:
        """Return the JSON of `digest why`; `steps` are the reasons with the rule that each speaks for."""
        return {
            "selected": self.selected,
            "story": self.story_id,
            "headline": self.headline,
            "newsletter": self.newsletter,
            "slot": self.slot_at.isoformat(),
            "section": self.section or None,
            "score": round(self.score.total, 4) if self.selected else None,
            "score_parts": {name: round(value, 4) for name, value in self.score.parts},
            "reasons": [reason.text for reason in self.reasons],
            "steps": [{"rule": reason.rule, "took": reason.took, "text": reason.text} for reason in self.reasons],
        }


def explain_story(
    workspace: Workspace, name: str, newsletter_id: str, *, slot_at: datetime | None = None
) -> StoryExplained:
    """Explain a story (id, URL, guid or words of its headline) for a newsletter's slot (now unless given).

    It speaks of the edition that `build` would make: folders are read as they are.
    Raises NotFoundError when no story, or no newsletter, is called so.
    """
    newsletter = workspace.project.get_newsletter(newsletter_id)
    overlay = asyncio.run(read_overlay(workspace))
    with workspace.store.read() as connection:
        story = _find_story(connection, overlay, name)
        routes = overlay.routes.get(story.id) or pool.load_routes(connection, [story.id]).get(story.id, Routes())
        situation = load_situation(workspace, connection, newsletter, slot_at=slot_at or workspace.clock())
        override = load_override(workspace.project.folder, newsletter, situation.slot_at)
        names = (story.id, *override.story_ids)
        candidates = load_candidates(connection, newsletter, situation, overlay=overlay, names=names)
        newsletter = steer(newsletter, override, candidates)
        index = CandidateIndex(candidates)
        selected, reasons = explain(newsletter, index, situation, story.id)
        cluster = next((candidate.cluster for candidate in candidates if candidate.id == story.id), "")
        reasons = tuple(_with_edition(connection, newsletter, story.id, cluster, reason) for reason in reasons)
    section, score = _place(newsletter, choose(newsletter, index, situation), story.id) if selected else ("", Score())
    return StoryExplained(
        story.id,
        story.headline,
        selected,
        (*_routed(routes, story), *reasons),
        newsletter.id,
        situation.slot_at,
        section=section,
        score=score,
    )


def _find_story(connection: Connection, overlay: Overlay, name: str) -> Story:
    """Return the story of the pool that is meant, else one of a folder that the pool has not read yet."""
    pooled = pool.find_story(connection, name)
    if pooled is not None:
        return overlay.stories.get(pooled.id, pooled)
    found = list(_called(name, overlay)) if name.strip() else []
    if len(found) > 1:
        raise NotFoundError("single story", name, [f"{story.id} ({story.headline})" for story in found[:6]])
    if not found:
        raise NotFoundError("story", name)
    return found[0]


def _called(name: str, overlay: Overlay) -> Iterator[Story]:
    words = name.casefold().split()
    for story in overlay.stories.values():
        is_named = name in (story.guid, story.url, story.canonical_url) or story.id.startswith(name)
        if is_named or all(word in story.headline.casefold() for word in words):
            yield story


def _place(newsletter: Newsletter, choice: Choice, story_id: str) -> tuple[str, Score]:
    titles = place_titles(newsletter)
    placed = [(titles[section.index], chosen) for section in choice.sections for chosen in section.stories]
    placed += [(titles[-1], chosen) for chosen in choice.more]
    return next((title, chosen.score) for title, chosen in placed if chosen.story_id == story_id)


def _with_edition(
    connection: Connection, newsletter: Newsletter, story_id: str, cluster: str, reason: Reason
) -> Reason:
    """Return the reason with the edition that told the story, where that was one."""
    tellers = {"used": (newsletter.id,), "told": newsletter.avoid_repeats_of}.get(reason.rule, ())
    told_in = (editions.find_telling(connection, teller, story_id, cluster) for teller in tellers)
    edition = next(filter(None, told_in), "")
    return replace(reason, text=f"{reason.text}: {edition}") if edition else reason


def _routed(routes: Routes, story: Story) -> Iterator[Reason]:
    for kind, found in (("region", routes.regions), ("topic", routes.topics)):
        for route in found:
            yield Reason(f"routed to {kind}", True, f"is about {route.id} {_evidence(route, story)}")
    for kind, found in (("region", routes.near_regions), ("topic", routes.near_topics)):
        for route in found:
            text = f"is not about {route.id}, though something speaks for it {_evidence(route, story)}"
            yield Reason(f"routed to {kind}", False, text)


def _evidence(route: Route, story: Story) -> str:
    shown = "; ".join(_said(item, story) for item in route.evidence[:_SHOWN])
    return f"(share {route.share:.2f}" + (f": {shown})" if shown else ")")


def _said(item: Evidence, story: Story) -> str:
    if item.place == "home":
        return f"its source is at home in {item.words}"
    if item.note == "nearest description":
        return f"it reads like “{item.words}”"
    note = f" ({item.note})" if item.note else ""
    return f"“{_as_written(item.words, story)}” in the {item.place}{note}"


def _as_written(words: str, story: Story) -> str:
    """Return a term as it stands in the story: `employee*` is “employees” there."""
    if not words.endswith("*"):
        return words
    found = compile_words((words,)).search(f"{story.headline}\n{story.body}".lower())
    return found[0] if found else words.rstrip("*")
