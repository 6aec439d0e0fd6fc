"""The ledger of editions: claims, states, contents, and the memory of told stories; not the deliveries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from digest.errors import NotFoundError, StoreError
from digest.model.edition import Edition, EditionState, Lane
from digest.store.dialect import insert_new
from digest.store.edition_states import FINISHED, UNFINISHED, may_follow
from digest.store.tables import edition_stories, editions, stories

LEASE = timedelta(minutes=5)
"""How long a claim holds without being renewed; afterwards another process may take the edition over."""


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition as the ledger knows it, without its content."""

    id: str
    newsletter: str
    slot_at: datetime
    lane: Lane
    state: EditionState
    reason: str
    subject: str
    content_hash: str
    since_at: datetime | None
    until_at: datetime | None
    owner: str
    lease_until: datetime | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    approved_at: datetime | None
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class Slot:
    """What makes an edition unique: newsletter, instant and lane; `id` is its name everywhere else."""

    id: str
    newsletter: str
    slot_at: datetime
    lane: Lane = Lane.LIST


_SENDING = EditionState.SENDING
_COLUMNS = tuple(editions.c[name] for name in EditionRow.__slots__)


def claim_slot(connection: Connection, slot: Slot, *, owner: str, now: datetime, lease: timedelta = LEASE) -> bool:
    """Make the edition ours: insert it, or take over one that is unfinished and nobody holds any more.

    True also where `owner` holds it already (the lease is renewed). False where another process
    holds it, or where it is held for a person or finished.
    """
    values = {
        "id": slot.id,
        "newsletter": slot.newsletter,
        "slot_at": slot.slot_at,
        "lane": slot.lane.value,
        "state": EditionState.PLANNED.value,
        "reason": "",
        "subject": "",
        "content_hash": "",
        "owner": owner,
        "lease_until": now + lease,
        "created_at": now,
        "updated_at": now,
    }
    if insert_new(connection, editions, values):
        return True
    mine = and_(
        editions.c.newsletter == slot.newsletter,
        editions.c.slot_at == slot.slot_at,
        editions.c.lane == slot.lane.value,
    )
    return _take(connection, mine, owner=owner, now=now, lease=lease)


def claim_edition(
    connection: Connection, edition_id: str, *, owner: str, now: datetime, lease: timedelta = LEASE
) -> bool:
    """Take over or renew an edition that stands in the ledger, as `claim_slot` does for a slot."""
    return _take(connection, editions.c.id == edition_id, owner=owner, now=now, lease=lease)


def release(connection: Connection, edition_id: str, *, owner: str) -> None:
    """Give a claim back at once, as at the end of a process."""
    mine = and_(editions.c.id == edition_id, editions.c.owner == owner)
    connection.execute(update(editions).where(mine).values(owner="", lease_until=None))


def set_state(
    connection: Connection, edition_id: str, state: EditionState, *, now: datetime, reason: str | None = None
) -> EditionState:
    """Move an edition to `state` and return the state before; `reason` is kept as it is unless given.

    Raises NotFoundError, and StoreError for a change the transition table does not know or that
    another process made first.
    """
    before = get_edition(connection, edition_id).state
    if not may_follow(before, state):
        raise StoreError(f"edition {edition_id} is {before.value} and cannot become {state.value}")
    values: dict[str, Any] = {"state": state.value, "updated_at": now}
    values["finished_at"] = now if state in FINISHED else None
    if reason is not None:
        values["reason"] = reason
    unchanged = and_(editions.c.id == edition_id, editions.c.state == before.value)
    if connection.execute(update(editions).where(unchanged).values(values)).rowcount != 1:
        raise StoreError(f"edition {edition_id} was changed by another process", is_temporary=True)
    return before


def start_sending(connection: Connection, edition_id: str, *, content_hash: str, now: datetime) -> bool:
    """Move a built edition to SENDING, if its content is still the one of that hash and nobody stopped it.

    True also where it is being sent already.
    """
    mine = and_(editions.c.id == edition_id, editions.c.content_hash == content_hash)
    may = [state.value for state in EditionState if state is not EditionState.HELD and may_follow(state, _SENDING)]
    values = {"state": _SENDING.value, "updated_at": now, "finished_at": None}
    return connection.execute(update(editions).where(mine, editions.c.state.in_(may)).values(values)).rowcount == 1


def approve(connection: Connection, edition_id: str, *, by: str, now: datetime) -> None:
    """Remember that a person wants the edition sent, however late it is; the first one counts."""
    first = and_(editions.c.id == edition_id, editions.c.approved_at.is_(None))
    connection.execute(update(editions).where(first).values(approved_at=now, approved_by=by))


def withdraw_approval(connection: Connection, edition_id: str) -> None:
    """Forget that somebody wanted the edition sent."""
    connection.execute(update(editions).where(editions.c.id == edition_id).values(approved_at=None, approved_by=None))


def touch_content(
    connection: Connection, edition_id: str, *, states: Collection[EditionState], content_hash: str, now: datetime
) -> bool:
    """Take hold of an edition's content to change it; False unless it is in one of `states` and of that hash still."""
    same = and_(
        editions.c.id == edition_id,
        editions.c.content_hash == content_hash,
        editions.c.state.in_([state.value for state in states]),
    )
    return connection.execute(update(editions).where(same).values(updated_at=now)).rowcount == 1


def save_content(connection: Connection, edition: Edition, content: str, *, content_hash: str, now: datetime) -> None:
    """Keep what was built: the edition as text of the caller's, with its hash and subject."""
    values = {"content": content, "content_hash": content_hash, "subject": edition.subject, "updated_at": now}
    if connection.execute(update(editions).where(editions.c.id == edition.id).values(values)).rowcount != 1:
        raise NotFoundError("edition", edition.id)


def save_window(connection: Connection, edition_id: str, since_at: datetime, until_at: datetime) -> None:
    """Keep from which window the edition's stories came."""
    values = {"since_at": since_at, "until_at": until_at}
    connection.execute(update(editions).where(editions.c.id == edition_id).values(values))


def find_content(connection: Connection, edition_id: str) -> str | None:
    """Return the text that `save_content` kept; None before the edition was built."""
    return connection.execute(select(editions.c.content).where(editions.c.id == edition_id)).scalar()


def find_edition(connection: Connection, edition_id: str) -> EditionRow | None:
    """Return the edition of that id."""
    row = connection.execute(select(*_COLUMNS).where(editions.c.id == edition_id)).first()
    return None if row is None else _edition_row(row)


def get_edition(connection: Connection, edition_id: str) -> EditionRow:
    """Return the edition of that id; raises NotFoundError."""
    found = find_edition(connection, edition_id)
    if found is None:
        raise NotFoundError("edition", edition_id)
    return found


def find_slot(connection: Connection, newsletter: str, slot_at: datetime, lane: Lane = Lane.LIST) -> EditionRow | None:
    """Return the edition of that newsletter at that slot."""
    same = and_(editions.c.newsletter == newsletter, editions.c.slot_at == slot_at, editions.c.lane == lane.value)
    row = connection.execute(select(*_COLUMNS).where(same)).first()
    return None if row is None else _edition_row(row)


def list_editions(
    connection: Connection,
    *,
    newsletter: str = "",
    states: Collection[EditionState] = (),
    since_at: datetime | None = None,
    limit: int | None = None,
) -> list[EditionRow]:
    """Return editions, the latest slot first."""
    query = select(*_COLUMNS).order_by(editions.c.slot_at.desc(), editions.c.id)
    if newsletter:
        query = query.where(editions.c.newsletter == newsletter)
    if states:
        query = query.where(editions.c.state.in_([state.value for state in states]))
    if since_at is not None:
        query = query.where(editions.c.slot_at >= since_at)
    return [_edition_row(row) for row in connection.execute(query.limit(limit))]


def unfinished_editions(connection: Connection, newsletter: str = "") -> list[EditionRow]:
    """Return what a restart goes on with, the oldest slot first."""
    return list_editions(connection, newsletter=newsletter, states=UNFINISHED)[::-1]


def last_edition(connection: Connection, newsletter: str, *, before_at: datetime | None = None) -> EditionRow | None:
    """Return the newsletter's latest edition whose stories count as told: built, being sent or done."""
    query = select(*_COLUMNS).where(editions.c.newsletter == newsletter, _counts(Lane.LIST))
    if before_at is not None:
        query = query.where(editions.c.slot_at < before_at)
    row = connection.execute(query.order_by(editions.c.slot_at.desc()).limit(1)).first()
    return None if row is None else _edition_row(row)


def record_used(connection: Connection, edition: Edition) -> None:
    """Remember the edition's stories and their clusters as told; a second call replaces the first.

    The other versions of an event count with it: they share its cluster.
    """
    placed = [(section.title, item) for section in edition.sections for item in section.stories]
    placed += [("", item) for item in edition.more]
    clusters = clusters_of(connection, [item.story.id for _, item in placed])
    rows = {
        item.story.id: {
            "edition_id": edition.id,
            "newsletter": edition.newsletter,
            "story_id": item.story.id,
            "cluster": clusters.get(item.story.id, ""),
            "position": position,
            "section": title,
            "score": item.score.total,
        }
        for position, (title, item) in enumerate(placed)
    }
    connection.execute(delete(edition_stories).where(edition_stories.c.edition_id == edition.id))
    if rows:
        connection.execute(insert(edition_stories), list(rows.values()))


def load_used(
    connection: Connection, newsletters: Sequence[str], since_at: datetime, *, before_at: datetime | None = None
) -> tuple[frozenset[str], frozenset[str]]:
    """Return ids and clusters of the stories these newsletters told in editions with slots since `since_at`.

    With `before_at`, only slots before it, so that a rebuilt edition does not count its own stories.
    Editions to named addresses, and those that were never sent, do not count.
    """
    used = edition_stories
    query = (
        select(used.c.story_id, used.c.cluster)
        .join(editions)
        .where(used.c.newsletter.in_(newsletters), editions.c.slot_at >= since_at, _counts(Lane.LIST, Lane.BREAKING))
    )
    if before_at is not None:
        query = query.where(editions.c.slot_at < before_at)
    rows = connection.execute(query).all()
    return frozenset(row.story_id for row in rows), frozenset(row.cluster for row in rows if row.cluster)


def clusters_of(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return the clusters of stories in the pool, by story id."""
    rows = connection.execute(select(stories.c.id, stories.c.cluster).where(stories.c.id.in_(ids)))
    return {row.id: row.cluster for row in rows}


def find_telling(connection: Connection, newsletter: str, story_id: str, cluster: str) -> str:
    """Return the id of an edition in which the newsletter told the story, or its event; empty where it never did."""
    used = edition_stories
    same = or_(used.c.story_id == story_id, used.c.cluster == cluster) if cluster else used.c.story_id == story_id
    query = (
        select(editions.c.id)
        .join(used)
        .where(used.c.newsletter == newsletter, same, _counts(Lane.LIST, Lane.BREAKING))
        .order_by(editions.c.slot_at.desc())
    )
    return connection.execute(query.limit(1)).scalar() or ""


def _take(connection: Connection, which: ColumnElement[bool], *, owner: str, now: datetime, lease: timedelta) -> bool:
    free = or_(editions.c.owner.in_(("", owner)), editions.c.lease_until.is_(None), editions.c.lease_until < now)
    open_states = editions.c.state.in_([state.value for state in UNFINISHED])
    statement = update(editions).where(which, free, open_states).values(owner=owner, lease_until=now + lease)
    return connection.execute(statement).rowcount == 1


def _counts(*lanes: Lane) -> ColumnElement[bool]:
    told = (EditionState.BUILT, EditionState.SENDING, EditionState.DONE, EditionState.HELD, EditionState.FAILED)
    return and_(
        editions.c.lane.in_([lane.value for lane in lanes]),
        editions.c.content_hash != "",
        editions.c.state.in_([state.value for state in told]),
    )


def _edition_row(row: Any) -> EditionRow:
    values = dict(row._mapping)
    return EditionRow(**values | {"lane": Lane(values["lane"]), "state": EditionState(values["state"])})
