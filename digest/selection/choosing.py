"""A plan told as a `Choice`: chosen stories with their reasons, near misses, the skip; decides nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from digest.config.newsletter import Newsletter
from digest.model.candidate import Candidate
from digest.model.choice import Choice, ChosenSection, ChosenStory, Reason, Refusal
from digest.selection.filling import Placed
from digest.selection.index import CandidateIndex
from digest.selection.planning import Plan, make_plan
from digest.selection.situation import Situation
from digest.selection.telling import also_versions, chosen_reasons, duplicate_reason, not_placed_reason, used_rung

NEAR_MISSES = 100
"""Most refusals that a choice carries, the best scores first; `explain` answers for every other story."""


def choose(newsletter: Newsletter, candidates: Iterable[Candidate] | CandidateIndex, situation: Situation) -> Choice:
    """Choose the stories of one edition; the same input gives the same choice, in whatever order candidates come.

    `candidates` may reach further back than the window (`longest_window`); windows and the fallback ladder are applied
    here. For many newsletters over one pool, pass a `CandidateIndex` made once.
    """
    return tell(make_plan(newsletter, CandidateIndex.of(candidates), situation))


def tell(plan: Plan) -> Choice:
    """Return the plan as a choice, with reasons."""
    filling = plan.filling
    sections = tuple(
        ChosenSection(number, tuple(_chosen(plan, number))) for number in range(filling.more) if filling.places[number]
    )
    return Choice(
        sections=sections,
        more=tuple(_chosen(plan, filling.more)),
        refused=tuple(_refusals(plan)),
        found=plan.found,
        fallback=_fallback_title(plan),
        skip_reason=_skip_reason(plan),
    )


def in_reading_order(placed: Iterable[Placed]) -> list[Placed]:
    """Return pinned stories first, as they were named, then the others by what they count in their place."""
    stories = list(placed)
    pinned = [story for story in stories if story.how == "pinned"]
    others = [story for story in stories if story.how != "pinned"]
    return pinned + sorted(others, key=lambda story: (story.penalty + story.entry.cost, story.entry.position))


def _chosen(plan: Plan, number: int) -> Iterator[ChosenStory]:
    for placed in in_reading_order(plan.filling.places[number]):
        yield ChosenStory(
            story_id=plan.index.candidates[placed.entry.position].id,
            score=plan.ranker.scorer.score(placed.entry.position, placed.entry.about, placed.penalty),
            reasons=chosen_reasons(plan, number, placed),
            also=also_versions(plan, placed.entry.position),
        )


def _refusals(plan: Plan) -> Iterator[Refusal]:
    index, screen = plan.index, plan.rung.screen
    for kind, name in plan.missing:
        yield Refusal(name, (Reason(kind, False, f"no story with the id, GUID or URL {name} is in the pool"),))
    for position in sorted(plan.ranker.screened)[:NEAR_MISSES]:
        reason = screen.reason(position, screen.verdict(position, any_age=True))
        yield Refusal(index.candidates[position].id, (reason,))
    yield from _duplicates(plan)
    free = (entry for entry in plan.merged if index.events[entry.position] not in plan.filling.taken)
    for entry in islice(free, NEAR_MISSES):
        score = plan.ranker.scorer.score(entry.position, entry.about)
        yield Refusal(index.candidates[entry.position].id, (not_placed_reason(plan, entry.position),), score)


def _duplicates(plan: Plan) -> Iterator[Refusal]:
    for number, place in enumerate(plan.filling.places):
        for leader in (placed.entry.position for placed in in_reading_order(place)):
            for position in plan.index.find_versions(plan.index.events[leader]):
                if position != leader and not plan.rung.screen.verdict(position):
                    reason = duplicate_reason(plan, number, position, leader)
                    yield Refusal(plan.index.candidates[position].id, (reason,))


def _fallback_title(plan: Plan) -> str:
    """Return what the ladder's last used step says; "" when no story came from it."""
    rungs = [used_rung(plan, number, placed) for number, place in enumerate(plan.filling.places) for placed in place]
    used = sorted({rung.number: rung for rung in rungs if rung is not None and rung.number}.items())
    titles = [rung.title for _, rung in used if rung.title]
    return titles[-1] if titles else ""


def _skip_reason(plan: Plan) -> str:
    count, needed = plan.filling.stories, plan.newsletter.min_stories
    if count >= needed:
        return ""
    stories = "story" if count == 1 else "stories"
    if plan.found > count:
        return f"{count} {stories} left after caps and limits ({plan.found} found), {needed} needed"
    return f"{count} {stories} found, {needed} needed"
