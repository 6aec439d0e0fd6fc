"""The whole decision for one slot as data: rungs of the fallback ladder climbed, ranks, filled places. No words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from digest.config.newsletter import Newsletter
from digest.selection.filling import Filling
from digest.selection.index import CandidateIndex
from digest.selection.ladder import Rung, climb
from digest.selection.ranking import Entry, Ranker, merge
from digest.selection.rules import CompiledRule
from digest.selection.scoring import Scorer
from digest.selection.situation import Situation


@dataclass
class Plan:
    """The decision: the last rung climbed, what it ranked, and where stories stand. `missing` are pins not found."""

    newsletter: Newsletter
    situation: Situation
    index: CandidateIndex
    rungs: list[Rung]
    ranker: Ranker
    ranks: list[list[Entry]]
    filling: Filling
    extra: list[Entry] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)

    @property
    def rung(self) -> Rung:
        """The last rung climbed."""
        return self.rungs[-1]

    @property
    def found(self) -> int:
        """How many events there were to choose from."""
        if not self.newsletter.pinned and not self.newsletter.must_include:
            return len(self.merged)
        return len({self.index.events[entry.position] for entry in self.merged} | self.filling.taken.keys())

    def entry(self, position: int, place: int) -> Entry:
        """Return the story as the rule of the place sees it; as its best section does where the place has no rule."""
        rule = self.rung.rule_for(place)
        candidate = self.index.candidates[position]
        rules: list[CompiledRule | None] = (
            [rule] if rule else [other for other in self.rung.sections if other.matches(candidate)]
        )
        return min(self.ranker.entry(position, fitting) for fitting in rules or [None])

    @cached_property
    def merged(self) -> list[Entry]:
        """All that matched anywhere, each event once, best first."""
        if self.rung.more is None and not self.extra:
            return self.ranks[-1]
        return merge((*self.ranks, self.extra), self.index)


def make_plan(newsletter: Newsletter, index: CandidateIndex, situation: Situation) -> Plan:
    """Decide for one slot, climbing the ladder until the edition has enough stories or the ladder ends."""
    scorer = Scorer(newsletter, situation, index)
    rungs: list[Rung] = []
    for rung in climb(newsletter, index, situation):
        rungs.append(rung)
        plan = _plan_on(newsletter, situation, rungs=list(rungs), ranker=Ranker(index, rung.screen, scorer))
        if plan.filling.stories >= newsletter.min_stories:
            break
    return plan


def _plan_on(newsletter: Newsletter, situation: Situation, *, rungs: list[Rung], ranker: Ranker) -> Plan:
    rung = rungs[-1]
    ranks = [ranker.rank(rule) for rule in rung.sections]
    ranks.append(ranker.rank(rung.more) if rung.more else merge(ranks, ranker.index))
    filling = Filling(newsletter, ranker.index, ranks)
    plan = Plan(newsletter, situation, ranker.index, rungs, ranker, ranks, filling)
    for number, entry in _pinned(plan):
        filling.put(number, entry, "pinned")
    filling.fill_leads()
    for number, entry in _must_include(plan):
        filling.put(number, entry, "must_include")
    filling.fill_all()
    if rung.extra and filling.stories < newsletter.min_stories:
        _fill_from_extra(plan)
    return plan


def _fill_from_extra(plan: Plan) -> None:
    """Fill the further headlines and then the sections, up to `min_stories`, from the ladder's own rules."""
    filling = plan.filling
    plan.extra = merge([plan.ranker.rank(rule) for rule in plan.rung.extra], plan.index)
    for number in range(filling.more + 1):
        filling.replace_rank(number, plan.extra)
    if not any(filling.places[number] for number in filling.order):
        # An edition opens with a story: subject line and lead are made from it.
        filling.fill(filling.order[0], "fallback", at_most=1)
    filling.fill(filling.more, "fallback")
    for number in range(filling.more):
        lacking = plan.newsletter.min_stories - filling.stories
        if lacking <= 0:
            return
        filling.fill(number, "fallback", at_most=lacking)


def _pinned(plan: Plan) -> Iterator[tuple[int, Entry]]:
    """Yield pinned stories: the first one leads, each further one opens the first place that takes it."""
    filling = plan.filling
    for rank, position in enumerate(_named(plan, plan.newsletter.pinned, "pinned")):
        free = [number for number in range(filling.more) if filling.has_room(number)] or [filling.more]
        fitting = [number for number in free if _fits(plan, position, number)]
        number = filling.order[0] if rank == 0 else (fitting or free)[0]
        yield number, plan.entry(position, number)


def _must_include(plan: Plan) -> Iterator[tuple[int, Entry]]:
    """Yield stories that must stand somewhere and do not lead: in the first section that takes them, or at the end."""
    filling = plan.filling
    for position in _named(plan, plan.newsletter.must_include, "must_include"):
        free = (number for number in range(filling.more) if filling.has_room(number))
        number = next((number for number in free if _fits(plan, position, number)), filling.more)
        yield number, plan.entry(position, number)


def _fits(plan: Plan, position: int, number: int) -> bool:
    rule = plan.rung.rule_for(number)
    return rule is not None and rule.matches(plan.index.candidates[position])


def _named(plan: Plan, names: tuple[str, ...], kind: str) -> Iterator[int]:
    """Yield the best version of each named story that no gate keeps out; their age does not matter."""
    for name in names:
        positions = plan.index.find_named(name)
        if not positions:
            plan.missing.append((kind, name))
            continue
        gates = {position: plan.rung.screen.verdict(position, any_age=True) for position in positions}
        allowed = [position for position in positions if not gates[position]]
        plan.ranker.screened.update(position for position in positions if not allowed)
        if allowed and plan.index.events[allowed[0]] not in plan.filling.taken:
            yield plan.ranker.best_version(allowed)
