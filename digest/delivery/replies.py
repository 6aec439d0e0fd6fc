"""What an answer of the mail server means for a delivery: a pure table, carried out elsewhere."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import NamedTuple

from digest.model.delivery import Stage

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
_UNKNOWN_USER = re.compile(
    r"user unknown|unknown (?:user|recipient|mailbox|local part)|no such (?:user|recipient|mailbox|address)"
    r"|(?:user|recipient|mailbox|account|address)(?: \S+)? (?:does not exist|doesn't exist|not found|is disabled)"
    r"|invalid (?:recipient|mailbox)|no mailbox here",
    re.IGNORECASE,
)
_HARD = re.compile(r"5\.1\.(?:0|1|2|3|4|5|6|10)|5\.2\.1")


class Reply(NamedTuple):
    """A reply of the server: its code and all lines of its text, joined by blanks."""

    code: int
    text: str = ""

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463) that the text begins with, or nothing."""
        found = _ENHANCED.match(self.text)
        return found[1] if found else ""

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Lost:
    """No reply came: the connection was lost or the time was over."""

    detail: str = "connection lost"

    def __str__(self) -> str:
        return self.detail


Answer = Reply | Lost


class Fate(enum.StrEnum):
    """What becomes of the delivery."""

    SENT = "sent"
    DEFER = "defer"  # try again later
    FAIL = "fail"
    REQUEUE = "requeue"  # as if it had not been tried
    UNCERTAIN = "uncertain"  # it may have been accepted


class Remedy(enum.StrEnum):
    """What must happen beside the delivery."""

    NONE = "none"
    BACK_OFF = "back off"  # leave the route alone for a while
    PAUSE_ROUTE = "pause route"  # our login or settings are wrong: a person must act
    PAUSE_EDITION = "pause edition"  # the sender is refused: it would be for every reader


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do. `charge`: the attempt counts for this reader. `is_hard`: the address does not exist.

    `slow_down`: the server wants fewer connections.
    """

    fate: Fate
    remedy: Remedy = Remedy.NONE
    charge: bool = False
    is_hard: bool = False
    slow_down: bool = False


_SENT = Decision(Fate.SENT, charge=True)
_REQUEUE = Decision(Fate.REQUEUE)
_BACK_OFF = Decision(Fate.REQUEUE, Remedy.BACK_OFF)
_OPENING = (Stage.CONNECT, Stage.EHLO, Stage.STARTTLS, Stage.AUTH)


def decide(stage: Stage, answer: Answer) -> Decision:
    """Return what an answer at a stage of the dialogue means (the stage table of docs/how-to/sending.md).

    A reply that the stage does not allow, as 354 to the final dot, counts as no reply.
    """
    if stage is Stage.BODY and isinstance(answer, Reply) and 200 <= answer.code < 300:
        return _SENT
    if isinstance(answer, Lost) or not (200 <= answer.code < 300 or 400 <= answer.code < 600):
        return _decide_lost(stage)
    if answer.code < 300:
        return _decide_lost(stage)
    if stage in _OPENING:
        return _decide_opening(stage, answer)
    slow_down = answer.code == 421 or answer.enhanced.startswith("4.7.")
    if answer.code == 421:
        if stage is Stage.BODY:
            return Decision(Fate.DEFER, charge=True, slow_down=True)
        return Decision(Fate.REQUEUE, slow_down=True)
    if answer.code < 500:
        return Decision(Fate.DEFER, charge=True, slow_down=slow_down)
    if stage is Stage.MAIL:
        return Decision(Fate.REQUEUE, Remedy.PAUSE_EDITION)
    return Decision(Fate.FAIL, charge=True, is_hard=stage is Stage.RCPT and is_hard_bounce(answer))


def is_hard_bounce(reply: Reply) -> bool:
    """Whether a refused recipient does not exist; 5.7.x is about us, 5.1.7 and 5.1.8 about the sender."""
    if reply.enhanced:
        return _HARD.fullmatch(reply.enhanced) is not None or (
            not reply.enhanced.startswith(("5.7.", "5.1.", "5.2.")) and _UNKNOWN_USER.search(reply.text) is not None
        )
    return _UNKNOWN_USER.search(reply.text) is not None


def _decide_lost(stage: Stage) -> Decision:
    if stage in _OPENING:
        return _BACK_OFF
    if stage is Stage.BODY:
        return Decision(Fate.UNCERTAIN, charge=True)
    return _REQUEUE


def _decide_opening(stage: Stage, reply: Reply) -> Decision:
    if reply.code < 500:
        return Decision(Fate.REQUEUE, Remedy.BACK_OFF, slow_down=reply.code == 421)
    if stage is Stage.CONNECT:
        # The next host may take it; where there is none the delivery waits, and the reader is not charged.
        return Decision(Fate.DEFER, Remedy.BACK_OFF)
    return Decision(Fate.REQUEUE, Remedy.PAUSE_ROUTE)
