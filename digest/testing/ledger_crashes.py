"""A publisher that is killed with `kill -9` when its edition reaches a state of the ledger; judges nothing.

Run as a program it is the publisher that gets killed: `python -m digest.testing.ledger_crashes FOLDER PORT STATE`. It
kills itself at the first look at the clock after the ledger reached the state: between two steps, where a crash hurts.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from digest.model.edition import EditionState
from digest.pipeline.mail import open_mail
from digest.pipeline.order import Order
from digest.pipeline.publish import Publisher
from digest.store import editions
from digest.testing.drafts import SLOT, DraftDesk, draft_desk

STATES = ("planned", "building", "built", "sending", "done")
"""The states of an edition that is made and sent; at "done" it is killed before its claim is given back."""


def publish_and_die(folder: Path, port: int, state: str) -> None:
    """Publish Denver's edition to the server at `port`, and die when it reaches the state."""
    with draft_desk(folder, smtp_port=port) as desk:
        desk.clock.at = SLOT
        desk.workspace.clock = _deadly(desk, EditionState(state))
        asyncio.run(_publish(desk))


async def _publish(desk: DraftDesk) -> None:
    async with open_mail(desk.workspace) as mail:
        newsletter = desk.newsletter.model_copy(update={"draft": None})
        await Publisher(desk.workspace, mail).publish(Order(newsletter, SLOT))
        desk.workspace.clock()


def _deadly(desk: DraftDesk, state: EditionState) -> Callable[[], datetime]:
    """Return a clock that kills this process once the ledger has the edition in the state."""
    store = desk.workspace.store

    def look() -> datetime:
        with store.read() as connection:
            row = editions.find_edition(connection, desk.edition_id)
        if row is not None and row.state is state:
            os.kill(os.getpid(), signal.SIGKILL)
        return SLOT

    return look


if __name__ == "__main__":
    publish_and_die(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
