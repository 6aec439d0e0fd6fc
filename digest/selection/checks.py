"""What can be said of a newsletter's rules without any story: rules that never match, rules that read text."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping

from digest.config.newsletter import Newsletter
from digest.config.rules import Rule
from digest.selection.situation import longest_window
from digest.selection.wording import join_words, span_text

Known = Mapping[str, Collection[str] | None]
Finding = tuple[str, str]
"""The dotted place inside the newsletter, and what is wrong there."""


def rule_reads_text(newsletter: Newsletter) -> bool:
    """Return whether any rule looks for keywords or phrases, so that candidates need their text."""
    return any(rule.keywords or rule.phrases for _, rule in _all_rules(newsletter))


def rules_that_never_match(
    newsletter: Newsletter,
    *,
    regions: Collection[str] | None,
    topics: Collection[str] | None,
    sources: Collection[str] | None,
) -> tuple[Finding, ...]:
    """Return each rule that no story can ever match, and what to do about it.

    The ids are those that exist; None where nobody knows, so that nothing is said about them.
    """
    known: Known = {"regions": regions, "topics": topics, "sources": sources}
    findings: list[Finding] = []
    for path, rule in _all_rules(newsletter):
        findings += _unknown_ids(path, rule, newsletter, known)
        findings += _contradictions(path, rule)
    for at, step in enumerate(newsletter.fallback):
        findings += _unknown_among(f"fallback.{at}.regions", step.regions, "regions", known["regions"])
    longest = longest_window(newsletter)
    for path, rule in _all_rules(newsletter):
        if rule.max_age is not None and rule.max_age > longest:
            text = f"max_age has no effect: the newsletter never looks further back than {span_text(longest)}"
            findings.append((f"{path}.max_age", text))
    return tuple(findings)


def _all_rules(newsletter: Newsletter) -> Iterator[tuple[str, Rule]]:
    for at, section in enumerate(newsletter.sections):
        yield from _with_parts(f"sections.{at}.match", section.match)
    if newsletter.more_headlines.match is not None:
        yield from _with_parts("more_headlines.match", newsletter.more_headlines.match)
    for at, step in enumerate(newsletter.fallback):
        if step.match is not None:
            yield from _with_parts(f"fallback.{at}.match", step.match)


def _with_parts(path: str, rule: Rule) -> Iterator[tuple[str, Rule]]:
    yield path, rule
    for name in ("all", "any", "none"):
        for at, part in enumerate(getattr(rule, name)):
            yield from _with_parts(f"{path}.{name}.{at}", part)


def _unknown_ids(path: str, rule: Rule, newsletter: Newsletter, known: Known) -> Iterator[Finding]:
    for kind in ("regions", "topics", "sources"):
        yield from _unknown_among(f"{path}.{kind}", getattr(rule, kind), kind, known[kind])
    for kind, name in (("regions", "region"), ("topics", "topic")):
        if f"${name}" in getattr(rule, kind) and getattr(newsletter, name) is None:
            yield f"{path}.{kind}", f"${name} stands for nothing: the newsletter has no {name}:"


def _unknown_among(path: str, names: tuple[str, ...], kind: str, known: Collection[str] | None) -> Iterator[Finding]:
    for name in names:
        if known is None or name in known or name in ("$region", "$topic"):
            continue
        if name.startswith("$"):
            yield path, f"{name} stands for nothing; write $region, $topic or an id"
            continue
        near = difflib.get_close_matches(name, sorted(known), n=3)
        hint = f"; did you mean {join_words(near)}?" if near else f"; add it to {kind}.yaml"
        yield path, f"no {kind.removesuffix('s')} has the id {name!r}{hint}"


def _contradictions(path: str, rule: Rule) -> Iterator[Finding]:
    if any(part == Rule() for part in rule.none):
        yield f"{path}.none", "an empty rule takes every story, so that nothing is left here"
    elif any(part == rule.model_copy(update={"none": ()}) or part in rule.all for part in rule.none):
        yield f"{path}.none", "the rule excludes just what it asks for"
    parts = (rule, *rule.all)
    pictures = {part.has_picture for part in parts} - {None}
    if len(pictures) == 2:
        yield f"{path}.all", "has_picture is asked to be true and false at once"
    for kind in ("languages", "sources"):
        asked = [
            {name.split("-")[0] if kind == "languages" else name for name in getattr(part, kind)} for part in parts
        ]
        asked = [names for names in asked if names]
        if asked and not set.intersection(*asked):
            yield f"{path}.all", f"no story has all of these {kind} at once"
    asks = rule.regions or rule.topics or rule.all or rule.any
    if rule.strictness is not None and not asks:
        yield f"{path}.strictness", "strictness has no effect: the rule names no region and no topic"
