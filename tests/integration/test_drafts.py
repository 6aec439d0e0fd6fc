"""Drafts: made before their slot, mailed to editors, changed by them, sent or held at the deadline."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from digest.errors import UsageError
from digest.model.edition import EditionState
from digest.pipeline.decisions import approve_edition, hold_edition
from digest.pipeline.desk import edit_edition
from digest.pipeline.editors import editor_link
from digest.testing.drafts import EDITOR, SLOT, DraftDesk, draft_desk
from digest.web.app import create_app

OpenDesk = Callable[..., AbstractContextManager[DraftDesk]]
BASE = "http://news.example.com"


@pytest.fixture
def open_desk(prepared_desk: Path, tmp_path: Path) -> OpenDesk:
    """Open a desk of one's own."""
    shutil.copytree(prepared_desk, tmp_path / "desk")
    return lambda **draft: draft_desk(tmp_path / "desk", **draft)


@pytest.fixture
def desk(open_desk: OpenDesk) -> Iterator[DraftDesk]:
    """A desk whose draft is made, and goes out unless somebody holds it."""
    with open_desk() as opened:
        opened.make()
        yield opened


class Editor:
    """An editor at their page."""

    def __init__(self, desk: DraftDesk, link: str = "") -> None:
        self._app = create_app(desk.workspace)
        self.path = (link or editor_link(desk.workspace, desk.edition_id, SLOT, EDITOR)).removeprefix(BASE)

    def ask(self, method: str, path: str = "", **fields: str) -> httpx.Response:
        """Send one request to the page, or to another path."""

        async def act() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
                return await client.request(method, path or self.path, data=fields or None)

        return asyncio.run(act())

    def press(self, act: str, **fields: str) -> httpx.Response:
        """Open the page and press a button on it."""
        return self.ask("POST", **(self.hidden() | {"act": act} | fields))

    def hidden(self) -> dict[str, str]:
        """Open the page and return what its forms send unasked."""
        return dict(re.findall(r'name="(key|seen)" value="([^"]*)"', self.ask("GET").text))


def test_a_draft_is_mailed_before_its_slot_and_sent_at_it(desk: DraftDesk) -> None:
    """The editor gets the edition with links, the reader gets nothing before the slot, and then the same stories."""
    assert (desk.row.state, desk.row.slot_at) == (EditionState.BUILT, SLOT)
    (mail,) = desk.caught()
    assert mail["to"] == EDITOR
    assert mail["subject"] == f"[Draft] {desk.row.subject}"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert text.count(f"{BASE}/draft/") == 3
    shown = desk.headlines
    assert desk.pass_time(minutes=29) == []
    (report,) = desk.pass_time(minutes=1)
    assert (report.row.state, report.sums.sent) == (EditionState.DONE, 1)
    assert desk.headlines == shown
    assert [mail["to"] for mail in desk.caught()] == [EDITOR, "ada@example.com"]
    assert desk.pass_time(minutes=1) == [], "nothing is left, and nobody is mailed again"


def test_where_the_file_says_wait_nothing_goes_without_approval(open_desk: OpenDesk) -> None:
    """At the deadline the edition is held with that reason; an approval hours later lets it go."""
    with open_desk(at_deadline="wait") as desk:
        desk.make()
        (held,) = desk.pass_time(minutes=30)
        assert (held.row.state, held.row.reason) == (EditionState.HELD, "no editor approved it before its deadline")
        assert desk.pass_time(minutes=300) == []
        approve_edition(desk.workspace, desk.edition_id)
        (sent,) = desk.pass_time(minutes=1)
        assert (sent.row.state, sent.sums.sent, sent.row.approved_by) == (EditionState.DONE, 1, "the command line")


def test_a_slot_without_a_draft_waits_too(open_desk: OpenDesk) -> None:
    """A daemon that was down when the draft was due makes it at the slot, mails it, and waits."""
    with open_desk(at_deadline="wait", lead_time="1m") as desk:
        desk.clock.at = SLOT
        desk.make()
        (held,) = desk.pass_time(minutes=0)
        assert held.row.state is EditionState.HELD
        assert [mail["to"] for mail in desk.caught()] == [EDITOR]


def test_an_approved_draft_waits_for_its_slot_only(open_desk: OpenDesk) -> None:
    """An approval before the deadline sends at the slot, not at once."""
    with open_desk(at_deadline="wait") as desk:
        desk.make()
        assert "Approved." in Editor(desk).press("approve").text
        assert (desk.row.approved_by, desk.row.state) == (EDITOR, EditionState.BUILT)
        assert desk.pass_time(minutes=29) == []
        (sent,) = desk.pass_time(minutes=1)
        assert sent.row.state is EditionState.DONE


def test_looking_changes_nothing(desk: DraftDesk) -> None:
    """The mail's links only show: a scanner that opens all of them approves and holds nothing."""
    before = desk.row
    editor = Editor(desk)
    for path in ("", "?ask=approve", "?ask=hold", "/edition"):
        for method in ("GET", "HEAD"):
            assert editor.ask(method, editor.path + path).status_code == 200
    assert desk.row == before
    assert "Press “Approve”" in editor.ask("GET", f"{editor.path}?ask=approve").text


def test_a_button_works_from_our_page_alone(desk: DraftDesk) -> None:
    """A request without the page's key, or with a reader's, is refused."""
    editor, before = Editor(desk), desk.row
    from digest.web.readers.forms import make_key

    for key in ("", "forged", make_key(desk.workspace), make_key(desk.workspace, 1)):
        assert editor.ask("POST", key=key, act="approve").status_code == 403
    assert editor.ask("POST", editor.path[:-3] + "xyz", act="approve").status_code == 400
    assert desk.row == before


def test_a_link_is_for_one_edition_one_editor_and_a_week(desk: DraftDesk) -> None:
    """Somebody who is an editor no longer, and a link of long ago, are refused."""
    left = editor_link(desk.workspace, desk.edition_id, SLOT, "left@example.com")
    assert Editor(desk, left).ask("GET").status_code == 400
    editor = Editor(desk)
    desk.clock.at = SLOT.replace(month=12)
    answer = editor.ask("GET")
    assert (answer.status_code, "expired" in answer.text) == (400, True)


def test_stories_are_dropped_moved_and_led_with(desk: DraftDesk) -> None:
    """Each change makes the edition anew; what is left is sent so, and what was dropped does not count as told."""
    editor, first = Editor(desk), desk.edition
    dropped, second, third = (item.story for item in first.stories[:3])
    assert "Dropped" in editor.press(f"drop {dropped.id}").text
    assert dropped.headline not in desk.headlines
    editor.press(f"lead {third.id}")
    assert desk.headlines[0] == third.headline
    before = desk.headlines
    editor.press(f"down {desk.edition.stories[1].story.id}")
    assert desk.headlines[1:3] == before[2:0:-1]
    editor.press("lines", subject="  Good  morning ", note="From the desk")
    assert (desk.row.subject, desk.edition.note) == ("Good morning", "From the desk")
    kept = desk.headlines
    desk.pass_time(minutes=30)
    message = desk.caught()[-1]
    assert message["subject"] == "Good morning"
    assert desk.headlines == kept
    with desk.workspace.store.read() as connection:
        from digest.store.editions import find_telling

        assert find_telling(connection, "denver", dropped.id, "") == ""
        assert find_telling(connection, "denver", second.id, "") == desk.edition_id
    assert "readers have it" in editor.ask("GET").text


def test_undoing_gives_the_first_draft_back(desk: DraftDesk) -> None:
    """All changes can be taken back, to the byte."""
    editor, before = Editor(desk), desk.row.content_hash
    editor.press(f"drop {desk.edition.stories[0].story.id}")
    assert desk.row.content_hash != before
    editor.press("clear")
    assert desk.row.content_hash == before


def test_a_change_of_what_was_not_seen_is_refused(desk: DraftDesk) -> None:
    """Two editors: the second one's button, from a page of before, changes nothing and says why."""
    editor, old = Editor(desk), desk.row.content_hash
    editor.press(f"drop {desk.edition.stories[0].story.id}")
    now = desk.row.content_hash
    answer = editor.press("lines", seen=old, subject="Late")
    assert (answer.status_code, "changed meanwhile" in answer.text) == (409, True)
    assert desk.row.content_hash == now


def test_a_change_that_leaves_no_edition_is_refused(desk: DraftDesk) -> None:
    """Who drops nearly everything is told what would happen, and the draft stays as it was."""
    ids = tuple(item.story.id for item in desk.edition.stories)
    with pytest.raises(UsageError, match="there would be no edition"):
        edit_edition(
            desk.workspace,
            desk.edition_id,
            lambda before, places: replace(before, dropped=ids),
            content_hash=desk.row.content_hash,
        )
    assert len(desk.headlines) == len(ids)


def test_a_held_draft_outlives_its_deadline(desk: DraftDesk) -> None:
    """Held on the page with a reason, it does not go at the slot; approved, it does; sent, it can be held no more."""
    editor = Editor(desk)
    assert "Held" in editor.press("hold", reason="lead is wrong").text
    assert desk.row.reason == f"held by {EDITOR}: lead is wrong"
    assert desk.pass_time(minutes=60) == []
    still_open = editor.hidden()
    editor.press("approve")
    (sent,) = desk.pass_time(minutes=1)
    assert sent.row.state is EditionState.DONE
    assert editor.ask("POST", **still_open, act="hold").status_code == 409
    with pytest.raises(UsageError):
        hold_edition(desk.workspace, desk.edition_id, reason="x")


def test_a_draft_that_is_stopped_never_goes(desk: DraftDesk) -> None:
    """Stopped for good: the slot has its outcome, and who stopped it."""
    assert "Stopped" in Editor(desk).press("cancel").text
    assert desk.pass_time(minutes=31) == []
    assert (desk.row.state, desk.row.reason) == (EditionState.CANCELLED, f"cancelled by {EDITOR}")


def test_a_thin_draft_is_tried_again_at_its_slot(open_desk: OpenDesk) -> None:
    """Half an hour before there were too few stories: that is no outcome, the slot decides."""
    with open_desk() as desk:
        newsletter = desk.newsletter.model_copy(update={"min_stories": 500})
        desk.workspace.project = replace(desk.workspace.project, newsletters={"denver": newsletter})
        report = desk.make()
        assert report.row.state is EditionState.PLANNED
        assert report.row.reason.startswith("no draft yet: ")
        newsletter = newsletter.model_copy(update={"min_stories": 3})
        desk.workspace.project = replace(desk.workspace.project, newsletters={"denver": newsletter})
        (sent,) = desk.pass_time(minutes=30)
        assert sent.row.state is EditionState.DONE


def test_a_draft_left_by_an_outage_follows_the_late_policy(desk: DraftDesk) -> None:
    """Nobody was there at the slot: five hours later it is too late, and the ledger says so."""
    (late,) = desk.pass_time(minutes=330)
    assert late.row.state is EditionState.SKIPPED
    assert "5 h late, more than 2 h" in late.row.reason
    assert len(desk.caught()) == 1


def test_the_schedule_is_a_feed(desk: DraftDesk) -> None:
    """A calendar program reads the next editions of all newsletters, or of one that exists."""
    editor = Editor(desk)
    for path in ("/schedule.ics", "/n/denver/schedule.ics"):
        answer = editor.ask("GET", path)
        assert answer.headers["content-type"].startswith("text/calendar")
        assert "UID:denver-20261123T133000Z@example.com" in answer.text
    assert editor.ask("GET", "/n/gone/schedule.ics").status_code == 404
