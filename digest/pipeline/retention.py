"""Retention: what is older than the settings want is forgotten, each kind in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from digest.pipeline import history
from digest.pipeline.workspace import Workspace
from digest.store import pool
from digest.store.alarms import prune_alarms
from digest.store.forgetting import forget_attempts, forget_editions, forget_events, forget_reports

Forget = Callable[[Connection], int]


def forget_old(workspace: Workspace) -> dict[str, int]:
    """Forget what is too old; return how much of each kind. It may be stopped and run again at any time."""
    folded = history.prune(workspace)
    forgotten = {"deliveries": folded.deliveries}
    for name, forget in _kinds(workspace).items():
        with workspace.store.begin() as connection:
            forgotten[name] = forget(connection)
    return forgotten


def _kinds(workspace: Workspace) -> dict[str, Forget]:
    now, settings = workspace.clock(), workspace.project.settings
    keep = settings.retention
    stories_at: datetime = now - settings.fetch.keep
    return {
        "attempts": lambda connection: forget_attempts(connection, before_at=now - keep.attempts),
        "reports": lambda connection: forget_reports(connection, before_at=now - keep.attempts),
        "editions": lambda connection: forget_editions(connection, before_at=now - keep.editions),
        "events": lambda connection: forget_events(connection, before_at=now - keep.events),
        "alarms": lambda connection: prune_alarms(connection, cleared_before_at=now - keep.alarms),
        "stories": lambda connection: pool.prune(connection, seen_before_at=stories_at),
    }
