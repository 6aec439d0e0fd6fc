"""When a source is read again, and what is remembered for it; pure: no clock, no chance, no network."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from digest.config.sources import SourceConfig
from digest.model.source import SourceState
from digest.sources.context import ReadingContext

LONGEST_BACKOFF = timedelta(days=1)
LONGEST_ASKED = timedelta(days=7)
JITTER = 0.1
_MARK = "#configured-as-"


def after_success(
    source: SourceConfig, state: SourceState, context: ReadingContext, *, max_age_s: int | None = None
) -> SourceState:
    """Return the state after a reading that worked.

    The next one comes after `every`, or later where Cache-Control or the feed's ttl ask for it (at
    most a day), and up to a tenth later still, so that sources spread. Folders are always due.
    """
    asked = min(timedelta(seconds=max_age_s or 0), LONGEST_BACKOFF)
    wait = max(_every(source, context), asked)
    return replace(
        state,
        last_read_at=context.now,
        last_success_at=context.now,
        next_try_at=context.now + spread(wait, source.id, context.now) if source.url or source.every else None,
        failures=0,
        error="",
        gone=False,
    )


def after_failure(
    source: SourceConfig, state: SourceState, context: ReadingContext, error: str, *, retry_after_s: int | None = None
) -> SourceState:
    """Return the state after a failed reading.

    The wait doubles each time up to a day; Retry-After counts up to a week.
    """
    failures = state.failures + 1
    wait = min(_every(source, context) * 2 ** min(failures - 1, 12), LONGEST_BACKOFF)
    wait = max(wait, min(timedelta(seconds=retry_after_s or 0), LONGEST_ASKED))
    return replace(
        state,
        last_read_at=context.now,
        next_try_at=context.now + spread(wait, source.id, context.now) if not source.path else None,
        failures=failures,
        error=error,
        # After three failures the configured address gets its chance again.
        moved_to="" if failures >= 3 else state.moved_to,
    )


def spread(wait: timedelta, source: str, now: datetime) -> timedelta:
    """Lengthen a wait by up to a tenth, by source and time, so that many sources do not come at one moment."""
    digest = hashlib.sha256(f"{source} {now.isoformat()}".encode()).digest()
    return wait * (1 + JITTER * int.from_bytes(digest[:4], "big") / 2**32)


def _every(source: SourceConfig, context: ReadingContext) -> timedelta:
    return source.every or context.settings.fetch.every


def conditional_headers(state: SourceState) -> dict[str, str]:
    """Return the validators of the last reading (RFC 9110 §13.1)."""
    headers = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in headers.items() if value and value.isprintable() and value.isascii()}


def current_url(source: SourceConfig, state: SourceState) -> str:
    """Return where to read: the address a permanent redirect gave, as long as the configured one is the same."""
    configured = str(source.url)
    moved_to, _, mark = state.moved_to.partition(_MARK)
    return moved_to if moved_to and mark == _address_mark(configured) else configured


def remember_move(source: SourceConfig, state: SourceState, permanent_url: str) -> str:
    """Return what to keep of permanent redirects: where to, and a mark of the address they started from."""
    configured = str(source.url)
    if permanent_url and permanent_url != configured:
        return f"{permanent_url.partition('#')[0]}{_MARK}{_address_mark(configured)}"
    return state.moved_to if current_url(source, state) != configured else ""


def _address_mark(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:12]
