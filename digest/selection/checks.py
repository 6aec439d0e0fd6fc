"""What can be said of a newsletter's choosing without any story: what never matches, never fills, has no effect.

Ids that do not exist are told where the files are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from digest.config.newsletter import Fallback, Newsletter
from digest.config.rules import Rule
from digest.selection.conditions import topic_families
from digest.selection.contradictions import Finding, contradictions
from digest.selection.situation import longest_window
from digest.selection.wording import span_text


def rule_reads_text(newsletter: Newsletter) -> bool:
    """Return whether any rule looks for keywords or phrases, so that candidates need their text."""
    rules = (part for _, rule in _top_rules(newsletter) for _, part in _with_parts("", rule))
    return any(rule.keywords or rule.phrases for rule in rules)


def rules_that_never_match(newsletter: Newsletter, *, topic_parents: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return each rule that no story can ever match, each setting that has no effect, and what to do about it.

    `topic_parents` maps a topic to the one it is part of.
    """
    families = topic_families(topic_parents)
    findings: list[Finding] = []
    for path, rule in _top_rules(newsletter):
        findings += contradictions(path, rule, families)
        findings += _too_old(path, rule, newsletter)
    return (*findings, *_room(newsletter), *_names(newsletter))


def _top_rules(newsletter: Newsletter) -> Iterator[tuple[str, Rule]]:
    for at, section in enumerate(newsletter.sections):
        yield f"sections.{at}.match", section.match
    if newsletter.more_headlines.match is not None:
        yield "more_headlines.match", newsletter.more_headlines.match
    for at, step in enumerate(newsletter.fallback):
        if step.match is not None:
            yield f"fallback.{at}.match", step.match


def _with_parts(path: str, rule: Rule) -> Iterator[tuple[str, Rule]]:
    yield path, rule
    for name in ("all", "any", "none"):
        for at, part in enumerate(getattr(rule, name)):
            yield from _with_parts(f"{path}.{name}.{at}", part)


def _too_old(path: str, rule: Rule, newsletter: Newsletter) -> Iterator[Finding]:
    longest = longest_window(newsletter)
    for place, part in _with_parts(path, rule):
        if part.max_age is not None and part.max_age > longest:
            text = f"max_age has no effect: the newsletter never looks further back than {span_text(longest)}"
            yield f"{place}.max_age", text


def _room(newsletter: Newsletter) -> Iterator[Finding]:
    """Yield what keeps every edition from going out, and steps of the ladder that lead nowhere."""
    room = sum(section.limit for section in newsletter.sections) + newsletter.more_headlines.limit
    if newsletter.min_stories > room:
        text = f"every edition would be skipped: the sections and the further headlines hold {room} stories at most"
        yield "min_stories", text
    for at, step in enumerate(newsletter.fallback):
        if step.model_copy(update={"title": ""}) == Fallback():
            yield f"fallback.{at}", "the step changes nothing; give it a window, regions or a match"


def _names(newsletter: Newsletter) -> Iterator[Finding]:
    for kind in ("pinned", "must_include"):
        for at, name in enumerate(getattr(newsletter, kind)):
            if name in newsletter.banned:
                yield f"{kind}.{at}", f"{name!r} is banned as well, and a ban is stronger; take one of them out"
    if newsletter.id in newsletter.avoid_repeats_of:
        text = "the newsletter names itself; what it told before is never told again anyway"
        yield "avoid_repeats_of", text
