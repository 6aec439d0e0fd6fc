"""What the ledger says is due, and since when this installation watches each newsletter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from digest.config.newsletter import Newsletter
from digest.editions import LateDecision
from digest.model.edition import Lane
from digest.pipeline.workspace import Workspace
from digest.schedule.due import LOOK_BACK, due_slots
from digest.store import editions, watches


class Ledger:
    """Reads the editions of the store for the daemon."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def mark_first_sight(self, now: datetime) -> None:
        """Remember since when each newsletter is watched; later calls change nothing of earlier ones."""
        with self._workspace.store.begin() as connection:
            watches.watch(connection, self._workspace.project.newsletters, now)

    def due(self, newsletter: Newsletter, now: datetime) -> Sequence[LateDecision]:
        """Return what becomes of the newsletter's slots that have come and that no edition answers for."""
        with self._workspace.store.read() as connection:
            baseline_at = watches.watched_since(connection, newsletter.id) or now
            answered = editions.list_editions(connection, newsletter=newsletter.id, since_at=now - LOOK_BACK)
        known = {row.slot_at for row in answered if row.lane is Lane.LIST}
        return due_slots(newsletter, known=known, baseline_at=baseline_at, now=now)
