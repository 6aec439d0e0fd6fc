"""Pure: what a report means for a reader; carries nothing out.

One hard bounce or complaint suppresses. Soft ones suppress after several editions in a row over a span of days; any
edition that was accepted and did not come back starts the count anew. What is about the sender counts for nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.bounces.report import OURS, Finding, Kind
from digest.model.bounce import DeliveryOutcome

HARD_BOUNCE = "hard bounce"
SOFT_BOUNCES = "soft bounces"
COMPLAINT = "complaint"
"""Reasons of suppressions, as they stand in the list."""

GRACE = timedelta(days=1)
"""A report may need this long: an edition younger than that, accepted and without a report, is no success yet."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When soft bounces are enough: so many editions in a row, the first and the last so far apart."""

    editions: int = 5
    span: timedelta = timedelta(days=14)


def is_charged(finding: Finding) -> bool:
    """Say whether a finding counts against its reader: delays and what is about us do not."""
    if finding.is_delay or finding.kind is Kind.AUTO_REPLY:
        return False
    return finding.reason not in OURS and not finding.status.startswith(("5.4.", "5.5.", "5.6.", "5.7."))


def suppression_reason(finding: Finding) -> str:
    """Return why one such finding suppresses at once; empty where it does not."""
    if finding.kind is Kind.COMPLAINT:
        return COMPLAINT
    return HARD_BOUNCE if finding.kind is Kind.HARD else ""


def soft_streak(outcomes: Sequence[DeliveryOutcome], *, now: datetime) -> Sequence[DeliveryOutcome]:
    """Return the soft bounces in a row up to now; `outcomes` are all of the reader's; both newest first."""
    streak: list[DeliveryOutcome] = []
    for outcome in outcomes:
        if outcome.is_soft:
            streak.append(outcome)
        elif outcome.is_sent and now - outcome.at >= GRACE:
            break
    return streak


def is_given_up(outcomes: Sequence[DeliveryOutcome], limits: Limits, *, now: datetime) -> bool:
    """Say whether the reader's soft bounces are enough to suppress the address."""
    streak = soft_streak(outcomes, now=now)
    return len(streak) >= max(1, limits.editions) and streak[0].at - streak[-1].at >= limits.span
