"""The ledger over days: local mornings, breaking stories, outages, restored backups; nothing goes twice."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from digest.config.newsletter import Newsletter
from digest.errors import UsageError
from digest.model.edition import EditionState, Lane
from digest.pipeline.decisions import approve_edition
from digest.pipeline.mail import open_mail
from digest.pipeline.readers import add_subscriber
from digest.pipeline.send import SendRequest, send_edition
from digest.schedule.attendance import Attendance
from digest.schedule.clock import AlarmClock
from digest.schedule.collecting import Collecting
from digest.schedule.duties import Shift
from digest.store import editions
from digest.store.editions import EditionRow
from digest.store.tables import subscribers
from digest.testing.drafts import SLOT, DraftDesk, draft_desk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = {"ada": "", "bo": "America/Los_Angeles", "cy": "Asia/Tokyo", "di": "America/Denver"}


@pytest.fixture
def folder(prepared_desk: Path, tmp_path: Path) -> Path:
    """A prepared folder of one's own."""
    shutil.copytree(prepared_desk, tmp_path / "desk")
    return tmp_path / "desk"


@pytest.fixture
def desk(folder: Path) -> Iterator[DraftDesk]:
    """Denver without drafts, at 06:29 on Monday."""
    with draft_desk(folder) as opened:
        change(opened, draft=None)
        opened.clock.at = SLOT - timedelta(minutes=1)
        yield opened


def change(desk: DraftDesk, **values: Any) -> Newsletter:
    """Change the newsletter's file."""
    newsletter = desk.newsletter.model_copy(update=values)
    desk.workspace.project = replace(desk.workspace.project, newsletters={"denver": newsletter})
    return newsletter


def live(desk: DraftDesk, *moments: datetime) -> None:
    """Start a daemon at the first moment, and let it look at the ledger at each; then stop it."""

    async def run() -> None:
        async with open_mail(desk.workspace) as mail:
            attendance = Attendance(Shift(desk.workspace, mail), AlarmClock(), Collecting(desk.workspace))
            desk.clock.at = moments[0]
            attendance.begin()
            for moment in moments:
                desk.clock.at = moment
                await attendance.sweep()
                await attendance.finish()
                await attendance.watching.leave_trace()

    asyncio.run(run())


def rows(desk: DraftDesk, lane: Lane = Lane.LIST) -> list[EditionRow]:
    """Return the ledger, the oldest slot first."""
    with desk.workspace.store.read() as connection:
        return [row for row in editions.list_editions(connection) if row.lane is lane][::-1]


def reached(desk: DraftDesk) -> Counter[str]:
    """Return how many messages each reader got."""
    return Counter(str(mail["to"]) for mail in desk.caught())


def read_in(desk: DraftDesk, zones: dict[str, str]) -> None:
    """Subscribe readers who live in these zones."""
    for name, zone in zones.items():
        add_subscriber(desk.workspace, f"{name}@example.com", "denver", consent="test")
        with desk.workspace.store.begin() as connection:
            mine = subscribers.c.key == f"{name}@example.com"
            connection.execute(update(subscribers).where(mine).values(timezone=zone))


def test_each_reader_gets_the_local_morning(desk: DraftDesk) -> None:
    """One edition, each copy at 06:30 of its reader's clock, over restarts; then it is done, with the same content."""
    change(desk, deliver="local_morning")
    read_in(desk, ZONES)
    live(desk, SLOT - timedelta(minutes=1), SLOT)
    home = {"ada@example.com": 1, "di@example.com": 1}
    assert reached(desk) == home
    content = desk.row.content_hash
    live(desk, SLOT + HOUR - timedelta(minutes=1))
    assert reached(desk) == home
    live(desk, SLOT + HOUR)
    assert reached(desk) == home | {"bo@example.com": 1}
    assert desk.row.state is EditionState.SENDING
    live(desk, SLOT + 8 * HOUR - timedelta(minutes=1), SLOT + 8 * HOUR)
    assert reached(desk) == home | {"bo@example.com": 1, "cy@example.com": 1}
    assert (desk.row.state, desk.row.content_hash) == (EditionState.DONE, content)
    assert len(rows(desk)) == 1


def test_a_morning_that_was_slept_through_is_sent_while_it_is_of_use(desk: DraftDesk) -> None:
    """Down at somebody's hour: their copy goes late, but not after the edition's useful life; then it says so."""
    change(desk, deliver="local_morning", useful_for=2 * HOUR)
    read_in(desk, ZONES)
    live(desk, SLOT - timedelta(minutes=1), SLOT)
    live(desk, SLOT + 3 * HOUR)
    assert reached(desk)["bo@example.com"] == 1
    live(desk, SLOT + 28 * HOUR)
    assert reached(desk)["cy@example.com"] == 0
    row = rows(desk)[0]
    assert row.state is EditionState.FAILED
    assert "useful life ended" in row.reason


def test_an_edition_by_hand_goes_to_all_zones_at_once(desk: DraftDesk) -> None:
    """What a person sends between two slots does not wait for anybody's morning."""
    change(desk, deliver="local_morning")
    read_in(desk, ZONES)
    desk.clock.at = SLOT + timedelta(minutes=17)
    report = asyncio.run(send_edition(desk.workspace, SendRequest("denver", fetch=False)))
    assert (report.sums.sent, report.state) == (4, "done")


def test_breaking_news_goes_now_and_is_not_repeated(desk: DraftDesk) -> None:
    """One story at once to all; a second time is refused; the next edition has the others, and not this one."""
    live(desk, SLOT - timedelta(minutes=20))
    request = SendRequest("denver", fetch=False, breaking="tram loop at the old station")
    report = asyncio.run(send_edition(desk.workspace, request))
    assert (report.sums.sent, report.state) == (1, "done")
    (breaking,) = rows(desk, Lane.BREAKING)
    assert breaking.id.endswith("-breaking")
    assert breaking.subject.startswith("Breaking: The tram loop")
    with pytest.raises(UsageError, match="already, in denver-"):
        asyncio.run(send_edition(desk.workspace, request))
    live(desk, SLOT)
    assert desk.row.state is EditionState.DONE
    assert len(desk.headlines) >= 3
    assert not any("tram loop" in headline.casefold() for headline in desk.headlines)
    assert reached(desk) == {"ada@example.com": 2}
    page = str(desk.caught()[0].get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert f"/archive/denver/2026-11-23-breaking-{breaking.slot_at.astimezone(desk.newsletter.zone):%H%M}" in page


def test_after_a_week_of_silence_each_slot_has_its_reason(desk: DraftDesk) -> None:
    """Watched on Monday, back on the next: one edition at most, and a sentence for each slot in between."""
    live(desk, SLOT - timedelta(minutes=1), SLOT)
    live(desk, SLOT + 7 * DAY + HOUR)
    found = rows(desk)
    assert [row.slot_at for row in found] == [SLOT + days * DAY for days in (0, 1, 2, 3, 4, 7)]
    assert [row.state for row in found[1:4]] == [EditionState.SKIPPED] * 3
    assert found[3].reason == "holiday: Thanksgiving Day"
    for row in (found[1], found[2], found[4]):
        assert "late, more than 2 h: skipped" in row.reason
    assert found[5].state in (EditionState.DONE, EditionState.SKIPPED)
    assert reached(desk)["ada@example.com"] == 1 + (found[5].state is EditionState.DONE)


def test_a_store_that_went_back_in_time_sends_nothing_twice(desk: DraftDesk, folder: Path) -> None:
    """Monday's copy of the store is put back by hand: what went out since is skipped, what was open is held."""
    change(desk, late=desk.newsletter.late.model_copy(update={"then": "send", "catch_up": "all"}))
    store = folder / "var" / "digest.db"
    live(desk, SLOT - timedelta(minutes=40))
    with desk.workspace.store.begin() as connection:
        slot = editions.Slot("denver-open", "denver", SLOT - DAY)
        editions.claim_slot(connection, slot, owner="", now=SLOT - DAY)
    desk.workspace.store.close()
    shutil.copy(store, folder / "copy.db")
    with desk.workspace.store.begin() as connection:
        editions.set_state(connection, "denver-open", EditionState.SKIPPED, now=SLOT)
    live(desk, SLOT, SLOT + DAY, SLOT + DAY + HOUR)
    got = reached(desk)
    assert got["ada@example.com"] >= 1
    desk.workspace.store.close()
    for leftover in (folder / "var").glob("digest.db-*"):
        leftover.unlink()
    shutil.copy(folder / "copy.db", store)

    live(desk, SLOT + DAY + 2 * HOUR)
    assert reached(desk) == got, "nobody is mailed again"
    states = {row.id: (row.state, row.reason) for row in rows(desk)}
    assert states["denver-open"][0] is EditionState.HELD
    assert "approve it if it did not go out since" in states["denver-open"][1]
    for days in (0, 1):
        state, reason = states[f"denver-{SLOT + days * DAY:%Y%m%dT%H%M%SZ}"]
        assert (state, "whether this was sent is not known" in reason) == (EditionState.SKIPPED, True)
    live(desk, SLOT + DAY + 3 * HOUR)
    assert reached(desk) == got


def test_an_approved_edition_is_never_too_late(desk: DraftDesk) -> None:
    """Held by the late policy, let go by a person hours later: it goes, though the policy would skip it now."""
    change(desk, late=desk.newsletter.late.model_copy(update={"then": "hold"}))
    live(desk, SLOT - timedelta(minutes=1))
    live(desk, SLOT + 3 * HOUR)
    assert (desk.row.state, reached(desk)) == (EditionState.HELD, Counter())
    approve_edition(desk.workspace, desk.edition_id)
    live(desk, SLOT + 9 * HOUR)
    assert (desk.row.state, reached(desk)) == (EditionState.DONE, {"ada@example.com": 1})
