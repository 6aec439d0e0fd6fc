"""The rule language of sections: what a story must be to match; matching itself lives in `selection`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from digest.config.base import ConfigModel, Duration, Line

ONE_OR_MORE = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})


def as_list(value: Any) -> Any:
    """Put a single string into a list; all else is left to pydantic."""
    return [value] if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(as_list), ONE_OR_MORE]
"""One string or a list of them."""


class Rule(ConfigModel):
    """What a story must be. Keys of one rule must all hold; a list holds when any of its values does.

    `$region` stands for the region of the newsletter, `$topic` for its topic. An empty rule takes every story.
    """

    regions: Words = ()
    """Region ids; the story was routed to any of them."""
    topics: Words = ()
    """Topic ids; the story was routed to any of them."""
    sources: Words = ()
    """Source ids."""
    tags: Words = ()
    """Feed categories or front-matter tags, without regard to case (same as `categories`)."""
    categories: Words = ()
    """Feed categories or front-matter tags, without regard to case."""
    keywords: Words = ()
    """Words in headline or text; a trailing `*` matches any ending."""
    phrases: Words = ()
    """Exact runs of words in headline or text, without regard to case."""
    headline: Words = ()
    """Words or runs of words in the headline alone; a trailing `*` matches any ending."""
    languages: Words = ()
    """Language codes, as `en` or `es`."""
    max_age: Duration | None = None
    """Published at most this long before the slot."""
    has_picture: bool | None = None
    """Whether the story must (true) or must not (false) have a picture."""
    strictness: Annotated[float, Field(ge=0, le=1)] | None = None
    """Least share (0 to 1) of the region or topic in the story."""
    all: tuple[Rule, ...] = ()
    """Every one of these rules must hold."""
    any: tuple[Rule, ...] = ()
    """At least one of these rules must hold."""
    none: tuple[Rule, ...] = ()
    """None of these rules may hold."""


Layout = Literal["lead", "story", "brief", "headlines"]
"""How a section's stories are shown: one big, in full, shortened, or as a list of headlines."""


class Section(ConfigModel):
    """A section of a newsletter: its title, what it takes, how much, and how it looks."""

    title: Line
    """Title, as `1 big thing`; shown as the kicker above its stories."""
    match: Rule = Rule()
    """What a story must be to stand here."""
    limit: Annotated[int, Field(ge=1, le=60)] = 3
    """Most stories in this section."""
    layout: Layout = "story"
    """How its stories are shown."""
    max_per_source: Annotated[int, Field(ge=1)] | None = None
    """Most stories of one source in this section."""
    max_per_topic: Annotated[int, Field(ge=1)] | None = None
    """Most stories whose first topic is the same in this section."""
    reserve: bool = False
    """Whether the section must not be left empty when an earlier one could do without its story."""
