"""An alarm: something that a person should know before readers notice it."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class AlarmKind(enum.StrEnum):
    """What can be wrong."""

    EDITION_MISSING = "edition-missing"  # its slot passed, and nobody is being mailed
    EDITION_FAILED = "edition-failed"  # it could not be built or sent
    EDITION_HELD = "edition-held"  # its slot passed, and it waits for a person
    THIN_EDITION = "thin-edition"  # it had far fewer stories than usual, or too few to go out
    SEND_SLOW = "send-slow"  # it is still being sent after the deadline
    SOURCE_FAILING = "source-failing"  # it could not be read several times in a row
    SOURCE_SILENT = "source-silent"  # it is read, but has had nothing new for long
    BOUNCE_RATE = "bounce-rate"  # too many addresses of a newsletter do not exist
    COMPLAINT_RATE = "complaint-rate"  # too many readers of a newsletter call it spam
    ROUTE_PAUSED = "route-paused"  # a mail server refuses us for a reason that a person must mend
    CONFIGURATION_REFUSED = "configuration-refused"  # changed files are wrong; those before them hold
    RESTART_NEEDED = "restart-needed"  # changed settings wait for a restart
    DUTY_FAILING = "duty-failing"  # something the daemon does over and over fails


OF_EDITIONS = frozenset(
    {AlarmKind.EDITION_MISSING, AlarmKind.EDITION_FAILED, AlarmKind.EDITION_HELD, AlarmKind.THIN_EDITION}
)
"""Kinds whose subject is an edition; they end by themselves when the edition is old."""

OF_THE_PROCESS = frozenset(
    {
        AlarmKind.ROUTE_PAUSED,
        AlarmKind.CONFIGURATION_REFUSED,
        AlarmKind.RESTART_NEEDED,
        AlarmKind.DUTY_FAILING,
    }
)
"""Kinds that one process sees, and another daemon on the same store cannot; their subject ends in its host."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong. `subject` is an id (edition, newsletter, source, …); `detail` is a line, no address."""

    kind: AlarmKind
    subject: str
    detail: str

    @property
    def key(self) -> str:
        """What makes it the same alarm while its detail changes."""
        return f"{self.kind}:{self.subject}"
