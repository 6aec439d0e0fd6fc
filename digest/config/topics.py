"""`topics.yaml`: what newsletters are about, in a user's own words; scoring lives in `routing`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from digest.config.base import ConfigModel, Id
from digest.config.rules import Words


class TopicConfig(ConfigModel):
    """A topic from a sentence or two and, if wanted, keywords; or a built-in one (`use: default`)."""

    name: str = ""
    """Name as readers see it; the id unless said."""
    use: Literal["default"] | None = None
    """Take the built-in definition of this id; what is written here comes on top."""
    about: Words = ()
    """One line, or a list of short ones, that say what the topic is about."""
    keywords: Words = ()
    """Strong terms; a trailing `*` matches any ending."""
    also: Words = ()
    """Ordinary terms."""
    weak: Words = ()
    """Terms that count a little."""
    not_: Words = ()
    """Terms that speak against the topic (written `not:`)."""
    categories: Words = ()
    """Feed categories that count as a hint."""
    parent: Id | None = None
    """A topic this one is part of; told beside it."""
    strictness: Literal["loose", "normal", "strict"] = "normal"
    """How sure the routing must be."""

    model_config = ConfigModel.model_config | {
        "alias_generator": lambda name: name.rstrip("_"),
        "populate_by_name": True,
    }

    @model_validator(mode="after")
    def _says_something(self) -> TopicConfig:
        if self.use is None and not (self.about or self.keywords):
            raise ValueError("a topic needs about: (a sentence) or keywords:, or use: default for a built-in one")
        return self


class TopicsFile(ConfigModel):
    """The file `topics.yaml`."""

    topics: dict[Id, TopicConfig] = Field(default_factory=dict)
    """A mapping from id to definition."""
