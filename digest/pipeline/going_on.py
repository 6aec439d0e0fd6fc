"""Going on: what a daemon does with an edition that stands unfinished in the ledger; carries nothing out.

It keeps what a long outage, or a backup that was restored, left from reaching readers days later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from digest.config.newsletter import Newsletter
from digest.editions import decide_late
from digest.model.delivery import DeliveryState
from digest.model.edition import EditionState, Lane
from digest.pipeline.workspace import Workspace
from digest.store import audiences, drafts
from digest.store.deliveries import next_due
from digest.store.editions import EditionRow

_LEFT = (DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an edition got beside its state: whether editors see it first, and its deliveries that are left.

    `useful_until` is None before the audience was fixed, `next_due_at` where no delivery is left.
    """

    is_draft: bool = False
    useful_until: datetime | None = None
    next_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The next step: go on, leave it alone for now, or end it in `state` with the `reason`.

    `expire` ends it, too, and its deliveries that are left with it.
    """

    action: Literal["go", "wait", "end", "expire"]
    state: EditionState = EditionState.FAILED
    reason: str = ""


GO, WAIT = Step("go"), Step("wait")


def find_standing(workspace: Workspace, row: EditionRow) -> Standing:
    """Read from the ledger how far an edition got."""
    with workspace.store.read() as connection:
        is_draft = drafts.find_draft(connection, row.id) is not None
        audience = audiences.find_audience(connection, row.id)
        if audience is None:
            return Standing(is_draft)
        return Standing(is_draft, audience.useful_until, next_due(connection, audience.id, _LEFT))


def decide_step(
    newsletter: Newsletter, row: EditionRow, standing: Standing, *, now: datetime, by_hand: bool = False
) -> Step:
    """Return what comes next of an unfinished edition at `now`; pure. `by_hand` says that a person asks for it.

    A draft waits for its slot. Before anybody was mailed the late policy holds, unless a person wants the edition;
    afterwards, the edition's useful life. A copy for named addresses that stopped before they were recorded fails:
    nobody knows them any more, and the subscribers must not get it.
    """
    if row.lane is Lane.DIRECT and standing.useful_until is None:
        return Step("end", reason="stopped before its addresses were recorded")
    if row.state is EditionState.SENDING:
        return GO if by_hand else _go_on_sending(standing, now)
    if standing.is_draft and row.slot_at > now:
        return WAIT
    if by_hand or row.approved_at is not None or row.lane is not Lane.LIST:
        return GO
    late = decide_late(newsletter.late, row.slot_at, now)
    if late.action == "send":
        return GO
    state = EditionState.HELD if late.action == "hold" else EditionState.SKIPPED
    return Step("end", state, f"interrupted before anybody was mailed; {late.reason}")


def _go_on_sending(standing: Standing, now: datetime) -> Step:
    if standing.useful_until is None or standing.next_due_at is None:
        return GO
    if standing.useful_until < now:
        ended = f"its useful life ended at {standing.useful_until:%Y-%m-%d %H:%M %Z} with readers left"
        return Step("expire", EditionState.FAILED, ended)
    return WAIT if standing.next_due_at > now else GO
