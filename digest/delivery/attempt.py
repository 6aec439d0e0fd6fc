"""One attempt to hand a message to a server, and its outcome; a value that travels through the pool."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

from digest.delivery.message import Message
from digest.delivery.replies import Answer, Decision
from digest.model.delivery import Stage


class Progress(enum.Enum):
    """How far an attempt has come."""

    WAITING = "waiting"  # in the pool's queue
    ENVELOPE = "envelope"  # MAIL was or will at once be written
    BODY = "body"  # from here on the server may have it
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: what was answered where, over which route, and what it means."""

    decision: Decision
    stage: Stage
    answer: Answer
    route: str = ""


@dataclass(slots=True, eq=False)
class Attempt:
    """One attempt. `compose` makes the message when its turn comes; `finish` is called once, at the end.

    `before_body` is called right before the message itself is written, the point after which a crash leaves it
    uncertain. `may_go` says whether the claim still holds; it is asked before the envelope and before the body.
    """

    domain: str
    compose: Callable[[], Message]
    finish: Callable[[Outcome], None]
    before_body: Callable[[], None] = field(default=lambda: None)
    may_go: Callable[[], bool] = field(default=lambda: True)
    progress: Progress = Progress.WAITING
    withdrawn: bool = False
    number: int = 0

    @property
    def is_off(self) -> bool:
        """Whether it must not be sent any more."""
        return self.withdrawn or not self.may_go()

    def withdraw(self) -> bool:
        """Take the attempt back. True if it had not started: then `finish` will not be called."""
        self.withdrawn = True
        return self.progress is Progress.WAITING
