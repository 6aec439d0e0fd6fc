"""The health of the sources, in words: last success, new stories, error, next try, silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from digest.config.sources import SourceConfig
from digest.model.source import SourceState
from digest.pipeline.workspace import Workspace
from digest.sources.fetch import split_login
from digest.store import sources as source_states
from digest.store.recent import count_by_source


def source_health(workspace: Workspace) -> list[dict[str, Any]]:
    """Return one object a source, in the order of the configuration."""
    now = workspace.clock()
    with workspace.store.read() as connection:
        states = source_states.load_states(connection)
        counts = count_by_source(connection, since_at=now - timedelta(days=7))
    return [
        _health(source, states.get(source.id, SourceState(source.id)), counts.get(source.id, 0), now)
        for source in workspace.project.sources
    ]


def _health(source: SourceConfig, state: SourceState, new: int, now: datetime) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "place": _place(source),
        "state": _state(source, state, now),
        "last_success": _iso(state.last_success_at),
        "new": new,
        "next_try": _iso(state.next_try_at),
        "failures": state.failures,
        "note": state.error or _silence(source, state, now),
    }


def _place(source: SourceConfig) -> str:
    """Return where the source is, without a password."""
    if source.url is None:
        return source.path or source.type
    return split_login(str(source.url))[0]


def _state(source: SourceConfig, state: SourceState, now: datetime) -> str:
    if state.gone:
        return "gone"
    if state.last_read_at is None:
        return "not read yet"
    if state.error:
        return "failing"
    return "silent" if _silence(source, state, now) else "ok"


def _silence(source: SourceConfig, state: SourceState, now: datetime) -> str:
    last_at = state.last_new_at or state.last_success_at
    if source.silent_after is None or last_at is None or now - last_at < source.silent_after:
        return ""
    return f"no new story for {(now - last_at).days} days"


def _iso(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
