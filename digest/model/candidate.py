"""A candidate: the few facts of a pooled story that selection reads, light enough for 100,000 of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pooled story as `selection` sees it.

    `regions` and `topics` map an id to its share (0 to 1). `text` is headline and body in lower
    case, only loaded where a rule of the newsletter reads keywords or phrases, else "". `guid` is the
    feed's own id, by which an editor may pin a story.
    """

    id: str
    headline: str
    source: str
    canonical_url: str
    published_at: datetime
    fetched_at: datetime
    regions: Mapping[str, float]
    topics: Mapping[str, float]
    cluster: str = ""
    categories: tuple[str, ...] = ()
    language: str = ""
    word_count: int = 0
    has_picture: bool = False
    has_parts: bool = False
    embargo_until: datetime | None = None
    text: str = ""
    guid: str = ""
