"""Which stories of a pool a newsletter could want at all, so that the others need not be read; chooses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from digest.config.newsletter import Newsletter
from digest.config.rules import Rule
from digest.selection.conditions import RuleScope, topic_families
from digest.selection.index import plain_url
from digest.selection.rules import Key, compile_rule
from digest.selection.situation import Situation


@dataclass(frozen=True, slots=True)
class Wanted:
    """Stories of any of these regions, topics or sources (or any at all), and those with a name: id, GUID or URL."""

    regions: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    is_everything: bool = False


def find_wanted(newsletter: Newsletter, situation: Situation, *, names: frozenset[str] = frozenset()) -> Wanted:
    """Return what the rules, the ladder and the pins could take; `names` are stories that are asked for besides."""
    named = names | _spellings((*newsletter.pinned, *newsletter.must_include))
    scope = _widest_scope(newsletter, situation.topic_parents, situation)
    keys: set[Key] = set()
    for rule in _rules(newsletter):
        options = compile_rule(rule, scope).key_options
        if not options:
            return Wanted(names=named, is_everything=True)
        keys |= min(options, key=lambda option: (any(kind != "region" for kind, _ in option), len(option)))
    by_kind = {kind: frozenset(name for own, name in keys if own == kind) for kind in ("region", "topic", "source")}
    return Wanted(by_kind["region"], by_kind["topic"], by_kind["source"], named)


def _spellings(names: Iterable[str]) -> frozenset[str]:
    """Return the names, and the addresses among them with and without what does not tell stories apart."""
    plain = {name: plain_url(name) for name in names}
    return frozenset((*plain, *plain.values(), *(f"{url}/" for url in plain.values() if "://" in url)))


def _rules(newsletter: Newsletter) -> Iterator[Rule]:
    yield from (section.match for section in newsletter.sections)
    yield from (step.match for step in newsletter.fallback if step.match is not None)
    if newsletter.more_headlines.match is not None:
        yield newsletter.more_headlines.match


def _widest_scope(newsletter: Newsletter, parents: Mapping[str, str], situation: Situation) -> RuleScope:
    """Return what names stand for once every step of the ladder was taken."""
    families = topic_families(parents)
    own = (newsletter.region,) if newsletter.region else ()
    for step in newsletter.fallback:
        scope = RuleScope(own, newsletter.topic, families, situation.slot_at)
        own = tuple(dict.fromkeys((*own, *scope.resolve(step.regions))))
    return RuleScope(own, newsletter.topic, families, situation.slot_at)
