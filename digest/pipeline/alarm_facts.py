"""The facts for alarms, read from the store; what the process knows of itself is the caller's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Connection

from digest.alarms import EditionFact, Facts, ProcessFacts, RateFact, SourceFact
from digest.alarms.changes import LOOK_BACK
from digest.config.newsletter import Newsletter
from digest.config.sources import SourceConfig
from digest.editions import edition_id, slots
from digest.model.edition import EditionState, Lane
from digest.model.source import SourceState
from digest.pipeline.workspace import Workspace
from digest.store import editions, figures
from digest.store import sources as source_states
from digest.store.editions import EditionRow

Undecided = Sequence[tuple[str, datetime]]
"""Slots, by newsletter, that have come and that the ledger does not answer for yet."""

_DAY = timedelta(days=1)
_USUAL = 10
_LEAST_USUAL = 3
_HARD, _COMPLAINT = "hard", "complaint"
_BUILT = (EditionState.SENDING, EditionState.DONE)


def load_facts(workspace: Workspace, *, undecided: Undecided = (), process: ProcessFacts | None = None) -> Facts:
    """Read what alarms are made from."""
    now = workspace.clock()
    with workspace.store.read() as connection:
        return Facts(
            now=now,
            editions=tuple(_editions(connection, workspace, undecided, now)),
            sources=tuple(_sources(connection, workspace.project.sources, now)),
            rates=tuple(_rates(connection, now)),
            process=process or ProcessFacts(),
        )


def _editions(
    connection: Connection, workspace: Workspace, undecided: Undecided, now: datetime
) -> Iterable[EditionFact]:
    newsletters = workspace.project.newsletters
    for newsletter, slot_at in undecided:
        if slot_at > now - LOOK_BACK:
            yield EditionFact(edition_id(newsletter, slot_at), newsletter, slot_at, None)
    rows = editions.list_editions(connection, since_at=now - LOOK_BACK)
    rows = [row for row in rows if row.lane is Lane.LIST and row.slot_at <= now and row.newsletter in newsletters]
    counts = figures.story_counts(connection, [row.id for row in rows])
    sending = [row.id for row in rows if row.state is EditionState.SENDING]
    left = figures.waiting_readers(connection, sending)
    for row in rows:
        newsletter_ = newsletters[row.newsletter]
        if row.state is EditionState.SKIPPED and not _is_due(newsletter_, row.slot_at):
            continue
        yield EditionFact(
            row.id,
            row.newsletter,
            row.slot_at,
            row.state,
            reason=row.reason,
            stories=counts.get(row.id, 0),
            usual_stories=_usual(connection, row),
            left=left.get(row.id, 0),
            allowed=_DAY if newsletter_.deliver == "local_morning" else timedelta(0),
        )


def _is_due(newsletter: Newsletter, slot_at: datetime) -> bool:
    """Say whether the schedule names this slot: one that a holiday or a pause took is skipped on purpose."""
    if newsletter.schedule is None:
        return False
    return any(slots(newsletter.schedule, newsletter.zone, slot_at, slot_at + timedelta(microseconds=1)))


def _usual(connection: Connection, row: EditionRow) -> float:
    if row.state not in _BUILT:
        return 0
    counts = figures.recent_story_counts(connection, row.newsletter, before_at=row.slot_at, limit=_USUAL)
    return median(counts) if len(counts) >= _LEAST_USUAL else 0


def _sources(connection: Connection, configured: Sequence[SourceConfig], now: datetime) -> Iterable[SourceFact]:
    states = source_states.load_states(connection)
    for source in configured:
        state = states.get(source.id, SourceState(source.id))
        last_at = state.last_new_at or state.last_success_at
        yield SourceFact(
            source.id,
            failures=state.failures,
            error=state.error,
            is_gone=state.gone,
            silent_for=now - last_at if last_at else timedelta(0),
            silent_after=source.silent_after,
        )


def _rates(connection: Connection, now: datetime) -> Iterable[RateFact]:
    reports = figures.reports_by_newsletter(connection, since_at=now - _DAY)
    for newsletter, messages in figures.messages_by_newsletter(connection, since_at=now - _DAY).items():
        hard, complaints = (reports.get((newsletter, kind), 0) for kind in (_HARD, _COMPLAINT))
        yield RateFact(newsletter, messages, hard, complaints)
