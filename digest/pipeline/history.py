"""History: the deliveries of editions that ended long ago are folded into sums, a few at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from digest.pipeline.workspace import Workspace
from digest.store import history

_AT_ONCE = 5000
"""Rows of one transaction: on SQLite nobody else can write meanwhile."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was folded."""

    editions: int = 0
    deliveries: int = 0


def prune(
    workspace: Workspace,
    *,
    older_than: timedelta | None = None,
    progress: Callable[[int], None] = lambda deliveries: None,
) -> Pruned:
    """Fold the deliveries of editions that ended longer ago than `older_than`, `keep_deliveries` unless given.

    Sums and reasons stay for reports; who got the edition is forgotten. It may be stopped and run again at any time.
    """
    before = workspace.clock() - (older_than if older_than is not None else workspace.project.settings.keep_deliveries)
    store, total = workspace.store, 0
    with store.read() as connection:
        chosen = history.find_prunable(connection, ended_before=before)
    for audience in chosen:
        while True:
            with store.begin() as connection:
                folded = history.fold(connection, audience, most=_AT_ONCE)
            if not folded:
                break
            total += folded
            progress(total)
    if total:
        store.tidy("deliveries", "attempts")
    return Pruned(len(chosen), total)
