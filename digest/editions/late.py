"""What happens to slots that come late, by the newsletter's late policy; carries nothing out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from digest.config.schedule import Late

ON_TIME = timedelta(minutes=1)
"""A slot that is at most this late was not missed: no alarm clock is exact."""


@dataclass(frozen=True, slots=True)
class LateDecision:
    """What to do with one slot, and why, in words for the ledger."""

    slot_at: datetime
    action: Literal["send", "skip", "hold"]
    reason: str


def decide_late(late: Late, slot_at: datetime, now: datetime) -> LateDecision:
    """Decide on one slot at `now`: on time, late but useful, or too late and then as the policy says."""
    lateness = now - slot_at
    if lateness <= ON_TIME:
        return LateDecision(slot_at, "send", "on time")
    text = f"{_span(lateness)} late"
    limit = _span(late.send_within)
    if lateness <= late.send_within:
        return LateDecision(slot_at, "send", f"{text}, within {limit}")
    endings = {"skip": "skipped", "hold": "held for a person", "send": "sent all the same (late.then)"}
    return LateDecision(slot_at, late.then, f"{text}, more than {limit}: {endings[late.then]}")


def decide_catch_up(
    late: Late, missed: Iterable[datetime], now: datetime, *, told_at: datetime | None = None
) -> list[LateDecision]:
    """Decide on all slots of one newsletter that are still open at `now`, oldest first; each gets its decision.

    `latest` lets only the last slot go out that the late policy would send, and only the last of those it would hold
    when nothing is sent, so that a week's outage never ends in a flood; none that is older than `told_at`, the slot of
    an edition that readers have already. `skip` lets no missed slot go out; one that is on time was not missed.
    """
    decisions = [decide_late(late, slot_at, now) for slot_at in sorted(set(missed))]
    if late.catch_up == "all":
        return decisions
    if late.catch_up in ("skip", "none"):
        return [_not_caught_up(late, decision, now) for decision in decisions]
    if told_at is not None:
        decisions = [
            _superseded(decision, told_at, now) if decision.slot_at < told_at else decision for decision in decisions
        ]
    open_at = [d.slot_at for d in decisions if d.action == "send"] or [
        d.slot_at for d in decisions if d.action == "hold"
    ]
    latest = open_at[-1] if open_at else None
    return [_superseded(decision, latest, now) for decision in decisions]


def _not_caught_up(late: Late, decision: LateDecision, now: datetime) -> LateDecision:
    lateness = now - decision.slot_at
    if lateness <= ON_TIME or decision.action == "skip":
        return decision
    return LateDecision(
        decision.slot_at, "skip", f"missed ({_span(lateness)} late), and late.catch_up is {late.catch_up}"
    )


def _superseded(decision: LateDecision, latest: datetime | None, now: datetime) -> LateDecision:
    if decision.action == "skip" or latest is None or decision.slot_at == latest:
        return decision
    text = f"missed ({_span(now - decision.slot_at)} late); the slot of {latest:%Y-%m-%d %H:%M %Z} takes its place"
    return LateDecision(decision.slot_at, "skip", text)


def _span(span: timedelta) -> str:
    minutes, seconds = divmod(max(0, round(span.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    said = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")) if n]
    return " ".join(said[:2]) or "0 min"
