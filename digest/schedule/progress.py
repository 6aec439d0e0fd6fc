"""Log events of sends in progress: one every few seconds for each edition, however often it is told."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from digest.outbox import SendProgress

_EVERY_S = 10.0


class ProgressLog:
    """Writes a `sending` event at most every ten seconds an edition. `now_s` is a monotonic time."""

    def __init__(self, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._log = structlog.get_logger("outbox")
        self._now_s = now_s
        self._told_at: dict[str, float] = {}

    def follow(self, moment: SendProgress) -> None:
        """Take a moment of a send; the first one of an edition only sets its clock."""
        now_s = self._now_s()
        told_at = self._told_at.setdefault(moment.edition, now_s)
        if now_s - told_at >= _EVERY_S:
            self._told_at[moment.edition] = now_s
            self._log.info("sending", **moment.as_json())
        if not moment.sums.queued + moment.sums.sending:
            self._told_at.pop(moment.edition, None)
