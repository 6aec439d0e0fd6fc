"""Names that must exist elsewhere in the project: regions, topics, sources, newsletters; works on the merged data.

It reads the data and not the typed models, so that one wrong key does not hide an unknown region beside it.
What a rule can match at all is `selection`'s question, what a place is, `routing`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.config.documents import Place
from digest.config.wording import near

Finding = tuple[Place, str]
"""Where, and what is wrong."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The ids of the project; None where their file is broken, so that nothing is said about them."""

    regions: frozenset[str] | None
    topics: frozenset[str] | None
    sources: frozenset[str] | None
    newsletters: frozenset[str]


def check_newsletter(data: Mapping[str, Any], known: KnownNames) -> Iterator[Finding]:
    """Yield every unknown name in a newsletter."""
    yield from _named("region", known.regions, "regions.yaml", [(("region",), data.get("region"))])
    yield from _named("topic", known.topics, "topics.yaml", [(("topic",), data.get("topic"))])
    for place, rule in _rules(data):
        yield from _check_rule(rule, place, data, known)
    for index, step in enumerate(entries(data.get("fallback"))):
        words = _words(step.get("regions"), ("fallback", index, "regions")) if isinstance(step, dict) else []
        yield from _check_words("region", known.regions, words, data)
    others = _words(data.get("avoid_repeats_of"), ("avoid_repeats_of",))
    yield from _named("newsletter", known.newsletters, "newsletters/", others)


def check_source(data: Any, place: Place, known: KnownNames) -> Iterator[Finding]:
    """Yield every unknown topic in a source's hints."""
    if isinstance(data, dict):
        yield from _named("topic", known.topics, "topics.yaml", _words(data.get("topics"), (*place, "topics")))


def check_topics(topics: Mapping[str, Any], known: KnownNames) -> Iterator[Finding]:
    """Yield parents that do not exist, or that lead back to the topic itself."""
    for topic_id, topic in topics.items():
        if not isinstance(topic, dict):
            continue
        place: Place = ("topics", topic_id, "parent")
        yield from _named("topic", known.topics, "topics.yaml", [(place, topic.get("parent"))])
        if _comes_back(topic_id, topics):
            yield place, f"the topic {topic_id!r} is part of itself through its parents; take one parent out"


def _comes_back(topic_id: str, topics: Mapping[str, Any]) -> bool:
    seen: set[str] = set()
    current: Any = topic_id
    while isinstance(current, str) and current not in seen:
        seen.add(current)
        topic = topics.get(current)
        current = topic.get("parent") if isinstance(topic, dict) else None
    return bool(current == topic_id)


def repeated_ids(sources: Sequence[Any], lines: Sequence[int]) -> Iterator[Finding]:
    """Yield every source whose id, without regard to case, was already given; `lines` says where each stands."""
    first: dict[str, int] = {}
    for index, entry in enumerate(sources):
        source_id = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(source_id, str) and first.setdefault(source_id.casefold(), index) != index:
            line = lines[first[source_id.casefold()]]
            yield ("sources", index, "id"), f"the id {source_id!r} is already given in line {line}; ids are unique"


def ids_of(section: Any) -> frozenset[str]:
    """Return the ids of a mapping's keys, or of a list's entries."""
    if isinstance(section, dict):
        return frozenset(section)
    return frozenset(str(entry["id"]) for entry in entries(section) if isinstance(entry, dict) and "id" in entry)


def entries(value: Any) -> Sequence[Any]:
    """Return the list, or nothing where it is none."""
    return value if isinstance(value, list) else ()


def _rules(data: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Yield every rule of a newsletter, nested ones too."""
    tops: list[tuple[Place, Any]] = []
    for key in ("sections", "fallback"):
        for index, entry in enumerate(entries(data.get(key))):
            if isinstance(entry, dict):
                tops.append(((key, index, "match"), entry.get("match")))
    more = data.get("more_headlines")
    if isinstance(more, dict):
        tops.append((("more_headlines", "match"), more.get("match")))
    for place, rule in tops:
        yield from _nested(place, rule)


def _nested(place: Place, rule: Any) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    if not isinstance(rule, dict):
        return
    yield place, rule
    for key in ("all", "any", "none"):
        for index, inner in enumerate(entries(rule.get(key))):
            yield from _nested((*place, key, index), inner)


def _check_rule(rule: Mapping[str, Any], place: Place, data: Mapping[str, Any], known: KnownNames) -> Iterator[Finding]:
    yield from _check_words("region", known.regions, _words(rule.get("regions"), (*place, "regions")), data)
    yield from _check_words("topic", known.topics, _words(rule.get("topics"), (*place, "topics")), data)
    sources = _words(rule.get("sources"), (*place, "sources"))
    yield from _named("source", known.sources, "sources.yaml", sources)


def _check_words(
    kind: str, known: frozenset[str] | None, words: Sequence[tuple[Place, Any]], data: Mapping[str, Any]
) -> Iterator[Finding]:
    """Yield unknown names among words that may be `$region` or `$topic`."""
    plain = []
    for place, word in words:
        if word == f"${kind}":
            if not data.get(kind):
                yield (kind,), f"the rules say `${kind}`, but this newsletter has no `{kind}:`; write one"
        elif isinstance(word, str) and word.startswith("$"):
            yield place, f"`{word}` is not known here; write an id or `${kind}`"
        else:
            plain.append((place, word))
    yield from _named(kind, known, f"{kind}s.yaml", plain)


def _named(
    kind: str, known: frozenset[str] | None, where: str, words: Sequence[tuple[Place, Any]]
) -> Iterator[Finding]:
    if known is None:
        return
    for place, word in words:
        if isinstance(word, str) and word not in known:
            yield place, f"there is no {kind} {word!r} in {where}; {near(word, sorted(known))}"


def _words(value: Any, place: Place) -> list[tuple[Place, Any]]:
    if isinstance(value, str):
        return [(place, value)]
    return [((*place, index), word) for index, word in enumerate(entries(value))]
