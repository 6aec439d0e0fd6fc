"""Moments of a send: what they say, and how often the log hears of them."""

from __future__ import annotations

import structlog

from digest.model.delivery import DeliveryState
from digest.outbox.progress import Tally
from digest.schedule.progress import ProgressLog


def _tally(sent: int) -> Tally:
    tally = Tally(100, {"sending": 100}, "denver-1")
    tally.progress(0.0)
    tally.move(DeliveryState.SENDING, DeliveryState.SENT, sent)
    return tally


def test_a_moment_tells_rate_and_time_left() -> None:
    """Forty messages in two seconds are twenty a second, and sixty more take three."""
    told = _tally(40).progress(2.0).as_json()
    assert told["edition"] == "denver-1"
    assert (told["selected"], told["sent"], told["per_second"], told["seconds_left"]) == (100, 40, 20.0, 3)


def test_the_log_hears_of_a_send_every_ten_seconds() -> None:
    """However often it is told, each edition gets one event in ten seconds, the first after ten."""
    now_s = 0.0
    with structlog.testing.capture_logs() as events:
        log = ProgressLog(now_s=lambda: now_s)
        moment = _tally(40).progress(2.0)
        for second in range(26):
            now_s = float(second)
            log.follow(moment)
    assert [event["event"] for event in events] == ["sending", "sending"]
    assert events[0]["sent"] == 40
