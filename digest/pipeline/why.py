"""Why: what the rules of a newsletter say about one story, with the words that routed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.errors import NotFoundError
from digest.model.choice import Reason
from digest.model.routes import Route, Routes
from digest.pipeline.overrides import load_override
from digest.pipeline.situations import load_candidates, load_situation
from digest.pipeline.steering import steer
from digest.pipeline.workspace import Workspace
from digest.selection import explain
from digest.store import pool


@dataclass(frozen=True, slots=True)
class StoryExplained:
    """The answer to `digest why`."""

    story_id: str
    headline: str
    selected: bool
    reasons: tuple[Reason, ...]


def explain_story(
    workspace: Workspace, name: str, newsletter_id: str, *, slot_at: datetime | None = None
) -> StoryExplained:
    """Explain a story (id, URL, guid or words of its headline) for a newsletter's slot (now unless given).

    Raises NotFoundError when no story, or no newsletter, is called so.
    """
    newsletter = workspace.project.get_newsletter(newsletter_id)
    with workspace.store.read() as connection:
        story = pool.find_story(connection, name)
        if story is None:
            raise NotFoundError("story", name)
        routes = pool.load_routes(connection, [story.id]).get(story.id, Routes())
        situation = load_situation(workspace, connection, newsletter, slot_at=slot_at or workspace.clock())
        candidates = load_candidates(connection, newsletter, situation)
    newsletter = steer(newsletter, load_override(workspace.project.folder, newsletter, situation.slot_at), candidates)
    selected, reasons = explain(newsletter, candidates, situation, story.id)
    return StoryExplained(story.id, story.headline, selected, (*_routed(routes), *reasons))


def _routed(routes: Routes) -> list[Reason]:
    told = [("region", True, routes.regions), ("topic", True, routes.topics)]
    told += [("region", False, routes.near_regions), ("topic", False, routes.near_topics)]
    return [
        Reason(f"routed to {kind}", took, f"{'is' if took else 'is not quite'} about {route.id} {_evidence(route)}")
        for kind, took, found in told
        for route in found
    ]


def _evidence(route: Route) -> str:
    shown = "; ".join(
        f"“{item.words}” in the {item.place}" + (f" ({item.note})" if item.note else "") for item in route.evidence[:5]
    )
    return f"(share {route.share:.2f}" + (f": {shown})" if shown else ")")
