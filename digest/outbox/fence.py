"""The fence of a run: until when its claims surely hold; a run that lost touch with the ledger starts nothing more."""

from __future__ import annotations

import time
from datetime import timedelta

SILENT_AFTER = timedelta(seconds=60)
"""A sender of another machine counts as dead when it was not seen for so long; what it held is given to others."""

KEEP_SEEN_S = 5.0
"""A run writes to the store at least so often, so that nobody thinks it dead."""

_FRESH = 29 / 30
"""A sender says again that it lives when less than this part of its fence is left: every second, as a rule."""

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_read_clock = time.clock_gettime


def now_s() -> float:
    """Return seconds that also pass while the machine sleeps."""
    return _read_clock(_CLOCK)


class Fence:
    """Stands half of the lease after the last transaction began that wrote who lives and is known to be committed.

    The other half is for clocks of machines that differ, and for messages that are on their way.
    """

    def __init__(self, lease: timedelta = SILENT_AFTER) -> None:
        self._length_s = lease.total_seconds() / 2
        self._until = now_s() + self._length_s

    def move(self, begun_s: float) -> None:
        """Note that a transaction that began at `begun_s` (see `now_s`) and wrote who lives was committed."""
        self._until = max(self._until, begun_s + self._length_s)

    def should_move(self) -> bool:
        """Whether a good part of it is over, so that the next transaction should write that this sender lives."""
        return _read_clock(_CLOCK) > self._until - _FRESH * self._length_s

    def allows(self) -> bool:
        """Whether a message may start now."""
        return _read_clock(_CLOCK) < self._until
