"""What an outcome makes of a delivery: its next state and its next try; pure, `now` and chance are arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from digest.delivery.attempt import Outcome
from digest.delivery.replies import Fate
from digest.model.delivery import DeliveryState

_JITTER = 0.2
_REQUEUES = 3

RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
"""Waits between attempts where the settings name none; the last one repeats."""


@dataclass(frozen=True, slots=True)
class RetryRules:
    """When a delivery is tried again, and what happens to one of which nobody knows whether it arrived."""

    useful_until: datetime
    uncertain: Literal["resend", "hold"] = "resend"
    retry_after: Sequence[timedelta] = RETRY_AFTER


@dataclass(frozen=True, slots=True)
class Verdict:
    """The next state of a delivery that was `sending`. `charge` is 1 where the attempt counts for the reader."""

    state: DeliveryState
    next_try_at: datetime | None = None
    charge: int = 0
    reason: str | None = None


SENT = Verdict(DeliveryState.SENT, charge=1)
"""The verdict of an accepted message."""


def judge(
    outcome: Outcome, rules: RetryRules, *, attempts: int, requeues: int, now: datetime, chance: float
) -> Verdict:
    """Return what becomes of a delivery. `attempts` and `requeues` were made before; `chance` is 0 to 1 for jitter."""
    decision = outcome.decision
    if decision.fate is Fate.SENT:
        return SENT
    reason = f"{outcome.stage}: {outcome.answer}"
    charge = int(decision.charge)
    if decision.fate is Fate.FAIL:
        return Verdict(DeliveryState.FAILED, charge=charge, reason=reason)
    if decision.fate is Fate.REQUEUE and requeues < _REQUEUES:
        return Verdict(DeliveryState.QUEUED, now, reason=reason)
    if decision.fate is Fate.UNCERTAIN and rules.uncertain == "hold":
        return Verdict(DeliveryState.UNCERTAIN, charge=charge, reason=reason)
    # A message that loses its connection again and again is charged at last, else it would never end.
    charge = max(charge, int(decision.fate is Fate.REQUEUE))
    at = next_try(attempts, rules, now=now, chance=chance)
    if at is not None:
        return Verdict(DeliveryState.DEFERRED, at, charge, reason)
    if decision.fate is Fate.UNCERTAIN:
        return Verdict(DeliveryState.UNCERTAIN, charge=charge, reason=reason)
    return Verdict(DeliveryState.FAILED, charge=charge, reason=f"out of time; {reason}")


def next_try(attempts: int, rules: RetryRules, *, now: datetime, chance: float) -> datetime | None:
    """Return when to try again after `attempts` earlier ones, up to 20 % later than planned; None if too late."""
    wait = rules.retry_after[min(attempts, len(rules.retry_after) - 1)]
    at = now + wait * (1 + _JITTER * chance)
    return at if at < rules.useful_until else None
