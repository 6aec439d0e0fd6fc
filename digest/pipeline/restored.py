"""A store that went back in time, as a restored backup does: noticed, and settled so that nothing is sent twice.

Daemons keep the instant up to which they looked after the ledger, in the store and in a small file beside the journal.
A store that is behind its file lost what happened in between. A restore on a new machine has no such file: who
carries it out calls `settle` with the present instant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.editions import edition_id, slots
from digest.model.edition import EditionState
from digest.pipeline.workspace import Workspace
from digest.store import editions, watches
from digest.store.editions import Slot
from digest.store.secrets import ensure_stored_secret

_TOLERANCE = timedelta(minutes=3)
"""A machine that lost power may lose its last moments; that is no restored backup."""

_LOOK_BACK = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Lost:
    """The span that a store knows nothing of, though a daemon looked after it."""

    since_at: datetime
    until_at: datetime


def note_seen(workspace: Workspace) -> None:
    """Note beside the store until when its ledger was looked after; call it after the store was told so."""
    with workspace.store.read() as connection:
        seen_at = watches.last_seen(connection)
    if seen_at is None:
        return
    file = _file(workspace)
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".part")
    half.write_text(seen_at.isoformat(), encoding="utf-8")
    half.replace(file)


def find_lost(workspace: Workspace) -> Lost | None:
    """Return the span that the store lost; None where it is as the daemons left it, or new."""
    with workspace.store.read() as connection:
        seen_at = watches.last_seen(connection)
    noted_at = _read(_file(workspace))
    if seen_at is None or noted_at is None or noted_at - seen_at <= _TOLERANCE:
        return None
    return Lost(seen_at, noted_at)


def settle(workspace: Workspace, lost: Lost) -> list[str]:
    """Make sure that nothing of a lost span goes out by itself; return the editions that were touched.

    Slots within the span are skipped with that reason. Editions that were unfinished when the store was copied are held
    for a person, who knows whether they went out since.
    """
    copied = f"the store went back to {lost.since_at:%Y-%m-%d %H:%M %Z}, as a restored backup does"
    touched = []
    with workspace.store.begin() as connection:
        now = workspace.clock()
        for row in editions.unfinished_editions(connection):
            reason = f"{copied}, when this was {row.state.value}; approve it if it did not go out since"
            editions.withdraw_approval(connection, row.id)
            editions.set_state(connection, row.id, EditionState.HELD, now=now, reason=reason)
            touched.append(row.id)
        for slot in _slots_within(workspace, lost):
            if editions.claim_slot(connection, slot, owner="", now=now):
                reason = f"{copied}: whether this was sent is not known"
                editions.set_state(connection, slot.id, EditionState.SKIPPED, now=now, reason=reason)
                touched.append(slot.id)
    return touched


def _slots_within(workspace: Workspace, lost: Lost) -> Iterator[Slot]:
    first = max(lost.since_at, lost.until_at - _LOOK_BACK)
    for newsletter in workspace.project.newsletters.values():
        if newsletter.schedule is None:
            continue
        for due in slots(newsletter.schedule, newsletter.zone, first, lost.until_at):
            yield Slot(edition_id(newsletter.id, due.at), newsletter.id, due.at)


def _file(workspace: Workspace) -> Path:
    with workspace.store.begin() as connection:
        name = ensure_stored_secret(connection, "store")[:16]
    return workspace.at_root("var/journal") / f"{name}.seen"


def _read(file: Path) -> datetime | None:
    try:
        noted_at = datetime.fromisoformat(file.read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return None
    return noted_at if noted_at.tzinfo else noted_at.replace(tzinfo=UTC)
