"""Whether any mail server can be used, and since when not; opens nothing."""

from __future__ import annotations

from datetime import timedelta

from digest.delivery.pool import SmtpPool


class ServerWatch:
    """Watches the pool for one run, whose patience with servers that stay away is `patience`."""

    def __init__(self, pool: SmtpPool, patience: timedelta) -> None:
        self._pool = pool
        self._patience_s = patience.total_seconds()
        self._trouble_since: float | None = None
        self.is_blocked = False

    def look(self, now: float) -> str:
        """Return why to pause: at once for a fault of ours, else when the patience is over; empty to go on."""
        trouble = self._pool.find_trouble()
        self.is_blocked = trouble is not None
        if self._pool.is_healthy:
            self._trouble_since = None
        elif trouble is not None:
            # A route whose back-off is over may be tried, but only an accepted message ends the trouble.
            if self._trouble_since is None:
                self._trouble_since = now
            if not trouble.is_temporary or now - self._trouble_since > self._patience_s:
                return str(trouble)
        return ""
