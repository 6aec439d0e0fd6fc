"""Rules of sections as compiled predicates that can say why they hold or not; does not rank or choose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from digest.config.rules import Rule
from digest.model.candidate import Candidate
from digest.selection.conditions import Condition, RuleScope, make_conditions

Key = tuple[str, str]
"""What an index files stories under: ("region" | "topic" | "source", id)."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to match. `key_options` are sets of keys; a story that matches has at least one key of each set."""

    conditions: tuple[Condition, ...]
    all: tuple[CompiledRule, ...]
    any: tuple[CompiledRule, ...]
    none: tuple[CompiledRule, ...]
    key_options: tuple[frozenset[Key], ...]

    @property
    def takes_all(self) -> bool:
        """Whether the rule asks for nothing."""
        return not (self.conditions or self.all or self.any or self.none)

    @property
    def names_nothing(self) -> bool:
        """Whether the rule names no region and no topic that a story could be about."""
        if any(condition.share for condition in self.conditions):
            return False
        return all(rule.names_nothing for rule in (*self.all, *self.any))

    def matches(self, candidate: Candidate) -> bool:
        """Return whether the story is what the rule asks for."""
        for condition in self.conditions:
            if not condition.holds(candidate):
                return False
        for rule in self.all:
            if not rule.matches(candidate):
                return False
        if self.any and not any(rule.matches(candidate) for rule in self.any):
            return False
        return not (self.none and any(rule.matches(candidate) for rule in self.none))

    def find_aboutness(self, candidate: Candidate) -> float | None:
        """Return how much a matching story is about what the rule names: the mean share; None if it names nothing."""
        shares = [condition.share(candidate) for condition in self.conditions if condition.share]
        shares += [share for rule in self.all if (share := rule.find_aboutness(candidate)) is not None]
        held = (rule.find_aboutness(candidate) for rule in self.any if rule.matches(candidate))
        best = max((share for share in held if share is not None), default=None)
        if best is not None:
            shares.append(best)
        return sum(shares) / len(shares) if shares else None

    def explain(self, candidate: Candidate) -> str:
        """Return in words what made the story match, or what was missing."""
        said = list(self._said(candidate, held=self.matches(candidate)))
        return "; ".join(said) or "takes every story"

    def _said(self, candidate: Candidate, *, held: bool) -> Iterator[str]:
        yield from (c.evidence(candidate) for c in self.conditions if c.holds(candidate) is held)
        yield from (rule.explain(candidate) for rule in self.all if rule.matches(candidate) is held)
        fitting = [rule.explain(candidate) for rule in self.any if rule.matches(candidate)]
        if held and fitting:
            yield fitting[0]
        elif not held and self.any and not fitting:
            yield "none of: " + " | ".join(rule.explain(candidate) for rule in self.any)
        if not held:
            yield from (f"excluded: {rule.explain(candidate)}" for rule in self.none if rule.matches(candidate))


def compile_rule(rule: Rule, scope: RuleScope, least: float | None = None) -> CompiledRule:
    """Compile a rule within its scope.

    `least` is the strictness of the enclosing rule, which holds for the rules inside `all` and `any` unless they
    have their own; not inside `none`, where any share counts.
    """
    strictness = rule.strictness if rule.strictness is not None else least
    conditions = tuple(make_conditions(rule, scope, strictness or 0.0))
    every = tuple(compile_rule(part, scope, strictness) for part in rule.all)
    some = tuple(compile_rule(part, scope, strictness) for part in rule.any)
    none = tuple(compile_rule(part, scope) for part in rule.none)
    options = [*_own_keys(rule, scope), *(option for part in every for option in part.key_options)]
    if some and all(part.key_options for part in some):
        options.append(frozenset().union(*(min(part.key_options, key=len) for part in some)))
    return CompiledRule(conditions, every, some, none, tuple(options))


def _own_keys(rule: Rule, scope: RuleScope) -> Iterator[frozenset[Key]]:
    if rule.regions:
        yield frozenset(("region", name) for name in scope.resolve(rule.regions))
    if rule.topics:
        yield frozenset(("topic", name) for name in scope.resolve_topics(rule.topics))
    if rule.sources:
        yield frozenset(("source", name) for name in rule.sources)
