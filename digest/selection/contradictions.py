"""Rules that no story can match, whatever the pool holds: what a single rule says against itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from digest.config.rules import Rule
from digest.selection.wording import join_words
from digest.selection.words import compile_words

Finding = tuple[str, str]
"""The dotted place inside the newsletter, and what is wrong there."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
_LISTS = ("regions", "topics", "sources", "tags", "categories", "keywords", "phrases", "headline", "languages")


def contradictions(
    path: str, rule: Rule, families: Mapping[str, frozenset[str]], around: Sequence[Rule] = ()
) -> Iterator[Finding]:
    """Yield each part of a rule that keeps every story out.

    `around` holds the rules that must hold as well, `families` the topics that are part of a topic.
    """
    yield from _at_odds(path, rule, around)
    yield from _excluded(path, rule, families, around)


def _excluded(
    path: str, rule: Rule, families: Mapping[str, frozenset[str]], around: Sequence[Rule]
) -> Iterator[Finding]:
    yield from _lone_values(path, rule)
    together = (*around, *_held_with(rule))
    for at, part in enumerate(rule.none):
        if part == Rule():
            yield f"{path}.none.{at}", "an empty rule takes every story, so that nothing is left here"
        elif _follows(part, together, families):
            yield f"{path}.none.{at}", f"every story that the rule takes is excluded here{_why(part, families)}"
    open_to = [part for part in rule.any if not _is_excluded(part, rule.none, together, families)]
    if rule.any and not open_to and not _is_excluded(Rule(), rule.none, together, families):
        yield f"{path}.any", "each of these rules is excluded by `none`, so that nothing is left here"
    for at, part in enumerate(rule.all):
        yield from _excluded(f"{path}.all.{at}", part, families, together)
    for at, part in enumerate(rule.any):
        yield from contradictions(f"{path}.any.{at}", part, families, together)


def _held_with(rule: Rule) -> Iterator[Rule]:
    """Yield the rule and all that must hold with it."""
    yield rule
    for part in rule.all:
        yield from _held_with(part)


def _lone_values(path: str, rule: Rule) -> Iterator[Finding]:
    for kind in ("keywords", "phrases", "headline"):
        for at, word in enumerate(getattr(rule, kind)):
            if compile_words((word.replace("*", "") if kind == "phrases" else word,)).pattern == r"(?!)":
                yield f"{path}.{kind}.{at}", f"{word!r} holds no word to look for"
    for at, language in enumerate(rule.languages):
        if _LANGUAGE.fullmatch(language) is None:
            yield f"{path}.languages.{at}", f"{language!r} is no language's code; write en, es or pt-BR"
    if rule.max_age is not None and rule.max_age <= timedelta():
        yield f"{path}.max_age", "no story is as young as that; write 6h or 2d"
    asks = rule.regions or rule.topics or rule.all or rule.any
    if rule.strictness is not None and not asks:
        yield f"{path}.strictness", "strictness has no effect: the rule names no region and no topic"


def _at_odds(path: str, rule: Rule, around: Sequence[Rule]) -> Iterator[Finding]:
    """Yield what the rule, with all that must hold with it, asks for and rules out at once."""
    own = tuple(_held_with(rule))
    for kind in ("has_picture", "languages", "sources"):
        asked = [values for part in own if (values := _values(part, kind))]
        others = [values for part in around if (values := _values(part, kind))]
        if asked and not frozenset.intersection(*asked, *others):
            where = kind if _values(rule, kind) else "all"
            every = join_words(dict.fromkeys(join_words(sorted(values)) for values in (*others, *asked)), "and")
            yield f"{path}.{where}", f"no story can have {kind} {every} at once"


def _values(rule: Rule, kind: str) -> frozenset[str]:
    if kind == "has_picture":
        return frozenset() if rule.has_picture is None else frozenset([str(rule.has_picture).lower()])
    values = getattr(rule, kind)
    if kind == "languages":
        return frozenset(value.lower().split("-")[0] for value in values)
    return frozenset(values)


def _is_excluded(
    part: Rule, none: Sequence[Rule], together: Sequence[Rule], families: Mapping[str, frozenset[str]]
) -> bool:
    return any(_follows(excluded, (*together, *_held_with(part)), families) for excluded in none)


def _follows(part: Rule, asked: Sequence[Rule], families: Mapping[str, frozenset[str]]) -> bool:
    """Return whether a story for which all of `asked` hold is sure to match `part` as well."""
    if part.none or not all(_follows(inner, asked, families) for inner in part.all):
        return False
    if part.any and not any(_follows(inner, asked, families) for inner in part.any):
        return False
    if part.has_picture is not None and all(rule.has_picture is not part.has_picture for rule in asked):
        return False
    if part.max_age is not None and not any(rule.max_age and rule.max_age <= part.max_age for rule in asked):
        return False
    return all(_list_follows(kind, part, asked, families) for kind in _LISTS if getattr(part, kind))


def _list_follows(kind: str, part: Rule, asked: Sequence[Rule], families: Mapping[str, frozenset[str]]) -> bool:
    wanted = set(_folded(kind, getattr(part, kind)))
    if kind == "topics":
        wanted.update(child for topic in tuple(wanted) for child in families.get(topic, ()))
    given = (set(_folded(kind, getattr(rule, kind))) for rule in asked)
    return any(values and values <= wanted for values in given)


def _folded(kind: str, values: Sequence[str]) -> Iterator[str]:
    return (value if kind in ("regions", "topics", "sources") else value.casefold() for value in values)


def _why(part: Rule, families: Mapping[str, frozenset[str]]) -> str:
    inside = [(topic, sorted(families[topic])) for topic in part.topics if topic in families]
    return "".join(f" ({topic} includes {join_words(children, 'and')})" for topic, children in inside)
