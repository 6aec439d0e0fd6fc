"""Rates, gates and the queue that keeps them, with a clock that the test moves."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.settings import DomainLimit
from digest.delivery.attempt import Attempt, Outcome, Progress, SingleAttempt
from digest.delivery.message import Message
from digest.delivery.queue import AttemptQueue
from digest.delivery.throttle import Concurrency, Gate, Pace, Part


def _attempt(domain: str) -> Attempt:
    def finish(outcome: Outcome) -> None:
        raise AssertionError(outcome)

    return SingleAttempt(Message(b"", "", f"reader@{domain}"), finish)


@settings(max_examples=100)
@given(rate=st.floats(1, 1000), steps=st.lists(st.floats(0, 0.05), min_size=50, max_size=200), late=st.floats(0, 0.02))
def test_pace_is_never_passed(rate: float, steps: list[float], late: float) -> None:
    """However irregular the asking, no second holds more than the rate, its fence post and half a percent."""
    pace, now, starts = Pace(rate), 0.0, []
    for step in steps:
        now += step
        if pace.wait_s(now) <= 0:
            starts.append(now + late)
            pace.take(now)
    for start in starts:
        within = sum(start <= at < start + 1.0 for at in starts)
        assert within <= rate * 1.005 + 1


def test_pace_does_not_save_up() -> None:
    """After a pause the rate is the same: there is no burst."""
    pace = Pace(10)
    pace.take(0.0)
    pace.take(100.0)
    assert 0.09 < pace.wait_s(100.0) <= 0.1


def test_gate_counts_places() -> None:
    """A domain with two places lets a third message wait until one ends."""
    gate = Gate(DomainLimit(connections=2))
    gate.enter(0.0)
    gate.enter(0.0)
    assert gate.wait_s(0.0) is None
    gate.leave()
    assert gate.wait_s(0.0) == 0.0


def test_concurrency_halves_and_recovers() -> None:
    """Complaints halve the connections down to one; each hundred good messages give one back, up to the most."""
    concurrency = Concurrency(8)
    for _ in range(5):
        concurrency.halve()
    assert concurrency.allowed == 1
    for _ in range(100):
        concurrency.record_good()
    assert concurrency.allowed == 2
    for _ in range(2000):
        concurrency.record_good()
    assert concurrency.allowed == 8


def test_a_smaller_share_does_not_end_a_complaint() -> None:
    """Who was halved, and then got fewer connections, or none, grows again by good messages when all are free again."""
    concurrency = Concurrency(20)
    concurrency.halve()
    concurrency.halve()
    for part, allowed in ((Part(0, 4), 5), (Part(20, 40), 0), (Part(0, 1), 5)):
        concurrency.share(part)
        assert (concurrency.allowed, concurrency.is_whole) == (allowed, False)
    for _ in range(1500):
        concurrency.record_good()
    assert (concurrency.allowed, concurrency.is_whole) == (20, True)


def test_queue_lets_others_pass_a_waiting_domain() -> None:
    """A domain that waits for its limit does not hold up the others; order is kept within each."""
    queue = AttemptQueue({"slow.example": DomainLimit(connections=1)})
    first, second, third = _attempt("slow.example"), _attempt("slow.example"), _attempt("quick.example")
    for attempt in (first, second, third):
        queue.add([attempt])
    assert queue.pop(0.0) is first
    assert queue.pop(0.0) is third
    assert queue.pop(0.0) is None
    assert queue.wait_s(0.0) is None
    queue.leave(first)
    assert queue.wait_s(0.0) == 0.0
    assert queue.pop(0.0) is second


def test_queue_forgets_the_withdrawn() -> None:
    """A withdrawn attempt is neither given out nor drained; one that began can only be marked."""
    queue = AttemptQueue({})
    gone, left, begun = _attempt("a.example"), _attempt("a.example"), _attempt("a.example")
    begun.progress = Progress.ENVELOPE
    for attempt in (gone, left):
        queue.add([attempt])
    assert gone.withdraw()
    assert not begun.withdraw()
    assert queue.drain() == [left]
    assert len(queue) == 0


def test_crowded_domains_are_told() -> None:
    """A limited domain with many waiting attempts is crowded; one without limits never is."""
    queue = AttemptQueue({"slow.example": DomainLimit(per_second=1)})
    for _ in range(25):
        queue.add([_attempt("slow.example")])
        queue.add([_attempt("quick.example")])
    assert queue.crowded() == ["slow.example"]
