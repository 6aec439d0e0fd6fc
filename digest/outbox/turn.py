"""One transaction of a run: results of the last moments, claims for the next, refusals among what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from digest.delivery.attempt import Outcome
from digest.delivery.replies import Reply
from digest.model.delivery import DeliveryState
from digest.outbox.verdicts import Verdict
from digest.store import Store
from digest.store import deliveries as ledger
from digest.store.audiences import Audience
from digest.store.senders import touch_sender

GROUP = 100
"""Most results, and most claims, in one transaction."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one claimed delivery; `outcome` is None where no server was asked."""

    row: ledger.ClaimedRow
    verdict: Verdict
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Turn:
    """What to do in one transaction: record results, claim so many, recheck these, skip these domains."""

    results: Sequence[Result]
    claim: int
    recheck: Sequence[int]
    skip: Sequence[str]


@dataclass(frozen=True, slots=True)
class Report:
    """What a turn found."""

    claimed: Sequence[ledger.ClaimedRow] = ()
    refused: dict[int, str] = field(default_factory=dict)


def take_turn(store: Store, audience: Audience, turn: Turn, *, sender: str, now: datetime) -> Report:
    """Do all of a turn in one transaction, which outlives a loss of power: a claim counts only when it is on disk."""
    with store.begin(durable=True) as connection:
        sent = [result.row.id for result in turn.results if result.verdict.state is DeliveryState.SENT]
        if sent:
            ledger.record_sent(connection, sent, sender, at=now)
        others = [result for result in turn.results if result.verdict.state is not DeliveryState.SENT]
        ledger.record_results(connection, [_result_values(result, sender, now) for result in others])
        ledger.add_attempts(connection, [row for result in others if (row := _attempt_row(result, now)) is not None])
        ledger.suppress_readers(connection, dict(_hard_bounces(others)), reason="hard bounce", at=now)
        touch_sender(connection, sender, now=now)
        refused = ledger.refused_among(connection, audience, turn.recheck, now=now) if turn.recheck else {}
        claimed = (
            ledger.claim(connection, audience, sender, now=now, limit=turn.claim, skip=turn.skip) if turn.claim else []
        )
    return Report(claimed, refused)


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
