"""A cluster with the members that a newcomer is compared with, all at once; who joins is decided elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

MOST_MEMBERS = 4
"""A newcomer is compared with the founder and the latest members."""
_BY_AGE = ((0, 1, 2, 3), (0, 2, 3, 1), (0, 3, 1, 2))
"""The slots of the members in the order of their age, by how often the others took turns."""


@dataclass(slots=True)
class Member:
    """A story of a cluster.

    `names` are its features that are names, with their part of the whole, `places` those that are places, as in
    `vector`.
    """

    id: str
    vector: dict[str, float]
    names: dict[str, float]
    places: dict[str, float]
    numbers: frozenset[str]


@dataclass(slots=True)
class Cluster:
    """A cluster; its members stand in slots: the founder in the first, the others take turns.

    With the second member come the `rows`: for each feature of any member its weight in each slot, so that a newcomer
    is compared with all members at once.
    """

    id: str
    first_at: datetime
    last_at: datetime
    members: list[Member] = field(default_factory=list)
    rows: dict[str, list[float]] = field(default_factory=dict)
    turns: int = 0

    @property
    def by_age(self) -> tuple[int, ...]:
        """The slots in the order in which their members came."""
        return _BY_AGE[self.turns % len(_BY_AGE)][: len(self.members)]

    @property
    def words(self) -> Collection[str]:
        """The features of all members."""
        return self.rows or self.members[0].vector

    def add(self, member: Member) -> None:
        """Add a member, in the place of the one before the last three where there is no room."""
        slot = len(self.members)
        if slot == 1:
            self._fill(0, self.members[0].vector)
        if slot < MOST_MEMBERS:
            self.members.append(member)
        else:
            slot = self.by_age[1]
            self._clear(slot)
            self.members[slot] = member
            self.turns += 1
        if slot:
            self._fill(slot, member.vector)

    def _fill(self, slot: int, vector: Mapping[str, float]) -> None:
        rows = self.rows
        for word, weight in vector.items():
            if word not in rows:
                rows[word] = [0.0] * MOST_MEMBERS
            rows[word][slot] = weight

    def _clear(self, slot: int) -> None:
        rows, gone = self.rows, self.members[slot].vector
        kept: set[str] = set().union(*[other.vector for at, other in enumerate(self.members) if at != slot])
        for word in gone:
            if word in kept:
                rows[word][slot] = 0.0
            else:
                del rows[word]

    def multiply(self, vector: Mapping[str, float]) -> list[float]:
        """Return the scalar products of a vector with those of the members, by slot."""
        rows = self.rows
        if not rows:
            theirs = self.members[0].vector
            return [sum([weight * theirs[word] for word, weight in vector.items() if word in theirs])]
        one = two = three = four = 0.0
        for word, weight in vector.items():
            if word in rows:
                first, second, third, fourth = rows[word]
                one += weight * first
                two += weight * second
                three += weight * third
                four += weight * fourth
        return [one, two, three, four]
