"""Why one story is in an edition or is not: every rule that took or refused it, in words; chooses nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from digest.config.newsletter import Newsletter
from digest.model.candidate import Candidate
from digest.model.choice import Reason
from digest.selection.filling import Placed
from digest.selection.index import CandidateIndex
from digest.selection.ladder import first_rung
from digest.selection.planning import Plan, make_plan
from digest.selection.situation import Situation
from digest.selection.telling import (
    also_versions,
    chosen_reasons,
    duplicate_reason,
    match_reason,
    not_placed_reason,
    score_text,
)


def explain(
    newsletter: Newsletter, candidates: Iterable[Candidate] | CandidateIndex, situation: Situation, story_id: str
) -> tuple[bool, tuple[Reason, ...]]:
    """Return whether the edition takes the story, and each gate, rule, cap and rank that had a say."""
    index = CandidateIndex.of(candidates)
    position = index.position_of.get(story_id)
    if position is None:
        return False, (Reason("pool", False, f"no story {story_id} in the pool as far back as this newsletter looks"),)
    plan = make_plan(newsletter, index, situation)
    place = plan.filling.taken.get(index.events[position])
    placed = _find_placed(plan, place, position) if place is not None else None
    reasons = [*_matches_above(plan, position, place if placed else None)]
    if place is not None and placed is not None:
        return True, (*chosen_reasons(plan, place, placed), *reasons, *_edition_reason(plan))
    return False, (*_refusing(plan, position, place), *_edition_reason(plan))


def matching_ids(
    newsletter: Newsletter, candidates: Iterable[Candidate] | CandidateIndex, situation: Situation
) -> frozenset[str]:
    """Return the stories that the rules of sections or further headlines take, whatever their age, rank or history."""
    index = CandidateIndex.of(candidates)
    rung = first_rung(newsletter, index, situation)
    rules = {id(rule): rule for rule in (*rung.sections, rung.more) if rule is not None}.values()
    return frozenset(c.id for c in index.candidates if any(rule.matches(c) for rule in rules))


def _find_placed(plan: Plan, place: int, position: int) -> Placed | None:
    return next((story for story in plan.filling.places[place] if story.entry.position == position), None)


def _matches_above(plan: Plan, position: int, own: int | None) -> Iterator[Reason]:
    """Yield what the other sections say of a chosen story."""
    for number in range(plan.filling.more):
        if number != own:
            yield match_reason(plan, number, position)


def _refusing(plan: Plan, position: int, place: int | None) -> Iterator[Reason]:
    screen, filling = plan.rung.screen, plan.filling
    yield screen.reason(position, "window")
    gate = screen.verdict(position, any_age=True)
    if gate and gate != "window":
        yield screen.reason(position, gate)
    has_own_rule = plan.newsletter.more_headlines.match is not None
    says = {number: match_reason(plan, number, position) for number in range(filling.more + has_own_rule)}
    yield from says.values()
    fitting = [number for number, reason in says.items() if reason.took]
    if not fitting:
        return
    yield Reason("score", False, score_text(plan, plan.entry(position, fitting[0])))
    if place is not None:
        leader = next(
            s.entry.position
            for s in filling.places[place]
            if plan.index.events[s.entry.position] == plan.index.events[position]
        )
        yield duplicate_reason(plan, place, position, leader)
        if plan.index.candidates[position].id in also_versions(plan, leader):
            yield Reason("also", True, "told there under 'also in'")
    elif not screen.verdict(position):
        yield not_placed_reason(plan, position)


def _edition_reason(plan: Plan) -> Iterator[Reason]:
    needed = plan.newsletter.min_stories
    if plan.filling.stories < needed:
        yield Reason("edition", False, f"the edition is skipped: {plan.filling.stories} of {needed} stories needed")
