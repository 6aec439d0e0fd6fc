"""Attempts that wait for a connection, ordered by arrival, held back by the limits of their domain."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from digest.config.settings import DomainLimit
from digest.delivery.attempt import Attempt
from digest.delivery.throttle import Gate, Part, Rate

_CROWD = 20


class AttemptQueue:
    """One queue for all domains without limits, one for each domain with limits, so that none waits for another."""

    def __init__(self, limits: Mapping[str, DomainLimit], rates: Mapping[str, Rate] | None = None) -> None:
        rates = rates or {}
        self._gates = {domain.lower(): Gate(limit, rates.get(domain)) for domain, limit in limits.items()}
        self._waiting: dict[str, deque[Attempt]] = {domain: deque() for domain in ("", *self._gates)}
        self._free = self._waiting[""]
        self._counter = 0

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values())) if self._gates else len(self._free)

    @property
    def has_limits(self) -> bool:
        """Whether some domain has limits."""
        return bool(self._gates)

    @property
    def has_rates(self) -> bool:
        """Whether the messages a second of some domain are limited."""
        return any(gate.has_rate for gate in self._gates.values())

    @property
    def is_within_part(self) -> bool:
        """Whether no domain has more messages under way than this process may have."""
        return all(gate.is_within_part for gate in self._gates.values())

    def add(self, attempts: Iterable[Attempt]) -> None:
        """Put attempts at the end."""
        if not self._gates:
            self._free.extend(attempts)
            return
        for attempt in attempts:
            self._counter += 1
            attempt.number = self._counter
            self._waiting[attempt.domain if attempt.domain in self._gates else ""].append(attempt)

    def pop(self, now: float) -> Attempt | None:
        """Take the attempt that came first of those that may start now."""
        if not self._gates:
            return self.pop_free()
        first: Attempt | None = None
        for domain, waiting in self._waiting.items():
            head = _head(waiting)
            if head is not None and (first is None or head.number < first.number) and self._may_start(domain, now):
                first = head
        if first is not None:
            domain = first.domain if first.domain in self._gates else ""
            self._waiting[domain].popleft()
            if domain:
                self._gates[domain].enter(now)
        return first

    def pop_free(self) -> Attempt | None:
        """Take the first attempt for a domain without limits."""
        waiting = self._free
        while waiting:
            attempt = waiting.popleft()
            if not attempt.withdrawn:
                return attempt
        return None

    def leave(self, attempt: Attempt) -> None:
        """Note that an attempt taken from here has ended."""
        if attempt.domain in self._gates:
            self._gates[attempt.domain].leave()

    def wait_s(self, now: float) -> float | None:
        """Return seconds until some attempt may start, 0 or less for now; None where only an ending one helps."""
        if _head(self._free) is not None:
            return 0.0
        if not self._gates:
            return None
        waits = [gate.wait_s(now) for domain, gate in self._gates.items() if _head(self._waiting[domain]) is not None]
        return min((wait for wait in waits if wait is not None), default=None)

    def crowded(self) -> list[str]:
        """Return the domains of which so many attempts wait that no more should be claimed."""
        return [
            domain
            for domain, waiting in (self._waiting.items() if self._gates else ())
            if domain and (len(waiting) >= _CROWD or self._gates[domain].is_shut)
        ]

    def share(self, part: Part) -> list[Attempt]:
        """Take only a part of each domain's connections; return what waits for a domain that has none left."""
        stranded: list[Attempt] = []
        for domain, gate in self._gates.items():
            gate.share(part)
            if gate.is_shut:
                stranded += [attempt for attempt in self._waiting[domain] if not attempt.withdrawn]
                self._waiting[domain].clear()
        return stranded

    def drain(self) -> list[Attempt]:
        """Take out all attempts that were not withdrawn."""
        left = [attempt for waiting in self._waiting.values() for attempt in waiting if not attempt.withdrawn]
        for waiting in self._waiting.values():
            waiting.clear()
        return left

    def _may_start(self, domain: str, now: float) -> bool:
        if not domain:
            return True
        wait = self._gates[domain].wait_s(now)
        return wait is not None and wait <= 0


def _head(waiting: deque[Attempt]) -> Attempt | None:
    while waiting and waiting[0].withdrawn:
        waiting.popleft()
    return waiting[0] if waiting else None
