"""A claimed delivery on its way: the attempt that the pool makes, for the run that holds the claim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from digest.delivery.attempt import Attempt, Outcome, Progress
from digest.delivery.message import Message
from digest.store.deliveries import ClaimedRow

_WAITING = Progress.WAITING  # an enumeration's member is slow to look up


class Holder(Protocol):
    """What a run does for the deliveries that it holds."""

    def make(self, held: Held) -> Message:
        """Make the message of a delivery."""

    may_go: Callable[[], bool]
    """Whether its claims still hold."""

    note_body: Callable[[int], None]
    """Note that the message of the delivery with this id is about to be written."""

    def finish(self, held: Held, outcome: Outcome) -> None:
        """Hear how it ended."""


class Held(Attempt):
    """A claimed delivery and its attempt in one."""

    __slots__ = ("_holder", "id", "row")

    def __init__(self, row: ClaimedRow, holder: Holder) -> None:
        # What the constructor of an attempt does, without calling it: a third of the price of making one.
        self.domain = row.domain
        self.progress = _WAITING
        self.withdrawn = False
        self.id = row.id
        self.row = row
        self._holder = holder

    def compose(self) -> Message:
        """Make the message."""
        return self._holder.make(self)

    def finish(self, outcome: Outcome) -> None:
        """Tell the run."""
        self._holder.finish(self, outcome)

    def before_body(self) -> None:
        """Note it in the journal."""
        self._holder.note_body(self.id)

    def may_go(self) -> bool:
        """Whether the claim still holds."""
        return self._holder.may_go()
