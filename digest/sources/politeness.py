"""When a source is read again, and what is remembered for it; pure: no clock, no chance, no network."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.config.sources import SourceConfig
from digest.model.source import SourceState
from digest.sources.context import ReadingContext

LONGEST_BACKOFF = timedelta(days=1)
LONGEST_ASKED = timedelta(days=7)
JITTER = 0.1
_MARK = "#configured-as-"


@dataclass(frozen=True, slots=True)
class Turn:
    """One source's turn in a round: what is configured, what its last readings told, and the context."""

    source: SourceConfig
    state: SourceState
    context: ReadingContext

    @property
    def every(self) -> timedelta:
        """Least time between two readings."""
        return self.source.every or self.context.settings.fetch.every


def after_success(turn: Turn, *, max_age_s: int | None = None) -> SourceState:
    """Return the state after a reading that worked.

    The next one comes after `every`, or later where Cache-Control or the feed's ttl ask for it (at
    most a day), and up to a tenth later still, so that sources spread. Folders are always due.
    """
    now = turn.context.now
    wait = max(turn.every, min(timedelta(seconds=max_age_s or 0), LONGEST_BACKOFF))
    is_always_due = turn.source.path is not None and turn.source.every is None
    return replace(
        turn.state,
        last_read_at=now,
        last_success_at=now,
        next_try_at=None if is_always_due else now + spread(wait, turn.source.id, now=now),
        failures=0,
        error="",
        gone=False,
    )


def after_failure(turn: Turn, error: str, *, retry_after_s: int | None = None) -> SourceState:
    """Return the state after a failed reading.

    The wait doubles each time up to a day; Retry-After counts up to a week.
    """
    now, failures = turn.context.now, turn.state.failures + 1
    wait = min(turn.every * 2 ** min(failures - 1, 12), LONGEST_BACKOFF)
    wait = max(wait, min(timedelta(seconds=retry_after_s or 0), LONGEST_ASKED))
    return replace(
        turn.state,
        last_read_at=now,
        next_try_at=None if turn.source.path else now + spread(wait, turn.source.id, now=now),
        failures=failures,
        error=error,
        # After three failures the configured address gets its chance again.
        moved_to="" if failures >= 3 else turn.state.moved_to,
    )


def spread(wait: timedelta, source: str, *, now: datetime) -> timedelta:
    """Lengthen a wait by up to a tenth, by source and time, so that many sources do not come at one moment."""
    digest = hashlib.sha256(f"{source} {now.isoformat()}".encode()).digest()
    return wait * (1 + JITTER * int.from_bytes(digest[:4], "big") / 2**32)


def conditional_headers(state: SourceState) -> dict[str, str]:
    """Return the validators of the last reading (RFC 9110 §13.1)."""
    headers = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in headers.items() if value and value.isprintable() and value.isascii()}


def current_url(turn: Turn) -> str:
    """Return where to read: the address a permanent redirect gave, as long as the configured one is the same."""
    configured = str(turn.source.url)
    moved_to, _, mark = turn.state.moved_to.partition(_MARK)
    return moved_to if moved_to and mark == _address_mark(configured) else configured


def remember_move(turn: Turn, permanent_url: str) -> str:
    """Return what to keep of permanent redirects: where to, and a mark of the address they started from."""
    configured = str(turn.source.url)
    if permanent_url and permanent_url != configured:
        return f"{permanent_url.partition('#')[0]}{_MARK}{_address_mark(configured)}"
    return turn.state.moved_to if current_url(turn) != configured else ""


def _address_mark(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:12]
