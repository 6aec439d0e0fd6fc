"""Queries of drafts: editions that editors see before their slot; what they changed is text of the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select, update

from digest.model.edition import EditionState
from digest.store.dialect import insert_new
from digest.store.tables import drafts, editions


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft as it is kept; `mailed_at` is None until its editors got it."""

    edition_id: str
    made_at: datetime
    mailed_at: datetime | None
    edits: str | None


def add_draft(connection: Connection, edition_id: str, now: datetime) -> None:
    """Make an edition one that editors see first; a second call changes nothing."""
    insert_new(connection, drafts, {"edition_id": edition_id, "made_at": now})


def find_draft(connection: Connection, edition_id: str) -> DraftRow | None:
    """Return the draft of an edition; None where editors do not see it first."""
    row = connection.execute(select(drafts).where(drafts.c.edition_id == edition_id)).first()
    return None if row is None else DraftRow(*row)


def unmailed_drafts(connection: Connection, newsletter: str) -> Sequence[str]:
    """Return the editions whose content is fixed and whose editors were told nothing, the oldest first."""
    waiting = (EditionState.BUILT.value, EditionState.HELD.value)
    query = (
        select(drafts.c.edition_id)
        .join(editions)
        .where(
            editions.c.newsletter == newsletter,
            drafts.c.mailed_at.is_(None),
            editions.c.content_hash != "",
            editions.c.state.in_(waiting),
        )
        .order_by(editions.c.slot_at)
    )
    return list(connection.scalars(query))


def mark_mailed(connection: Connection, edition_id: str, now: datetime) -> bool:
    """Remember that the editors got the draft; False where somebody else marked it first."""
    mine = and_(drafts.c.edition_id == edition_id, drafts.c.mailed_at.is_(None))
    return connection.execute(update(drafts).where(mine).values(mailed_at=now)).rowcount == 1


def save_edits(connection: Connection, edition_id: str, edits: str) -> None:
    """Keep what editors changed."""
    connection.execute(update(drafts).where(drafts.c.edition_id == edition_id).values(edits=edits))
