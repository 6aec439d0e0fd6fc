"""Single keys of a rule as tests of a story, with the evidence in words; how they combine lives in `rules`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.config.rules import Rule
from digest.model.candidate import Candidate
from digest.selection.wording import join_words, span_text
from digest.selection.words import compile_words


@dataclass(frozen=True, slots=True)
class RuleScope:
    """What names in a rule stand for: `$region`, `$topic`, topics with all that is part of them, the slot."""

    regions: tuple[str, ...]
    topic: str | None
    families: Mapping[str, frozenset[str]]
    slot_at: datetime

    def resolve(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the ids that names stand for, each once; `$region` of a newsletter without one stands for nothing."""
        found: dict[str, None] = {}
        for name in names:
            if name == "$region":
                found.update(dict.fromkeys(self.regions))
            elif name == "$topic":
                found.update(dict.fromkeys([self.topic] if self.topic else []))
            else:
                found[name] = None
        return tuple(found)

    def resolve_topics(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the topic ids that names stand for, and every topic that is part of one of them."""
        own = self.resolve(names)
        parts = sorted(part for name in own for part in self.families.get(name, ()))
        return tuple(dict.fromkeys((*own, *parts)))


def topic_families(parents: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return for each topic that has parts all topics below it, at any depth; a circle ends where it closes."""
    families: dict[str, set[str]] = {}
    for child in parents:
        seen = {child}
        above = parents.get(child)
        while above is not None and above not in seen:
            families.setdefault(above, set()).add(child)
            seen.add(above)
            above = parents.get(above)
    return {topic: frozenset(parts) for topic, parts in families.items()}


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of a rule: whether it holds, and what in the story says so."""

    holds: Callable[[Candidate], bool]
    evidence: Callable[[Candidate], str]
    share: Callable[[Candidate], float] | None = None


def make_conditions(rule: Rule, scope: RuleScope, least: float) -> Iterator[Condition]:
    """Yield a condition for each key of the rule itself; `least` is the share that regions and topics need."""
    if rule.regions:
        yield _routed("region", scope.resolve(rule.regions), least)
    if rule.topics:
        yield _routed("topic", scope.resolve_topics(rule.topics), least)
    if rule.sources:
        sources = frozenset(rule.sources)
        yield Condition(lambda c: c.source in sources, lambda c: f"source {c.source}")
    for tags in (rule.tags, rule.categories):
        if tags:
            yield _tagged(frozenset(tag.casefold() for tag in tags))
    if rule.keywords:
        yield _worded(rule.keywords, "text", text_of)
    if rule.phrases:
        yield _worded(tuple(phrase.replace("*", "") for phrase in rule.phrases), "text", text_of)
    if rule.headline:
        yield _worded(rule.headline, "headline", lambda c: c.headline.lower())
    if rule.languages:
        yield _in_language(tuple(language.lower() for language in rule.languages))
    if rule.max_age is not None:
        yield _young(rule.max_age, scope.slot_at)
    if rule.has_picture is not None:
        wanted = rule.has_picture
        yield Condition(lambda c: c.has_picture is wanted, lambda c: "has a picture" if c.has_picture else "no picture")


def _routed(kind: str, ids: tuple[str, ...], least: float) -> Condition:
    only = ids[0] if len(ids) == 1 else None

    def routes_of(candidate: Candidate) -> Mapping[str, float]:
        return candidate.regions if kind == "region" else candidate.topics

    def holds(candidate: Candidate) -> bool:
        routes = routes_of(candidate)
        if only is not None:
            return only in routes and routes[only] >= least
        return any(name in routes and routes[name] >= least for name in ids)

    def evidence(candidate: Candidate) -> str:
        routes = routes_of(candidate)
        found = [f"{kind} {name} (share {routes[name]:.2f})" for name in ids if name in routes]
        if not found:
            return f"not routed to {kind} {join_words(ids) or '(the newsletter names none)'}"
        text = join_words(found, "and")
        return text if holds(candidate) else f"{text}, {least:.2f} needed"

    def share(candidate: Candidate) -> float:
        routes = routes_of(candidate)
        return max((routes.get(name, 0.0) for name in ids), default=0.0)

    return Condition(holds, evidence, share)


def _tagged(wanted: frozenset[str]) -> Condition:
    def evidence(candidate: Candidate) -> str:
        found = [tag for tag in candidate.categories if tag.casefold() in wanted]
        return f"tagged {join_words(found, 'and')}" if found else f"not tagged {join_words(sorted(wanted))}"

    return Condition(lambda c: any(tag.casefold() in wanted for tag in c.categories), evidence)


def _worded(words: tuple[str, ...], place: str, read: Callable[[Candidate], str]) -> Condition:
    pattern = compile_words(words)

    def evidence(candidate: Candidate) -> str:
        found = pattern.search(read(candidate))
        if found:
            return f"“{found[0]}” in the {place}"
        return f"no {join_words(f'“{word}”' for word in words)} in the {place}"

    return Condition(lambda c: pattern.search(read(c)) is not None, evidence)


def _in_language(languages: tuple[str, ...]) -> Condition:
    def holds(candidate: Candidate) -> bool:
        own = candidate.language.lower()
        return any(own == language or own.startswith(f"{language}-") for language in languages)

    def evidence(candidate: Candidate) -> str:
        text = f"language {candidate.language or 'not known'}"
        return text if holds(candidate) else f"{text}, and not {join_words(languages)}"

    return Condition(holds, evidence)


def _young(most: timedelta, slot_at: datetime) -> Condition:
    def evidence(candidate: Candidate) -> str:
        text = f"published {span_text(slot_at - candidate.published_at)} before the slot"
        return text if holds(candidate) else f"{text}, {span_text(most)} at most (max_age)"

    def holds(candidate: Candidate) -> bool:
        return candidate.published_at >= slot_at - most

    return Condition(holds, evidence)


def text_of(candidate: Candidate) -> str:
    """Return what keywords and phrases are looked for in: the loaded text, or the headline where none was loaded."""
    return candidate.text or candidate.headline.lower()
