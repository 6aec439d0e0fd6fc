"""The reasons of a plan in words, and the other versions of a chosen story; decides nothing."""

from __future__ import annotations

from bisect import bisect_left

from digest.model.choice import Reason
from digest.selection.filling import Placed
from digest.selection.ladder import Rung
from digest.selection.planning import Plan
from digest.selection.ranking import Entry
from digest.selection.situation import Situation
from digest.selection.wording import join_words


def chosen_reasons(plan: Plan, number: int, placed: Placed) -> tuple[Reason, ...]:
    """Return why the story stands in its place: window, match, ladder, score, rank among its rivals, versions."""
    position = placed.entry.position
    reasons = [plan.rung.screen.reason(position, "window"), match_reason(plan, number, position)]
    rung = used_rung(plan, number, placed)
    if placed.how in ("pinned", "must_include"):
        words = "pinned by the newsletter" if placed.how == "pinned" else "must stand in the edition (must_include)"
        reasons.append(Reason(placed.how, True, words))
    elif rung is not None and rung.number:
        title = f" ({rung.title})" if rung.title else ""
        reasons.append(Reason("fallback", True, f"taken on step {rung.number} of the fallback ladder{title}"))
    reasons.append(Reason("score", True, score_text(plan, placed.entry, placed.penalty)))
    if placed.how == "rank":
        reasons.append(_rank_reason(plan, number, placed.entry))
    others = also_versions(plan, position)
    if others:
        versions = "version" if len(others) == 1 else "versions"
        sources = _sources(plan, position, others)
        text = f"leads {len(others)} other {versions} of the same event, told under 'also in'{sources}"
        reasons.append(Reason("duplicate", True, text))
    return tuple(reasons)


def _sources(plan: Plan, position: int, story_ids: tuple[str, ...]) -> str:
    versions = (plan.index.candidates[one] for one in plan.index.find_versions(plan.index.events[position]))
    sources = {version.id: version.source for version in versions}
    known = [sources[story_id] for story_id in story_ids if story_id in sources]
    return f" ({', '.join(known)})" if known else ""


def match_reason(plan: Plan, number: int, position: int) -> Reason:
    """Return whether the place's rule takes the story, with what in it says so."""
    candidate = plan.index.candidates[position]
    rule = plan.rung.rule_for(number)
    if rule is None:
        fitting = (rule for rule in plan.rung.sections if rule.matches(candidate))
        rule = next(fitting, plan.rung.sections[0])
    if not rule.matches(candidate):
        rule = next((extra for extra in plan.rung.extra if extra.matches(candidate)), rule)
    took = rule.matches(candidate)
    verb = "takes it" if took else "does not take it"
    return Reason("match", took, f"{place_name(plan, number)} {verb}: {rule.explain(candidate)}")


def place_name(plan: Plan, number: int) -> str:
    """Return "section '…'" or "the list '…'"."""
    kind = "the list" if number == plan.filling.more else "section"
    return f"{kind} {plan.filling.title(number)!r}"


def score_text(plan: Plan, entry: Entry, penalty: float = 0.0) -> str:
    """Return "score 4.21 = aboutness 2.40 + freshness 1.81"."""
    score = plan.ranker.scorer.score(entry.position, entry.about, penalty)
    parts = " + ".join(f"{name} {value:.2f}" for name, value in score.parts).replace("+ variety -", "- variety ")
    return f"score {score.total:.2f} = {parts}" if parts else "score 0.00"


def not_placed_reason(plan: Plan, position: int) -> Reason:
    """Return why a story that matches and passes stands nowhere: a cap, or better stories."""
    filling, candidate = plan.filling, plan.index.candidates[position]
    cap = filling.capped.get(plan.index.events[position])
    if cap:
        return Reason("cap", False, cap)
    fitting = [
        number for number in range(filling.more + 1) if filling.limit(number) and plan.rung.takes(candidate, number)
    ]
    return Reason("limit", False, _no_room(plan, fitting, position))


def duplicate_reason(plan: Plan, place: int, position: int, leader: int) -> Reason:
    """Return that another version of the story's event, at position `leader`, stands in the edition, and why."""
    story = plan.index.candidates[leader]
    where = f"{story.id}, {story.headline!r} ({story.source}), which leads in {place_name(plan, place)}"
    return Reason("duplicate", False, f"the same event as {where}: {_version_text(plan, position, leader)}")


def _version_text(plan: Plan, position: int, leader: int) -> str:
    own, other = plan.ranker.scorer.version_rank(position), plan.ranker.scorer.version_rank(leader)
    if own > other:
        return "it is the version that fits there"
    return f"as a version it counts {other:.2f}, this one {own:.2f} (source, freshness, completeness, picture)"


def _no_room(plan: Plan, fitting: list[int], position: int) -> str:
    """Return which places take the story and are full, and by how much it missed the nearest one."""
    filling = plan.filling
    if not fitting and not plan.extra:
        return f"only {place_name(plan, filling.more)} takes it, whose limit is 0"
    if not fitting:
        return "only a rule of the fallback ladder takes it, and enough stories were found"
    kept = [number for number in fitting if filling.has_room(number)]
    if kept:
        places = join_words((place_name(plan, number) for number in kept), "and")
        return f"{places} left it to a section with reserve: true"
    gap, nearest = min((_gap(plan, number, position), number) for number in fitting)
    own = plan.entry(position, nearest).total - filling.penalty(position)
    text = f"{place_name(plan, nearest)} is full ({filling.limit(nearest)}): "
    text += f"its last story scores {own + gap:.2f}, this one {own:.2f} after variety"
    others = join_words((f"{filling.title(number)!r}" for number in fitting if number != nearest), "and")
    return text + (
        f"; {others}, which would take it too, {'are' if len(fitting) > 2 else 'is'} full as well" if others else ""
    )


def _gap(plan: Plan, number: int, position: int) -> float:
    """Return how many points the story is behind the last one of a full place."""
    filling = plan.filling
    last = min((story.entry.total - story.penalty for story in filling.places[number]), default=0.0)
    return last - (plan.entry(position, number).total - filling.penalty(position))


def _rank_reason(plan: Plan, number: int, entry: Entry) -> Reason:
    rivals = plan.ranks[number]
    rank = bisect_left(rivals, entry) + 1
    return Reason("rank", True, f"number {rank} of {len(rivals)} that fit {place_name(plan, number)}")


def used_rung(plan: Plan, number: int, placed: Placed) -> Rung | None:
    """Return the first rung of the ladder on which the story could stand there; None where it was put by hand."""
    if placed.how in ("pinned", "must_include"):
        return None
    admitting = (rung for rung in plan.rungs if rung.admits(plan.index, placed.entry.position, number))
    return next(admitting, plan.rung)


def also_versions(plan: Plan, leader: int) -> tuple[str, ...]:
    """Return the other outlets' versions of the event, the best one of each outlet, best first.

    Versions under embargo, banned or published after the window are left out; their age does not matter.
    """
    index, situation = plan.index, plan.situation
    candidates = index.candidates
    versions = index.find_versions(index.events[leader])
    known = {candidates[position].id for position in versions}
    told = [p for p in versions if p != leader and not plan.rung.screen.verdict(p, any_age=True)]
    told.sort(key=lambda position: (-plan.ranker.scorer.version_rank(position), position))
    outlets = {candidates[leader].source}
    also: list[str] = []
    for position in told:
        if candidates[position].source not in outlets:
            outlets.add(candidates[position].source)
            also.append(candidates[position].id)
    return (*also, *_other_stories(situation, candidates[leader].cluster, known))


def _other_stories(situation: Situation, cluster: str, known: set[str]) -> tuple[str, ...]:
    return tuple(sorted(story for story in situation.clusters.get(cluster, ()) if story not in known))
