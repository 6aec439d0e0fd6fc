"""What a report means for a reader: charged or not, suppressed at once or after a streak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.bounces import Finding, Reason
from digest.bounces.policy import Limits, is_charged, is_given_up, soft_streak, suppression_reason
from digest.model.bounce import DeliveryOutcome

NOW = datetime(2030, 3, 1, tzinfo=UTC)
LIMITS = Limits()


def _soft(days: float) -> DeliveryOutcome:
    return DeliveryOutcome(NOW - timedelta(days=days), is_sent=True, is_soft=True)


def _good(days: float) -> DeliveryOutcome:
    return DeliveryOutcome(NOW - timedelta(days=days), is_sent=True, is_soft=False)


@pytest.mark.parametrize("reason", [Reason.SPAM, Reason.BLOCKED, Reason.AUTHENTICATION, Reason.CONTENT, Reason.RELAY])
def test_what_is_about_us_is_never_charged(reason: Reason) -> None:
    """Our reputation and our format are no fault of the reader's."""
    assert not is_charged(Finding("reader@example.org", reason))


@pytest.mark.parametrize("status", ["5.7.1", "5.4.6", "5.5.0", "5.6.0"])
def test_codes_about_us_are_never_charged(status: str) -> None:
    """The same holds for the classes of codes that are about the sender or the way."""
    assert not is_charged(Finding("reader@example.org", Reason.FILTERED, status))


def test_full_mailboxes_are_charged_and_delays_are_not() -> None:
    """A full mailbox counts; that a system still tries does not."""
    assert is_charged(Finding("reader@example.org", Reason.MAILBOX_FULL, "5.2.2"))
    assert not is_charged(Finding("reader@example.org", Reason.MAILBOX_FULL, "4.2.2", is_delay=True))


def test_hard_and_complaint_suppress_at_once() -> None:
    """One is enough of these, none of the others."""
    assert suppression_reason(Finding("", Reason.UNKNOWN_USER, "5.1.1")) == "hard bounce"
    assert suppression_reason(Finding("", Reason.COMPLAINT)) == "complaint"
    assert suppression_reason(Finding("", Reason.MAILBOX_FULL, "5.2.2")) == ""


def test_five_in_a_row_over_two_weeks() -> None:
    """Five editions over fourteen days are enough; four, or five in a week, are not."""
    assert is_given_up([_soft(day) for day in (0, 3, 7, 10, 14)], LIMITS, now=NOW)
    assert not is_given_up([_soft(day) for day in (0, 5, 10, 14)], LIMITS, now=NOW)
    assert not is_given_up([_soft(day) for day in range(7)], LIMITS, now=NOW)
    assert is_given_up([_soft(day) for day in range(15)], LIMITS, now=NOW)


def test_any_success_starts_the_count_anew() -> None:
    """An edition that arrived in between ends the streak."""
    outcomes = [_soft(0), _soft(3), _good(5), _soft(7), _soft(10), _soft(14), _soft(20)]
    assert len(soft_streak(outcomes, now=NOW)) == 2
    assert not is_given_up(outcomes, LIMITS, now=NOW)


def test_a_success_must_be_a_day_old() -> None:
    """The report of an edition that went out just now may still come, so it is no success yet."""
    streak = [_soft(day) for day in (1, 4, 8, 11, 15)]
    assert is_given_up([_good(0.1), *streak], LIMITS, now=NOW)
    assert not is_given_up([_good(1.0), *streak], LIMITS, now=NOW)


def test_failures_for_other_reasons_neither_count_nor_reset() -> None:
    """An edition that failed through our own fault says nothing about the reader."""
    failed = DeliveryOutcome(NOW - timedelta(days=5), is_sent=False, is_soft=False)
    assert is_given_up([_soft(0), _soft(3), failed, _soft(7), _soft(10), _soft(14)], LIMITS, now=NOW)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 60)), max_size=20))
def test_nobody_is_given_up_without_five_soft_bounces(drawn: list[tuple[bool, float]]) -> None:
    """Whatever the history, fewer soft bounces than the limit never suppress, and more successes never hurt."""
    ordered = sorted(drawn, key=lambda pair: pair[1])
    outcomes = [_soft(days) if soft else _good(days) for soft, days in ordered]
    if sum(outcome.is_soft for outcome in outcomes) < 5:
        assert not is_given_up(outcomes, LIMITS, now=NOW)
    if is_given_up([_good(2), *outcomes], LIMITS, now=NOW):
        raise AssertionError("a success of two days ago ends every streak")
