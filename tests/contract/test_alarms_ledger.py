"""Alarms in the store: raised, told and ended once each, whatever restarts or runs beside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.alarms import EditionFact, Facts, SourceFact
from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.model.alarm import Alarm, AlarmKind
from digest.model.edition import EditionState
from digest.pipeline.alarms import News, record_alarms, tell_news
from digest.pipeline.workspace import Workspace
from digest.store import Store, alarms

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROJECT = load_project(shipped_config(), {})
FAILING = (SourceFact("desk", failures=3, error="x"),)


@pytest.fixture
def workspace(store: Store, tmp_path: Path) -> Workspace:
    """A workspace over the store."""
    opened = Workspace(PROJECT, root=tmp_path, clock=lambda: NOON)
    opened.__dict__["store"] = store
    return opened


def told(workspace: Workspace, minute: float, *, reach: bool = True, host: str = "here", **facts: object) -> list[str]:
    """Look once, and return what was told."""
    heard: list[str] = []

    async def tell(news: News) -> bool:
        if reach:
            heard.extend(f"{row.alarm.kind}" for row in news.raised)
            heard.extend(f"over {row.alarm.kind}" for row in news.ended)
        return reach

    found = Facts(NOON + timedelta(minutes=minute), **facts)  # type: ignore[arg-type]
    asyncio.run(tell_news(workspace, record_alarms(workspace, found, host=host), tell))
    return heard


def test_an_alarm_is_told_once_and_again_only_after_it_ended(workspace: Workspace) -> None:
    """Raised, lasting, over, raised again: each turn is told once."""
    turns = [told(workspace, 0, sources=FAILING), told(workspace, 1, sources=FAILING)]
    turns += [told(workspace, 2), told(workspace, 3), told(workspace, 4, sources=FAILING)]
    assert turns == [["source-failing"], [], ["over source-failing"], [], ["source-failing"]]


def test_what_nobody_could_be_told_is_told_later(workspace: Workspace) -> None:
    """While mail and webhook are down nothing is lost; what is over by then is not told at all."""
    assert told(workspace, 0, sources=FAILING, reach=False) == []
    assert told(workspace, 1, sources=FAILING, reach=False) == []
    assert told(workspace, 3, sources=FAILING) == ["source-failing"]
    gone = (SourceFact("wire", failures=9, error="x"),)
    assert told(workspace, 4, sources=(*FAILING, *gone), reach=False) == []
    assert told(workspace, 9, sources=FAILING) == []


def test_two_daemons_tell_once(workspace: Workspace) -> None:
    """Who raised an alarm tells it; another process does so only when it was not told for two minutes."""
    mine = record_alarms(workspace, Facts(NOON, sources=FAILING), host="a")
    other = record_alarms(workspace, Facts(NOON + timedelta(minutes=1), sources=FAILING), host="b")
    later = record_alarms(workspace, Facts(NOON + timedelta(minutes=2), sources=FAILING), host="b")
    assert [len(news.raised) for news in (mine, other, later)] == [1, 0, 1]


def test_an_old_edition_is_forgotten_silently(workspace: Workspace) -> None:
    """A day later the alarm of an edition is gone, and nobody is told that it is over."""
    missing = (EditionFact("denver-1", "denver", NOON - timedelta(minutes=10), None),)
    assert told(workspace, 0, editions=missing) == ["edition-missing"]
    assert told(workspace, 24 * 60) == []
    with workspace.store.read() as connection:
        assert alarms.standing_alarms(connection) == []


def test_a_missing_edition_that_goes_out_is_over(workspace: Workspace) -> None:
    """When the edition is being sent after all, that is told."""
    slot = NOON - timedelta(minutes=10)
    assert told(workspace, 0, editions=(EditionFact("denver-1", "denver", slot, None),)) == ["edition-missing"]
    sending = EditionFact("denver-1", "denver", slot, EditionState.SENDING)
    assert told(workspace, 1, editions=(sending,)) == ["over edition-missing"]


def test_details_are_kept_up_to_date_and_old_alarms_are_pruned(workspace: Workspace) -> None:
    """The list shows the last detail, those that last first; ended ones go after a while."""
    told(workspace, 0, sources=FAILING)
    told(workspace, 1, sources=(SourceFact("desk", failures=7, error="y"), SourceFact("wire", failures=3, error="z")))
    told(workspace, 2, sources=(SourceFact("wire", failures=3, error="z"),))
    with workspace.store.begin() as connection:
        rows = alarms.list_alarms(connection, limit=9)
        assert [(row.alarm.subject, row.alarm.detail[0]) for row in rows] == [("wire", "3"), ("desk", "7")]
        assert alarms.count_standing(connection) == {"source-failing": 1}
        assert alarms.prune_alarms(connection, cleared_before_at=NOON + timedelta(days=1)) == 1
        assert alarms.standing_alarms(connection)[0].alarm == Alarm(
            AlarmKind.SOURCE_FAILING, "wire", "3 readings in a row failed: z"
        )


def test_the_callable_of_messengers_is_asked_only_for_news(workspace: Workspace) -> None:
    """Nothing new means that nobody is asked."""

    async def tell(news: News) -> bool:
        raise AssertionError("nobody is to be told")

    call: Callable[[], object] = lambda: asyncio.run(tell_news(workspace, News(), tell))  # noqa: E731
    assert call() is True
