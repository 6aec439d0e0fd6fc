"""Visits that wait until it is clear whether a person made them; in memory only, by a salted hash, for minutes."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

HOLD = timedelta(seconds=10)
"""How long a click waits: whoever follows `MOST_LINKS` different links meanwhile is a program that checks them all."""

MOST_LINKS = 4
"""So many different links of one edition within `HOLD` no person follows."""

ONCE_IN = timedelta(minutes=30)
"""The same visitor counts once for the same link in this time."""

_REMEMBERED = 50_000

Kind = Literal["open", "click"]


@dataclass(frozen=True, slots=True)
class Counted:
    """One opening or click: of which edition, on which link (0 for an opening), when. Nobody's."""

    edition: str
    kind: Kind
    link: int
    at: datetime


@dataclass(slots=True)
class _Guest:
    """What one visitor did with one edition, as long as that is remembered."""

    waiting: list[Counted] = field(default_factory=list)
    counted: dict[int, datetime] = field(default_factory=dict)
    is_program: bool = False


class Visits:
    """Takes visits, and gives out those that count. The longest quiet visitors are forgotten; nothing is written."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)
        self._guests: OrderedDict[bytes, _Guest] = OrderedDict()
        self._settled: list[Counted] = []

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return not self._settled and not any(guest.waiting for guest in self._guests.values())

    def enter(self, visit: Counted, visitor: str) -> None:
        """Take one visit. `visitor` tells visitors apart (a network address with a browser, or the word in a picture's
        address); only a hash of it is remembered, with a salt that ends with the process.
        """
        guest = self._guest(f"{visit.kind}\0{visit.edition}\0{visitor}")
        before = guest.counted.get(visit.link)
        if guest.is_program or (before is not None and visit.at - before < ONCE_IN):
            return
        guest.counted[visit.link] = visit.at
        if visit.kind == "open":
            self._settled.append(visit)
            return
        guest.waiting.append(visit)
        together = [at for at in guest.counted.values() if visit.at - at <= HOLD]
        if len(together) >= MOST_LINKS:
            guest.is_program = True
            guest.waiting.clear()

    def settle(self, now: datetime) -> Counter[Counted]:
        """Return what counts by now; each visit is given once."""
        settled, self._settled = Counter(self._settled), []
        for guest in self._guests.values():
            due = [visit for visit in guest.waiting if now - visit.at >= HOLD]
            settled.update(due)
            if due:
                guest.waiting = [visit for visit in guest.waiting if now - visit.at < HOLD]
        return settled

    def _guest(self, name: str) -> _Guest:
        key = hashlib.blake2b(name.encode(), digest_size=16, key=self._salt).digest()
        guest = self._guests.setdefault(key, _Guest())
        self._guests.move_to_end(key)
        while len(self._guests) > _REMEMBERED:
            _, gone = self._guests.popitem(last=False)
            self._settled += gone.waiting
        return guest
