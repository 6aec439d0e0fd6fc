"""Where a story belongs and on what evidence: the result of `routing`, kept with the story.

They are named tuples, as a story has some twenty of them, and a tuple is made in a third of a frozen dataclass's time.
"""

from __future__ import annotations

from typing import NamedTuple


class Evidence(NamedTuple):
    """One thing that spoke for a route: the words as they stand in the text, and their weight.

    `place` says where it was found: headline, lead, text, home (of the source) or category.
    `note` says what it was taken for, as "Aurora, CO, 13 km from Denver" or "strong term".
    """

    words: str
    weight: float
    place: str
    note: str = ""


class Route(NamedTuple):
    """A region or topic a story was routed to, with its share (0 to 1) and the evidence."""

    id: str
    share: float
    weight: float = 0.0
    evidence: tuple[Evidence, ...] = ()


class Routes(NamedTuple):
    """All routes of one story. `near_regions` and `near_topics` just missed; `why` shows them."""

    regions: tuple[Route, ...] = ()
    topics: tuple[Route, ...] = ()
    near_regions: tuple[Route, ...] = ()
    near_topics: tuple[Route, ...] = ()
