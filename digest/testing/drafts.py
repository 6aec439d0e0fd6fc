"""A newsletter whose editions editors see first, with its pages, clock and mail; for tests of drafts."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, TypeVar

from digest.config.load import load_project
from digest.config.newsletter import Draft, Newsletter
from digest.config.shipped import shipped_config
from digest.model.edition import Edition
from digest.pipeline.collect import collect
from digest.pipeline.draft_mail import mail_drafts
from digest.pipeline.mail import open_mail
from digest.pipeline.making import find_made
from digest.pipeline.order import Order
from digest.pipeline.publish import Publisher
from digest.pipeline.readers import add_subscriber
from digest.pipeline.reports import EditionReport
from digest.pipeline.workspace import Workspace
from digest.store import editions
from digest.store.editions import EditionRow

T = TypeVar("T")
SLOT = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
EDITOR = "editor@example.com"


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: a browser's test has an event loop in its own already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@dataclass
class Hand:
    """A clock that stands where it is put."""

    at: datetime

    def __call__(self) -> datetime:
        """Return the present instant."""
        return self.at


@dataclass
class DraftDesk:
    """Denver with one reader and a draft for an editor, half an hour before its slot on November 23, 2026."""

    workspace: Workspace
    clock: Hand
    edition_id: str = field(default="denver-20261123T133000Z")

    @property
    def newsletter(self) -> Newsletter:
        """The newsletter as it is configured."""
        return self.workspace.project.get_newsletter("denver")

    @property
    def row(self) -> EditionRow:
        """The edition as the ledger has it."""
        with self.workspace.store.read() as connection:
            return editions.get_edition(connection, self.edition_id)

    @property
    def edition(self) -> Edition:
        """The edition as it is fixed now."""
        made = find_made(self.workspace, self.edition_id)
        if made is None or made.built is None:
            raise AssertionError("it was not made")
        return made.built.rendered.edition

    @property
    def headlines(self) -> list[str]:
        """The headlines in reading order."""
        return [item.story.headline for item in self.edition.stories]

    def make(self) -> EditionReport:
        """Make the draft as the daemon does, and mail it."""

        async def run() -> EditionReport:
            async with open_mail(self.workspace) as mail:
                order = Order(self.newsletter, SLOT, until_at=self.clock())
                report = await Publisher(self.workspace, mail).draft(order)
                await mail_drafts(self.workspace, self.newsletter)
                return report

        return _run(run())

    def pass_time(self, *, minutes: float) -> list[EditionReport]:
        """Let time pass, then go on as the daemon does."""
        self.clock.at += timedelta(minutes=minutes)

        async def run() -> list[EditionReport]:
            async with open_mail(self.workspace) as mail:
                reports = await Publisher(self.workspace, mail).resume(self.newsletter)
                await mail_drafts(self.workspace, self.newsletter)
                return reports

        return _run(run())

    def caught(self) -> list[EmailMessage]:
        """Return all mail in the catcher, the oldest first."""
        files = sorted(self.workspace.at_root("var/caught").glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


@contextmanager
def draft_desk(
    folder: Path, *, public_url: str = "http://news.example.com", smtp_port: int = 0, **draft: Any
) -> Iterator[DraftDesk]:
    """Open the desk in a folder; `draft` holds settings of the newsletter's draft, as at_deadline.

    Mail goes to the built-in catcher, or to the server at `smtp_port` of this machine. A folder that was prepared by an
    earlier desk, or is a copy of one, is used as it is.
    """
    is_prepared = (folder / "var").exists()
    environment = {"DIGEST_WEB__PUBLIC_URL": public_url}
    if smtp_port:
        environment |= {
            "DIGEST_SMTP__HOST": "127.0.0.1",
            "DIGEST_SMTP__PORT": str(smtp_port),
            "DIGEST_SMTP__SECURITY": "none",
        }
    project = load_project(shipped_config(), environment)
    values = {"to": [EDITOR], "lead_time": "30m"} | draft
    denver = project.get_newsletter("denver").model_copy(update={"draft": Draft.model_validate(values)})
    clock = Hand(SLOT - timedelta(minutes=30))
    project = replace(project, newsletters={"denver": denver})
    with Workspace(project, root=folder, clock=clock) as workspace:
        if not is_prepared:
            _run(collect(workspace, force=True))
            add_subscriber(workspace, "ada@example.com", "denver", consent="test")
        yield DraftDesk(workspace, clock)
