"""Rates and concurrency as pure counters; `now` is an argument, waiting is done elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from digest.config.settings import DomainLimit

_CATCH_UP_S = 0.005
"""How much lateness of a timer may be made up for: 0.5 % of a second's messages."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of all places one of `of` processes has: the first ones get what does not divide evenly."""

    index: int
    of: int

    def of_places(self, places: int) -> int:
        """Return how many of `places` it has: the parts of all processes add up to them."""
        return places // self.of + (self.index < places % self.of)


class Rate(Protocol):
    """An even rate: of this process alone (`Pace`), or of a whole fleet (`shared_pace.SharedPace`)."""

    def wait_s(self, now: float) -> float:
        """Return how long to wait before the next message, 0 or less for not at all."""

    def take(self, now: float) -> None:
        """Count one message."""


class Pace:
    """An even rate: one message each 1/`per_second` seconds, without bursts (a token bucket of one token)."""

    def __init__(self, per_second: float) -> None:
        self._interval_s = 1.0 / per_second
        self._next_at = 0.0

    def wait_s(self, now: float) -> float:
        """Return how long to wait before the next message, 0 or less for not at all."""
        return self._next_at - now

    def take(self, now: float) -> None:
        """Count one message."""
        self._next_at = max(self._next_at, now - min(_CATCH_UP_S, self._interval_s / 2)) + self._interval_s


class Gate:
    """The limits of one recipient domain, for all connections of the pool."""

    def __init__(self, limit: DomainLimit, rate: Rate | None = None) -> None:
        self._pace = rate or (Pace(limit.per_second) if limit.per_second else None)
        self._limit = self._most = limit.connections
        self._open = 0

    def wait_s(self, now: float) -> float | None:
        """Return seconds until a message may start; None while all places are taken."""
        if self._most is not None and self._open >= self._most:
            return None
        return self._pace.wait_s(now) if self._pace else 0.0

    @property
    def is_shut(self) -> bool:
        """Whether this process has no place at all."""
        return self._most == 0

    @property
    def has_rate(self) -> bool:
        """Whether its messages a second are limited."""
        return self._pace is not None

    @property
    def is_within_part(self) -> bool:
        """Whether no more messages are under way than this process may have."""
        return self._most is None or self._open <= self._most

    def share(self, part: Part) -> None:
        """Take only a part of the places; others use the rest."""
        self._most = None if self._limit is None else part.of_places(self._limit)

    def enter(self, now: float) -> None:
        """Count a message that starts."""
        self._open += 1
        if self._pace:
            self._pace.take(now)

    def leave(self) -> None:
        """Count a message that ended."""
        self._open -= 1


class Concurrency:
    """How many connections a server bears: halved when it complains, one more after each 100 good messages."""

    def __init__(self, most: int) -> None:
        self._limit = self._most = most
        self._bears: int | None = None  # how many, where it complained and has not recovered
        self._good = 0
        self.allowed = most

    @property
    def is_whole(self) -> bool:
        """Whether the server is believed to bear all."""
        return self._bears is None

    def record_good(self) -> None:
        """Count a message that the server took."""
        if self._bears is None:
            return
        self._good += 1
        if self._good >= 100:
            self._good = 0
            self._bear(self._bears + 1)

    def halve(self) -> None:
        """Use half of the connections, at least one."""
        self._good = 0
        self._bear(max(1, self.allowed // 2))

    def share(self, part: Part) -> None:
        """Take only a part of the connections; one that was halved grows again by good messages alone."""
        self._most = part.of_places(self._limit)
        self._bear(self._limit if self._bears is None else self._bears)

    def _bear(self, connections: int) -> None:
        self._bears = connections if connections < self._limit else None
        self.allowed = min(self._most, connections)
