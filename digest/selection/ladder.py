"""The fallback ladder for thin days: window and compiled rules of each rung; chooses no story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from digest.config.newsletter import Fallback, Newsletter
from digest.model.candidate import Candidate
from digest.selection.conditions import RuleScope, topic_families
from digest.selection.index import CandidateIndex
from digest.selection.rules import CompiledRule, compile_rule
from digest.selection.screening import Screen
from digest.selection.situation import Situation, ordinary_start


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder with all before it: 0 is the newsletter as written."""

    number: int
    title: str
    screen: Screen
    sections: tuple[CompiledRule, ...]
    more: CompiledRule | None
    extra: tuple[CompiledRule, ...]

    def rule_for(self, place: int) -> CompiledRule | None:
        """Return the rule of a place; None for further headlines that take what any section takes."""
        return self.sections[place] if place < len(self.sections) else self.more

    def admits(self, index: CandidateIndex, position: int, place: int) -> bool:
        """Return whether the story may stand in the place on this rung, apart from room and caps."""
        return not self.screen.verdict(position) and self.takes(index.candidates[position], place)

    def takes(self, candidate: Candidate, place: int) -> bool:
        """Return whether the rule of the place takes the story."""
        rule = self.rule_for(place)
        return any(rule.matches(candidate) for rule in ((rule,) if rule else self.sections))


def first_rung(newsletter: Newsletter, index: CandidateIndex, situation: Situation) -> Rung:
    """Return the newsletter's rules as written, without the ladder."""
    return next(climb(newsletter, index, situation))


def climb(newsletter: Newsletter, index: CandidateIndex, situation: Situation) -> Iterator[Rung]:
    """Yield the rungs from the newsletter as written to the last step, each with all before it."""
    families = topic_families(situation.topic_parents)
    regions = (newsletter.region,) if newsletter.region else ()
    oldest_at = ordinary_start(newsletter, situation)
    extra: tuple[CompiledRule, ...] = ()
    for number, step in enumerate((Fallback(), *newsletter.fallback)):
        if step.window is not None:
            oldest_at = min(oldest_at, situation.slot_at - step.window)
        scope = RuleScope(regions, newsletter.topic, families, situation.slot_at)
        regions = tuple(dict.fromkeys((*regions, *scope.resolve(step.regions))))
        scope = RuleScope(regions, newsletter.topic, families, situation.slot_at)
        # Sections with the same rule share it, and so its ranking.
        compiled = {section.match: compile_rule(section.match, scope) for section in newsletter.sections}
        if step.match is not None:
            extra = (*extra, compile_rule(step.match, scope))
        more = newsletter.more_headlines.match
        yield Rung(
            number,
            step.title,
            Screen(newsletter, situation, index, oldest_at=oldest_at),
            tuple(compiled[section.match] for section in newsletter.sections),
            compile_rule(more, scope) if more is not None else None,
            extra,
        )
