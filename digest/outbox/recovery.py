"""After a crash: what a dead sender held is given back, exactly as far as its journal tells; sends nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from digest.model.delivery import DeliveryState, Stage
from digest.outbox.fence import SILENT_AFTER
from digest.outbox.journal import Traces, find_traces, has_journal, remove_journal
from digest.store import Store, senders
from digest.store import deliveries as ledger
from digest.store.workers import remove_worker

_CRASHES = 3


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of deliveries that dead senders held."""

    queued: int = 0
    sent: int = 0
    uncertain: int = 0
    parked: int = 0

    def plus(self, other: Recovered) -> Recovered:
        """Return the sums of both."""
        mine, theirs = astuple(self), astuple(other)
        return Recovered(*(one + another for one, another in zip(mine, theirs, strict=True)))

    def __bool__(self) -> bool:
        return self != Recovered()


def recover(
    store: Store, name: str, folder: Path | None, *, now: datetime, lease: timedelta = SILENT_AFTER
) -> Recovered:
    """Give back what dead senders hold; one of another machine is dead when it was not seen for `lease`.

    What was not written to a server goes back to the queue, and what a server took is sent; the rest is uncertain, and
    follows the newsletter's policy. A delivery that was being made in three crashes is parked as failed.
    """
    total = Recovered()
    with store.read() as connection:
        others = senders.other_senders(connection, name)
    for other, seen_at in others:
        is_local = folder is not None and has_journal(folder, other)
        traces = _traces(folder, other) if folder is not None and is_local else None
        if (traces is None and is_local) or (not is_local and now - seen_at < lease):
            continue
        one = _bury(store, other, traces, seen_at, now=now)
        if folder is not None and one is not None:
            remove_journal(folder, other)
        if one is not None:
            total = total.plus(one)
    return total


def _bury(store: Store, sender: str, traces: Traces | None, seen_at: datetime, *, now: datetime) -> Recovered | None:
    """Give back what a dead sender holds; None where another process did, or where it was seen again meanwhile."""
    with store.begin() as connection:
        if senders.lock_sender(connection, sender) != seen_at:
            return None
        given_back = _give_back(connection, sender, traces, now=now)
        senders.remove_sender(connection, sender)
        remove_worker(connection, sender)
        return given_back


_UNKNOWN = Traces(frozenset(), -1)


def _traces(folder: Path, sender: str) -> Traces | None:
    try:
        return find_traces(folder, sender)
    except InterruptedError:
        return _UNKNOWN
    except FileNotFoundError:
        return None  # another process of this machine has just given it back


def _give_back(connection: Connection, sender: str, traces: Traces | None, *, now: datetime) -> Recovered:
    is_known = traces is not None and traces is not _UNKNOWN
    taken = traces.taken if traces is not None else frozenset()
    results: list[dict[str, Any]] = []
    crashed: list[int] = []
    lost: list[ledger.AttemptRow] = []
    held = senders.held_by(connection, sender)
    sent = [row.delivery_id for row in held if row.delivery_id in taken]
    for row in (row for row in held if row.delivery_id not in taken):
        in_body = not is_known or (traces is not None and row.delivery_id in traces.bodies)
        is_suspect = not is_known or (traces is not None and row.delivery_id == traces.composing and not in_body)
        if is_suspect:
            crashed.append(row.delivery_id)
        if in_body:
            lost.append(_lost_attempt(row.delivery_id, now))
        results.append(_result(row, in_body=in_body, is_suspect=is_suspect, now=now) | {"held_by": sender})
    if crashed:
        senders.add_crash(connection, crashed)
    ledger.record_sent(connection, sent, sender, at=now)
    ledger.add_attempts(connection, lost)
    ledger.record_results(connection, results)
    states = Counter(row["state"] for row in results)
    return Recovered(
        queued=states[DeliveryState.QUEUED],
        sent=len(sent),
        uncertain=states[DeliveryState.UNCERTAIN],
        parked=states[DeliveryState.FAILED],
    )


def _result(row: senders.Held, *, in_body: bool, is_suspect: bool, now: datetime) -> dict[str, Any]:
    state, reason = DeliveryState.QUEUED, "given back after a crash"
    if is_suspect and row.crashes + 1 >= _CRASHES:
        state, reason = DeliveryState.FAILED, "parked: the sender crashed three times with it"
    elif in_body and row.uncertain == "hold":
        state, reason = DeliveryState.UNCERTAIN, "the sender crashed while the server may have taken it"
    elif in_body:
        reason = "sent again: the sender crashed while the server may have taken it"
    is_open = state is DeliveryState.QUEUED
    return {
        "row_id": row.delivery_id,
        "state": state,
        "next_try_at": now if is_open else None,
        "charge": 0,
        "finished_at": None if is_open else now,
        "reason": reason,
    }


def _lost_attempt(delivery_id: int, now: datetime) -> ledger.AttemptRow:
    return ledger.AttemptRow(delivery_id, now, "uncertain", Stage.BODY, "", None, "the sender crashed")
