"""What the ledger says is due, and since when this installation watches each newsletter."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from digest.config.newsletter import Newsletter
from digest.config.schedule import Schedule
from digest.editions import LateDecision, schedule_fingerprint
from digest.model.edition import EditionState, Lane
from digest.pipeline.workspace import Workspace
from digest.schedule.due import LOOK_BACK, Watched, due_drafts, due_slots
from digest.store import editions, watches
from digest.store.watches import Watch

_TOLD = (EditionState.SENDING, EditionState.DONE)


class Ledger:
    """Reads the editions of the store for the daemon."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def watch(self, now: datetime) -> None:
        """Remember that each newsletter is watched, by which schedule and since when; call it every minute or so."""
        found = self._workspace.project.newsletters.values()
        wanted = [(newsletter.id, *_rule_of(newsletter)) for newsletter in found if newsletter.schedule]
        with self._workspace.store.begin() as connection:
            watches.watch(connection, wanted, now)

    def due(self, newsletter: Newsletter, now: datetime) -> Sequence[LateDecision]:
        """Return what becomes of the newsletter's slots that have come and that no edition answers for."""
        with self._workspace.store.read() as connection:
            known = _known(editions.list_editions(connection, newsletter=newsletter.id, since_at=now - LOOK_BACK))
            watched = [_watched(row) for row in watches.load_watches(connection, newsletter.id)]
        return due_slots(newsletter, known=known, watched=watched, now=now)

    def due_drafts(self, newsletter: Newsletter, now: datetime) -> Sequence[datetime]:
        """Return the newsletter's slots ahead whose draft is due and that no edition answers for."""
        if newsletter.draft is None:
            return []
        with self._workspace.store.read() as connection:
            known = _known(editions.list_editions(connection, newsletter=newsletter.id, since_at=now))
        return due_drafts(newsletter, known=known, now=now)


def _known(rows: Sequence[editions.EditionRow]) -> dict[datetime, bool]:
    return {row.slot_at: row.state in _TOLD for row in rows if row.lane is Lane.LIST}


def _rule_of(newsletter: Newsletter) -> tuple[str, str]:
    """Return fingerprint and text of the newsletter's schedule in its zone."""
    schedule = newsletter.schedule.model_dump(mode="json") if newsletter.schedule else None
    rule = json.dumps({"schedule": schedule, "timezone": newsletter.timezone}, sort_keys=True)
    return schedule_fingerprint(rule), rule


def _watched(row: Watch) -> Watched:
    """Return a version of the schedule; what an older program wrote and this one cannot read counts as not kept."""
    try:
        rule = json.loads(row.rule)
        times = [value[:5] for value in rule["schedule"]["at"]]
        schedule = Schedule.model_validate(rule["schedule"] | {"at": times})
        return Watched(row.since_at, schedule, ZoneInfo(rule["timezone"]))
    except (KeyError, TypeError, ValueError, ValidationError):
        return Watched(row.since_at, None, ZoneInfo("UTC"))
