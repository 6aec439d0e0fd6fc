"""`sources.yaml`: the feeds and folders that fill the pool."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AnyHttpUrl, BeforeValidator, Field, model_validator

from digest.config.base import ConfigModel, Duration, Id
from digest.config.rules import Words


class SourceConfig(ConfigModel):
    """A feed (`url`) or a folder or file (`path`)."""

    id: Id
    """Id of the source, used in rules and reports."""
    name: str = ""
    """Name as readers see it; the feed's own title unless said."""
    url: AnyHttpUrl | None = None
    """Address of the feed."""
    path: str | None = None
    """Folder or file, relative to the configuration's folder: .md .txt .xml .rss .atom .json."""
    type: str = ""
    """A further source type given by a plug-in (entry point `digest.sources`); feed or folder unless said."""
    options: dict[str, Any] = Field(default_factory=dict)
    """Settings of a plug-in's source type."""
    home: str | None = None
    """Where the outlet is at home: a region id or a place as `Denver, CO`."""
    topics: Words = ()
    """Topic ids this source writes about, as hints."""
    weight: Annotated[float, Field(ge=0, le=10)] = 1.0
    """What its stories count in the ranking; 1 is ordinary."""
    max_items: Annotated[int, Field(ge=1, le=100_000)] = 500
    """Most items taken from one reading."""
    max_age: Duration | None = None
    """Only stories at most this old; any age unless said."""
    every: Duration | None = None
    """Least time between two readings."""
    full_text: bool = False
    """Whether the full page may be read for a summary (the source allows it)."""
    licence: str = ""
    """A note on what may be done with its stories."""
    silent_after: Duration | None = None
    """Without new stories for this long, the source counts as silent."""
    allow_private: bool = False
    """Whether the feed may live on a private or loopback address (LAN feeds)."""
    samples: bool = False
    """Marks stories as samples and moves their dates close to now (for demonstrations)."""

    @model_validator(mode="after")
    def _one_place(self) -> SourceConfig:
        given = [name for name in ("url", "path", "type") if getattr(self, name)]
        if not given:
            raise ValueError("a source needs url: (a feed) or path: (a folder or file)")
        if "url" in given and "path" in given:
            raise ValueError("a source has either url: or path:, not both")
        return self


def _none_as_empty(value: Any) -> Any:
    return () if value is None else value


class SourcesFile(ConfigModel):
    """The file `sources.yaml`."""

    sources: Annotated[tuple[SourceConfig, ...], BeforeValidator(_none_as_empty)] = ()
    """All sources; each id once."""
