"""What selection must know about one slot, read from the store: window, memory, weights, candidates."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.config.newsletter import Newsletter
from digest.model.candidate import Candidate
from digest.model.edition import Lane
from digest.pipeline.overlay import NO_OVERLAY, Overlay
from digest.pipeline.workspace import Workspace
from digest.selection import Situation, find_wanted, longest_window, ordinary_start, rule_reads_text, window_start
from digest.store import editions, pool, watches

_MEMORY = timedelta(days=60)
_TOLD_TODAY = timedelta(hours=24)
_LATE_ARRIVALS = timedelta(days=1)
_JUST_AFTER = timedelta(microseconds=1)


def load_situation(
    workspace: Workspace,
    connection: Connection,
    newsletter: Newsletter,
    *,
    slot_at: datetime,
    until_at: datetime | None = None,
    lane: Lane = Lane.LIST,
) -> Situation:
    """Read from the ledger what this newsletter told before, and since when stories count.

    A copy sent by hand (lane DIRECT) shows what is worth telling, whether or not readers had it already.
    """
    weights = {source.id: source.weight for source in workspace.project.sources}
    parents = {topic_id: topic.parent for topic_id, topic in workspace.project.topics.items() if topic.parent}
    if lane is Lane.DIRECT:
        since_at = window_start(newsletter, slot_at, None)
        return Situation(slot_at, since_at, until_at, source_weights=weights, topic_parents=parents)
    last = editions.last_edition(connection, newsletter.id, before_at=slot_at)
    used, used_clusters = editions.load_used(connection, [newsletter.id], slot_at - _MEMORY, before_at=slot_at)
    told: frozenset[str] = frozenset()
    if newsletter.avoid_repeats_of:
        told_stories, told_clusters = editions.load_used(
            connection, newsletter.avoid_repeats_of, slot_at - _TOLD_TODAY, before_at=slot_at
        )
        told = told_stories | told_clusters
    return Situation(
        slot_at=slot_at,
        since_at=window_start(newsletter, slot_at, _told_until(connection, newsletter, last)),
        until_at=until_at,
        source_weights=weights,
        used=used,
        used_clusters=used_clusters,
        told=told,
        topic_parents=parents,
    )


def _told_until(connection: Connection, newsletter: Newsletter, last: editions.EditionRow | None) -> datetime | None:
    """Return up to when this newsletter has told its news; None before its first edition.

    After a restore nobody knows what was told since the backup: only the last `window.length` before the restore
    may be news, so that readers do not get last week again.
    """
    told_until = last.until_at if last else None
    restored_at = watches.restored_at(connection, newsletter.id)
    if told_until is None or restored_at is None:
        return told_until
    return max(told_until, restored_at - newsletter.window.length)


def load_candidates(
    connection: Connection,
    newsletter: Newsletter,
    situation: Situation,
    *,
    overlay: Overlay = NO_OVERLAY,
    names: Collection[str] = (),
    with_ladder: bool = True,
) -> list[Candidate]:
    """Read every story that any rule of the newsletter could want for this slot.

    Without the fallback ladder, nothing is read that lies before the window but other versions of the same events.
    `names` are stories that are asked for by id, whatever the rules say.
    """
    fresh = overlay.candidates
    oldest_at = situation.slot_at - longest_window(newsletter) - _LATE_ARRIVALS
    # What was laid over the pool may share its events with stories that no rule wants.
    about = None if fresh else _about(newsletter, situation, frozenset(names))
    reach_at = ordinary_start(newsletter, situation) - _LATE_ARRIVALS
    pooled = pool.load_candidates(
        connection,
        oldest_at if with_ladder or fresh else max(oldest_at, reach_at),
        situation.end_at + _JUST_AFTER,
        with_text=rule_reads_text(newsletter),
        about=about,
        versions_since_at=oldest_at,
    )
    return [*(candidate for candidate in pooled if candidate.id not in fresh), *fresh.values()]


def _about(newsletter: Newsletter, situation: Situation, names: frozenset[str]) -> pool.About:
    wanted = find_wanted(newsletter, situation, names=names)
    if wanted.is_everything:
        return pool.About(names=wanted.names)
    return pool.About(wanted.regions, wanted.topics, wanted.sources, wanted.names)
