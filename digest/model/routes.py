"""Where a story belongs and on what evidence: the result of `routing`, kept with the story."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that spoke for a route: the words as they stand in the text, and their weight.

    `place` says where it was found: headline, lead, text, home (of the source) or category.
    `note` says what it was taken for, as "Aurora, CO, 13 km from Denver" or "strong term".
    """

    words: str
    weight: float
    place: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A region or topic a story was routed to, with its share (0 to 1) and the evidence."""

    id: str
    share: float
    weight: float = 0.0
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Routes:
    """All routes of one story. `near_regions` and `near_topics` just missed; `why` shows them."""

    regions: tuple[Route, ...] = ()
    topics: tuple[Route, ...] = ()
    near_regions: tuple[Route, ...] = ()
    near_topics: tuple[Route, ...] = ()
