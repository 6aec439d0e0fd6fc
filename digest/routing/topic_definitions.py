"""Definitions of topics: built-in ones, the user's, and the background that competes; no story is read."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from digest.config.topics import TopicConfig
from digest.routing.lexicon import AGAINST, ORDINARY, STRONG, WEAK

LEAST_SHARES = {"loose": 0.2, "normal": 0.3, "strict": 0.5}
_LINE_WORDS = 24


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic or background section as it is scored: facets for the vectors, terms for the lexicon."""

    id: str
    facets: tuple[str, ...]
    terms: Mapping[float, tuple[str, ...]]
    parent: str = ""
    least_share: float = LEAST_SHARES["normal"]
    categories: frozenset[str] = frozenset()
    is_own: bool = False


@functools.cache
def load_builtin(name: str = "topics") -> dict[str, Topic]:
    """Load the built-in topics, or the sections of the background (`background`)."""
    text = (resources.files("digest.routing") / "data" / f"{name}.toml").read_text(encoding="utf-8")
    return {
        topic_id: Topic(
            topic_id,
            tuple(section["about"]),
            {
                STRONG: _terms(section.get("strong", "")),
                ORDINARY: _terms(section.get("words", "")),
                WEAK: _terms(section.get("weak", "")),
                AGAINST: _terms(section.get("not", "")),
            },
            parent=section.get("parent", ""),
        )
        for topic_id, section in tomllib.loads(text).items()
    }


def define_topic(topic_id: str, config: TopicConfig) -> Topic:
    """Return the topic a user defined; with `use: default`, on top of the built-in one.

    Raises KeyError when there is no built-in topic of that id; `checks.check_topics` tells it before.
    """
    base = load_builtin()[topic_id] if config.use == "default" else Topic(topic_id, (), {})
    own = {STRONG: config.keywords, ORDINARY: config.also, WEAK: config.weak, AGAINST: config.not_}
    terms = {points: (*base.terms.get(points, ()), *own[points]) for points in own}
    return Topic(
        topic_id,
        base.facets + tuple(facet for line in config.about for facet in _split_line(line)),
        terms,
        parent=config.parent or base.parent,
        least_share=LEAST_SHARES[config.strictness],
        categories=frozenset(
            category.casefold() for category in (*config.categories, config.name, topic_id) if category
        ),
        is_own=config.use is None,
    )


def _split_line(line: str) -> list[str]:
    """Cut a long description at its sentences: facets say one thing each."""
    if len(line.split()) <= _LINE_WORDS:
        return [line.strip()]
    return [part.strip() for part in re.split(r"(?<=[.;!?])\s+", line) if part.strip()]


def _terms(text: str) -> tuple[str, ...]:
    return tuple(term.strip() for term in text.replace("\n", " ").split(";") if term.strip())
