"""Saved edits on their way to readers: a send heeds them, and `why` explains them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.config.load import load_project
from digest.editions import next_slots
from digest.model.override import Override
from digest.pipeline.collect import collect
from digest.pipeline.overrides import override_slot, save_override
from digest.pipeline.readers import add_subscriber
from digest.pipeline.send import SendRequest, send_edition
from digest.pipeline.why import explain_story
from digest.pipeline.workspace import Workspace
from digest.store import pool
from digest.testing.previews import STORIES, write_project


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_project(tmp_path)


def edit_next_edition(workspace: Workspace) -> Override:
    """Drop the freshest story, pin the oldest, and name the edition."""
    newsletter = workspace.project.get_newsletter("denver")
    with workspace.store.read() as connection:
        first, last = (pool.find_story(connection, name) for name in ("story-1", f"story-{len(STORIES)}"))
    assert first is not None
    assert last is not None
    override = Override(
        "denver",
        override_slot(newsletter, workspace.clock()),
        subject="By hand",
        pinned=(last.id,),
        dropped=(first.id,),
    )
    save_override(workspace.project.folder, override, {})
    return override


def test_a_send_heeds_saved_edits(config: Path) -> None:
    """Readers get the subject, the lead and the stories as the editor left them; the edition after is as ever."""
    with Workspace(load_project(config, {})) as workspace:
        asyncio.run(collect(workspace))
        add_subscriber(workspace, "ada@example.com", "denver", consent="asked")
        edit_next_edition(workspace)
        report = asyncio.run(send_edition(workspace, SendRequest("denver", fetch=False)))
    assert report.sums.sent == 1
    (caught,) = (config.parent / "var" / "caught").glob("*.eml")
    message = message_from_bytes(caught.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert message["Subject"] == "By hand"
    assert "bakery" not in text
    assert text.index("Velodrome") < text.index("Library fines")


def test_why_explains_saved_edits(config: Path) -> None:
    """A story that an editor dropped is told as banned, for that slot and no other."""
    with Workspace(load_project(config, {})) as workspace:
        asyncio.run(collect(workspace))
        edit_next_edition(workspace)
        newsletter = workspace.project.get_newsletter("denver")
        assert newsletter.schedule is not None
        (slot,) = next_slots(newsletter.schedule, newsletter.zone, after=workspace.clock(), count=1)
        dropped = explain_story(workspace, "story-1", "denver", slot_at=slot.at)
        pinned = explain_story(workspace, f"story-{len(STORIES)}", "denver", slot_at=slot.at)
        later = explain_story(workspace, "story-1", "denver", slot_at=slot.at + timedelta(days=1))
    assert not dropped.selected
    assert "banned" in [reason.rule for reason in dropped.reasons]
    assert pinned.selected
    assert "pinned" in [reason.rule for reason in pinned.reasons]
    assert later.selected
