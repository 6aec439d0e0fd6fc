"""What is known of a source between two readings, and what one reading brought."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from digest.model.story import Story


@dataclass(frozen=True, slots=True)
class SourceState:
    """What a source's last readings told: the validators for the next one, and its health."""

    source: str
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    content_hash: str = ""
    last_read_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    next_try_at: datetime | None = None
    failures: int = 0
    error: str = ""
    gone: bool = False


class ReadingStatus(enum.StrEnum):
    """How a reading ended."""

    OK = "ok"
    UNCHANGED = "unchanged"  # not modified, or the same bytes as last time
    WAITING = "waiting"  # not due yet (backoff, Retry-After, Cache-Control)
    GONE = "gone"  # 410: asked never to come back
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one source: its stories (empty unless OK) and the state to remember."""

    source: str
    status: ReadingStatus
    state: SourceState
    stories: tuple[Story, ...] = ()
    error: str = ""
    warnings: tuple[str, ...] = ()
