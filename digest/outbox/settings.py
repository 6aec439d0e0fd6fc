"""What a run needs to know beside its audience; values and ways to ask, no behaviour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.outbox.journal import Journal
from digest.outbox.progress import SendProgress


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a run needs beside its audience. `chance` gives 0 to 1 for jitter; `recover` frees what the dead held.

    `useful_until` gives, by a reader's time zone, until when they are tried; the audience's limit unless given.
    """

    sender: str
    journal: Journal | None
    patience: timedelta
    server_patience: timedelta
    retry_after: Sequence[timedelta]
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    recover: Callable[[], object]
    progress: Callable[[SendProgress], None]
    useful_until: Callable[[str], datetime] | None = None
