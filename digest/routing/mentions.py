"""What a text says of places: the names it mentions, each mention weighed, and the states and countries around them."""

from __future__ import annotations

from dataclasses import dataclass, field

from digest.routing.names import Name

NOWHERE, NOWHERE_SMALL = 5.0, 8.0
"""The mass of "not a place": of a plain name, and of a small place's that is also a person's or a word."""
MOST_WEIGHT = 9.0


@dataclass(slots=True)
class Mention:
    """One name at one position of the text."""

    words: str
    weight: float
    place: str
    state: str
    sure: bool


@dataclass(slots=True)
class NameUse:
    """All mentions of one name in a text, and the mass of the guess that it is no place at all."""

    name: Name
    mentions: list[Mention] = field(default_factory=list)
    state: str = ""
    nowhere: float = NOWHERE
    is_county: bool = False
    is_sure: bool = False

    def add(self, mention: Mention) -> None:
        """Add a mention; the first sure one makes it likelier that the name is a place."""
        self.state = self.state or mention.state
        if self.nowhere == NOWHERE and self.name.flags and not self.name.is_big:
            self.nowhere = NOWHERE_SMALL
        if mention.sure and not self.is_sure:
            self.is_sure = True
            self.nowhere -= 3.0
        self.mentions.append(mention)

    @property
    def weight(self) -> float:
        """The mentions' weights together, at most 9."""
        return min(MOST_WEIGHT, sum([mention.weight for mention in self.mentions]))


@dataclass(slots=True)
class Reading:
    """What the walk over one text found; states and countries with how often they are named."""

    uses: dict[str, NameUse] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    countries: dict[str, int] = field(default_factory=dict)
    area_codes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def reaches(self) -> bool:
        """Whether any name may lie in a region at all."""
        return any(use.name.reaches for use in self.uses.values())
