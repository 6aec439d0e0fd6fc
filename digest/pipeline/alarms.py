"""Alarms: what is wrong is written down once and told once, and so is its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from digest.alarms import Facts, decide_changes, find_alarms
from digest.alarms.changes import Standing
from digest.pipeline.workspace import Workspace
from digest.store import alarms as store
from digest.store.alarms import AlarmRow

_OTHERS_TELL = timedelta(minutes=2)
"""What another process raised and did not tell for so long is told by us: it may have died in between."""


@dataclass(frozen=True, slots=True)
class News:
    """What to tell: alarms that were raised, and alarms that ended."""

    raised: Sequence[AlarmRow] = ()
    ended: Sequence[AlarmRow] = ()

    def __bool__(self) -> bool:
        return bool(self.raised or self.ended)


Tell = Callable[[News], Awaitable[bool]]
"""Tells people; False where nobody could be reached."""


def record_alarms(workspace: Workspace, facts: Facts, *, host: str) -> News:
    """Write down what is new and what has ended; return what is to be told now.

    Each alarm is logged when it is raised and when it ends, whether or not anybody can be told.
    """
    found = find_alarms(facts, workspace.project.settings.alarms)
    log = structlog.get_logger("alarms")
    with workspace.store.begin() as connection:
        standing = [Standing(row.alarm, row.raised_at) for row in store.standing_alarms(connection)]
        changes = decide_changes(found, standing, host=host, now=facts.now)
        raised = store.raise_alarms(connection, changes.raised, facts.now)
        store.clear_alarms(connection, changes.cleared, facts.now)
        store.clear_alarms(connection, changes.forgotten, facts.now, silently=True)
        store.describe_anew(connection, found)
        fresh, ended = store.untold_alarms(connection)
    for alarm in raised:
        log.warning("alarm raised", kind=alarm.kind.value, subject=alarm.subject, detail=alarm.detail)
    for alarm in changes.cleared:
        log.info("alarm cleared", kind=alarm.kind.value, subject=alarm.subject)
    ours = {alarm.key for alarm in raised}
    old_at = facts.now - _OTHERS_TELL
    mine = [row for row in fresh if row.alarm.key in ours or row.raised_at <= old_at]
    cleared = {alarm.key for alarm in changes.cleared}
    over = [row for row in ended if row.alarm.key in cleared or (row.cleared_at and row.cleared_at <= old_at)]
    return News(mine, over)


async def tell_news(workspace: Workspace, news: News, tell: Tell) -> bool:
    """Tell people, and note it; what nobody could be told is told at a later call. True where all is told."""
    if not news:
        return True
    if not await tell(news):
        return False
    with workspace.store.begin() as connection:
        store.mark_told(connection, news.raised, news.ended, workspace.clock())
    return True
