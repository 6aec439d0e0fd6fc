"""The roundup of the week: who gets it, what stands in it, and that it goes out once."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from digest.editions import edition_id, latest_slot
from digest.model.edition import EditionState, Lane
from digest.model.subscriber import Frequency
from digest.pipeline.claims import Claims
from digest.pipeline.collect import collect
from digest.pipeline.mail import open_mail
from digest.pipeline.publish import Order, Publisher
from digest.pipeline.roundup import ROUNDUP_SCHEDULE, Roundups, weekly_edition_of
from digest.store import editions
from digest.store.editions import Slot
from digest.subscriptions.signup import choose_frequency
from digest.testing.readers import readers_pages

ADA, BO = "ada@example.com", "bo@example.com"


@pytest.fixture
def pages(tmp_path):
    """The pages, a pool of sample stories, Ada who wants every edition, Bo who wants the week."""
    with readers_pages(tmp_path) as opened:
        workspace = opened.workspace
        asyncio.run(collect(workspace, force=True))
        opened.subscribe(ADA, "denver")
        bo = opened.subscribe(BO, "denver")
        with workspace.store.begin() as connection:
            choose_frequency(connection, bo, "denver", Frequency.WEEKLY, workspace.clock())
        yield opened


def recipients(pages):
    """Return to whom how many messages went."""
    return sorted(str(message["to"]) for message in pages.caught())


def test_the_week_in_one_letter(pages):
    """Bo gets none of the editions but their stories in one roundup, once; its links lead to its own page."""
    workspace = pages.workspace
    denver = workspace.project.get_newsletter("denver")
    now = workspace.clock()

    async def send():
        async with open_mail(workspace) as mail:
            publisher = Publisher(workspace, mail)
            edition = await publisher.publish(Order(denver, now - timedelta(minutes=5), until_at=now))
            roundups = Roundups(workspace, mail)
            first = await roundups.publish(denver, now)
            return edition, first, await roundups.publish(denver, now), await publisher.resume(denver)

    edition, first, second, resumed = asyncio.run(send())
    assert (edition.sums.selected, edition.sums.sent) == (1, 1)
    assert (first.row.state, first.sums.sent, second, resumed) == (EditionState.DONE, 1, None, [])
    assert recipients(pages) == [ADA, BO]
    daily, weekly = sorted(pages.caught(), key=lambda message: str(message["to"]))
    assert str(weekly["subject"]).startswith("Denver, the week: ")
    assert str(daily["subject"]).rstrip("…")[:20] in str(weekly["subject"])
    text = weekly.get_body(("plain",)).get_content()
    assert "-weekly" in text
    assert 3 <= first.story_count <= edition.story_count + 1
    day = now.astimezone(denver.zone).date().isoformat()
    shown = pages.visit(lambda visitor: visitor.get(f"/archive/denver/{day}-weekly"))
    latest = pages.visit(lambda visitor: visitor.get("/archive/denver/latest"))
    assert "The week’s big thing" in shown.text
    assert "The week’s big thing" not in latest.text


def test_what_a_killed_process_held_goes_on_at_once(pages):
    """The roundup that a process of this machine held when it died waits for no lease."""
    workspace = pages.workspace
    denver = workspace.project.get_newsletter("denver")
    now = workspace.clock()
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    machine, _, *rest = Claims(workspace).owner.split("-")
    dead = "-".join((machine, gone.stdout.decode().strip(), *rest))
    slot = Slot(edition_id("denver", now, Lane.WEEKLY), "denver", now, Lane.WEEKLY)
    with workspace.store.begin() as connection:
        assert editions.claim_slot(connection, slot, owner=dead, now=now)

    async def send():
        async with open_mail(workspace) as mail:
            await Publisher(workspace, mail).publish(Order(denver, now - timedelta(minutes=5), until_at=now))
            return await Roundups(workspace, mail).publish(denver, now)

    report = asyncio.run(send())
    assert report is not None
    assert (report.row.state, report.sums.sent) == (EditionState.DONE, 1)


def test_nobody_wants_it_nothing_is_built(pages):
    """Without readers of roundups no slot enters the ledger; a week without editions is skipped with its reason."""
    workspace = pages.workspace

    async def send():
        async with open_mail(workspace) as mail:
            roundups = Roundups(workspace, mail)
            ignored = await roundups.attend(workspace.project.get_newsletter("am"))
            return ignored, await roundups.publish(workspace.project.get_newsletter("denver"), workspace.clock())

    ignored, empty = asyncio.run(send())
    assert ignored == []
    assert (empty.row.state, empty.row.reason) == (EditionState.SKIPPED, "0 stories found, 3 needed")
    assert recipients(pages) == []


def test_the_slot_is_saturday_morning_where_the_newsletter_is(pages):
    """Nine on Saturday in the newsletter's own zone, whatever the week's own schedule is."""
    denver = pages.workspace.project.get_newsletter("denver")
    slot = latest_slot(ROUNDUP_SCHEDULE, denver.zone, at=datetime(2026, 11, 30, tzinfo=UTC))
    assert slot.at == datetime(2026, 11, 28, 16, tzinfo=UTC)
    assert weekly_edition_of(denver).region == "denver"
