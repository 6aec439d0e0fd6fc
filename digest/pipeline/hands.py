"""Hands for an edition: a large one is delivered by a process on each core, where one machine has the store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from digest.config.project import Project
from digest.outbox.hand import HandSide
from digest.outbox.hands import WORTH_IT, Hands, count_hands
from digest.pipeline.mail import Mail, open_mail
from digest.pipeline.workspace import Workspace
from digest.store import editions


@asynccontextmanager
async def open_hands(workspace: Workspace, mail: Mail, row_id: str, stop: asyncio.Event | None) -> AsyncIterator[Hands]:
    """Give the hands that help to deliver an edition whose audience is fixed: none where it is small.

    There are none either where several machines may share the store, which have workers; for the built-in catcher;
    or while another edition has them.
    """
    count = 0
    if not (mail.hands.locked() or mail.catcher or workspace.store.is_postgresql):
        due = await asyncio.to_thread(mail.outbox.count_due, row_id, most=WORTH_IT)
        count = count_hands(due, mail.pool, workspace.project.settings.smtp.processes)
    log = structlog.get_logger("mail")
    facts = (workspace.project, workspace.root, row_id)
    hands = Hands(mail.pool, count, _lend_hand, *facts, stop=stop, alert=log.warning)
    if not count:
        yield hands
        return
    async with mail.hands:
        try:
            await hands.start()
            hands.begin()
            yield hands
        finally:
            await hands.end()


def _lend_hand(side: HandSide, project: Project, root: Path, row_id: str) -> None:
    # What happens to the mail server happens to the caller as well, who logs it; our own end is told to it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with Workspace(project, root=root) as workspace:
        side.run(lambda stop: _deliver_beside(side, workspace, row_id, stop))


async def _deliver_beside(side: HandSide, workspace: Workspace, row_id: str, stop: asyncio.Event) -> None:
    from digest.pipeline.share import Helper

    async with open_mail(workspace) as mail:
        mail.pool.share(side.part)
        with workspace.store.read() as connection:
            row = editions.get_edition(connection, row_id)
        helper = Helper(workspace, mail, stop=stop, progress=lambda _, moment: side.tell(moment))
        if await side.wait_for_start(stop):
            await helper.join(row)
