"""What a transaction takes along: results in groups, given back when it fails."""

from __future__ import annotations

from digest.model.delivery import DeliveryState
from digest.outbox.turn import Result, Results
from digest.outbox.verdicts import Verdict
from digest.store.deliveries import ClaimedRow

FAILED = Verdict(DeliveryState.FAILED)


def _result(number: int) -> Result:
    email = f"reader{number}@mail.example"
    row = ClaimedRow(number, number, email, "", "mail.example", "", "", "{}", 0, "", None, DeliveryState.QUEUED)
    return Result(row, FAILED, None)


def test_results_are_taken_in_groups_the_oldest_first() -> None:
    """A group holds as many as one transaction may record, of both kinds, and what stays comes next."""
    results = Results([1, 2, 3], [_result(4), _result(5)])
    assert (len(results), results.ids) == (5, [1, 2, 3, 4, 5])
    first = results.take(3)
    assert (first.ids, results.ids) == ([1, 4, 5], [2, 3])
    assert results.take(9).ids == [2, 3]
    assert not results


def test_results_that_were_not_recorded_come_first_again() -> None:
    """After a transaction that failed everything is there as before, whatever was added meanwhile."""
    results = Results([1, 2], [_result(3)])
    group = results.take(2)
    results.sent.append(4)
    results.put_back(group)
    assert results.ids == [1, 2, 4, 3]
