"""One attempt to hand a message to a server, and its outcome; what travels through the pool."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from digest.delivery.message import Message
from digest.delivery.replies import Answer, Decision
from digest.model.delivery import Stage


class Progress(enum.Enum):
    """How far an attempt has come."""

    WAITING = "waiting"  # in the pool's queue
    ENVELOPE = "envelope"  # MAIL was or will at once be written
    BODY = "body"  # from here on the server may have it
    DONE = "done"


_WAITING = Progress.WAITING  # an enumeration's member is slow to look up


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: what was answered where, over which route, and what it means."""

    decision: Decision
    stage: Stage
    answer: Answer
    route: str = ""


class Attempt(ABC):
    """One attempt to deliver a message; what it delivers and who hears of it is its maker's.

    The pool calls `compose` when its turn comes, `may_go` and `before_body` right before the message itself is written,
    the point after which a crash leaves it uncertain, and `finish` once.
    """

    __slots__ = ("domain", "number", "progress", "withdrawn")

    number: int
    """Its place in the queue, where domains have queues of their own."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.progress = _WAITING
        self.withdrawn = False

    @abstractmethod
    def compose(self) -> Message:
        """Make the message."""

    @abstractmethod
    def finish(self, outcome: Outcome) -> None:
        """Hear how it ended."""

    @abstractmethod
    def before_body(self) -> None:
        """Note that the message is about to be written."""

    def may_go(self) -> bool:
        """Whether the claim on the delivery still holds."""
        return True

    def withdraw(self) -> bool:
        """Take the attempt back. True if it had not started: then `finish` will not be called."""
        self.withdrawn = True
        return self.progress is Progress.WAITING


class SingleAttempt(Attempt):
    """An attempt of which no ledger knows: a message, and a function that hears the outcome."""

    __slots__ = ("_finish", "_message")

    def __init__(self, message: Message, finish: Callable[[Outcome], None]) -> None:
        super().__init__(message.envelope_to.rpartition("@")[2].lower())
        self._message = message
        self._finish = finish

    def compose(self) -> Message:
        """Return the message."""
        return self._message

    def before_body(self) -> None:
        """Note nothing: nobody would read it after a crash."""

    def finish(self, outcome: Outcome) -> None:
        """Pass the outcome on."""
        self._finish(outcome)
