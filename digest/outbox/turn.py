"""The transactions of a run: results of the last moments and refusals among what waits, or claims for the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Self

from sqlalchemy import Connection

from digest.delivery.attempt import Outcome
from digest.delivery.replies import Reply
from digest.outbox.verdicts import Verdict
from digest.store import Store
from digest.store import deliveries as ledger
from digest.store.audiences import Audience
from digest.store.senders import touch_sender

GROUP = 200
"""Most results in one transaction."""

CLAIMS = GROUP
"""Most claims in one transaction."""


class Result(NamedTuple):
    """What became of a claimed delivery that was not sent; `outcome` is None where no server was asked."""

    row: ledger.ClaimedRow
    verdict: Verdict
    outcome: Outcome | None


@dataclass(slots=True)
class Results:
    """What became of claimed deliveries: the ids of those that were sent, and the results of the others."""

    sent: list[int] = field(default_factory=list)
    others: list[Result] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sent) + len(self.others)

    @property
    def ids(self) -> list[int]:
        """The ids of all."""
        return [*self.sent, *(result.row.id for result in self.others)]

    def take(self, most: int) -> Self:
        """Take out the oldest, at most so many."""
        taken = type(self)(others=self.others[:most])
        taken.sent = self.sent[: most - len(taken.others)]
        del self.sent[: len(taken.sent)], self.others[: len(taken.others)]
        return taken

    def put_back(self, taken: Results) -> None:
        """Take in again what was taken out."""
        self.sent[:0], self.others[:0] = taken.sent, taken.others


@dataclass(frozen=True, slots=True)
class Turn:
    """What to do in one transaction: record results, recheck these ids.

    `held`, where not None, are all ids that the run knows it holds: what the ledger says beyond them goes back to
    the queue. `is_last`: nothing follows for a while.
    """

    results: Results
    recheck: Sequence[int] = ()
    held: Sequence[int] | None = None
    is_last: bool = False


def take_turn(
    store: Store, audience: Audience, turn: Turn, *, sender: str, now: datetime, touches: bool = True
) -> dict[int, str]:
    """Do all of a turn in one transaction; return the ids among `recheck` that must not be mailed, with the reason.

    It outlives a crash of this process; a loss of power only once something is claimed after it, or as the last one.
    With `touches` it also writes that the sender lives.
    """
    with store.begin(durable=turn.is_last) as connection:
        if turn.results.sent:
            ledger.record_sent(connection, turn.results.sent, sender, at=now)
        if turn.results.others:
            _record_others(connection, turn.results.others, sender, now)
        if turn.held is not None:
            ledger.give_back_unknown(connection, audience, sender, turn.held, now=now)
        if touches:
            touch_sender(connection, sender, now=now)
        return ledger.refused_among(connection, audience, turn.recheck, now=now) if turn.recheck else {}


def take_claims(
    store: Store, audience: Audience, sender: str, *, limit: int, skip: Sequence[str], now: datetime
) -> list[ledger.ClaimedRow]:
    """Claim deliveries; they count only when they are on disk, and so are all results before them."""
    with store.begin() as connection:
        touch_sender(connection, sender, now=now)
        claimed = ledger.claim(connection, audience, sender, now=now, limit=limit, skip=skip)
    return claimed


def _record_others(connection: Connection, others: Sequence[Result], sender: str, now: datetime) -> None:
    ledger.record_results(connection, [_result_values(result, sender, now) for result in others])
    ledger.add_attempts(connection, [row for result in others if (row := _attempt_row(result, now)) is not None])
    ledger.suppress_readers(connection, dict(_hard_bounces(others)), reason="hard bounce", at=now)


def _result_values(result: Result, sender: str, now: datetime) -> dict[str, object]:
    verdict = result.verdict
    return {
        "row_id": result.row.id,
        "held_by": sender,
        "state": verdict.state,
        "next_try_at": verdict.next_try_at,
        "charge": verdict.charge,
        "finished_at": now if verdict.next_try_at is None else None,
        "reason": _without_address(verdict.reason or "", result.row.email) or None,
    }


def _attempt_row(result: Result, now: datetime) -> ledger.AttemptRow | None:
    outcome = result.outcome
    if outcome is None:
        return None
    answer = outcome.answer
    return ledger.AttemptRow(
        delivery_id=result.row.id,
        at=now,
        fate=outcome.decision.fate.value,
        stage=outcome.stage.value,
        route=outcome.route,
        code=answer.code if isinstance(answer, Reply) else None,
        reply=_without_address(str(answer), result.row.email),
    )


def _hard_bounces(results: Sequence[Result]) -> list[tuple[int, str]]:
    return [
        (result.row.id, _without_address(str(result.outcome.answer), result.row.email))
        for result in results
        if result.outcome is not None and result.outcome.decision.is_hard
    ]


def _without_address(text: str, email: str) -> str:
    # Replies repeat the address; the ledger must hold none after an erase.
    local = email.rpartition("@")[0]
    return (
        text.replace(email, "(address)").replace(email.lower(), "(address)").replace(f"<{local}>", "<(address)>")[:500]
    )
