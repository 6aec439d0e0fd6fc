"""What a person decides about editions: hold, approve, cancel, compare; and what the publisher makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.editions import LateDecision
from digest.errors import UsageError
from digest.model.edition import EditionState
from digest.pipeline.collect import collect
from digest.pipeline.decisions import approve_edition, cancel_edition, compare_editions, hold_edition
from digest.pipeline.mail import open_mail
from digest.pipeline.publish import Order, Publisher
from digest.pipeline.readers import add_subscriber
from digest.pipeline.reports import EditionReport
from digest.pipeline.workspace import Workspace
from digest.store.editions import claim_slot

SLOT = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """The shipped configuration with samples in the pool and one reader of Denver."""
    project = load_project(shipped_config(), {})
    project = replace(project, newsletters={"denver": project.get_newsletter("denver")})
    with Workspace(project, root=tmp_path, clock=lambda: SLOT) as opened:
        asyncio.run(collect(opened, force=True))
        add_subscriber(opened, "ada@example.com", "denver", consent="test")
        yield opened


def publish(workspace: Workspace, decision: LateDecision | None = None) -> EditionReport:
    """Publish Denver's edition of the slot, or carry out a decision about it."""

    async def run() -> EditionReport:
        newsletter = workspace.project.get_newsletter("denver")
        async with open_mail(workspace) as mail:
            publisher = Publisher(workspace, mail)
            if decision is not None:
                return await publisher.decide(newsletter, decision)
            return await publisher.publish(Order(newsletter, SLOT))

    return asyncio.run(run())


def resume(workspace: Workspace) -> list[EditionReport]:
    """Go on with what is unfinished."""

    async def run() -> list[EditionReport]:
        async with open_mail(workspace) as mail:
            return await Publisher(workspace, mail).resume(workspace.project.get_newsletter("denver"))

    return asyncio.run(run())


def test_a_held_slot_waits_for_approval(workspace: Workspace) -> None:
    """A slot that is held is not sent by a restart, and once approved it is."""
    held = publish(workspace, LateDecision(SLOT, "hold", "3 h late"))
    assert (held.row.state, held.row.reason) == (EditionState.HELD, "3 h late")
    assert resume(workspace) == []
    assert publish(workspace).row.state is EditionState.HELD
    approve_edition(workspace, held.row.id)
    (sent,) = resume(workspace)
    assert (sent.row.state, sent.sums.sent) == (EditionState.DONE, 1)


def test_a_skipped_slot_keeps_its_reason(workspace: Workspace) -> None:
    """A slot that came too late stands in the ledger with the reason, and is never sent."""
    skipped = publish(workspace, LateDecision(SLOT, "skip", "5 h late, more than 2 h: skipped"))
    assert (skipped.row.state, skipped.sums.selected) == (EditionState.SKIPPED, 0)
    again = publish(workspace)
    assert again.was_known
    assert again.row.reason == "5 h late, more than 2 h: skipped"


def test_what_is_sent_can_be_neither_held_nor_cancelled(workspace: Workspace) -> None:
    """A finished edition stays as it is, and the answer says so."""
    done = publish(workspace)
    with pytest.raises(UsageError, match="done"):
        hold_edition(workspace, done.row.id, reason="x")
    with pytest.raises(UsageError, match="done"):
        cancel_edition(workspace, done.row.id)


def test_a_cancelled_edition_is_never_sent(workspace: Workspace) -> None:
    """A held edition that is cancelled is gone on with by nobody."""
    held = publish(workspace, LateDecision(SLOT, "hold", "late"))
    assert cancel_edition(workspace, held.row.id) == 0
    assert resume(workspace) == []
    assert publish(workspace).row.state is EditionState.CANCELLED


def test_the_next_edition_repeats_nothing_and_can_be_compared(workspace: Workspace) -> None:
    """A later slot without new stories is skipped; an edition compared with itself shows no change."""
    first = publish(workspace)
    assert compare_editions(workspace, first.row.id, first.row.id) == ()
    later = Order(workspace.project.get_newsletter("denver"), SLOT + timedelta(hours=1))

    async def run() -> EditionReport:
        async with open_mail(workspace) as mail:
            return await Publisher(workspace, mail).publish(later)

    report = asyncio.run(run())
    assert report.row.state is EditionState.SKIPPED
    assert "needed" in report.row.reason


def test_a_copy_that_stopped_early_goes_to_nobody_else(workspace: Workspace) -> None:
    """A copy for named addresses that stopped before they were recorded fails; the subscribers never get it."""
    order = Order(workspace.project.get_newsletter("denver"), SLOT, addresses=("boss@example.com",))
    with workspace.store.begin() as connection:
        assert claim_slot(connection, order.slot, owner="", now=SLOT)
    (report,) = resume(workspace)
    assert (report.row.state, report.sums.selected) == (EditionState.FAILED, 0)
    assert "addresses" in report.row.reason
    assert not list((workspace.root / "var" / "caught").glob("*.eml"))
