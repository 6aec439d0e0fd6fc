"""The state of one route: is it usable, how many connections, what its rates and quotas still allow; opens nothing."""

from __future__ import annotations

from digest.config.settings import Route, Smtp
from digest.delivery.replies import Answer, Decision, Remedy
from digest.delivery.throttle import Concurrency, Pace, Part, Rate
from digest.model.delivery import Stage

_LONGEST_BACK_OFF_S = 60.0
_PAUSE_S = 300.0


def routes_of(settings: Smtp) -> tuple[Route, ...]:
    """Return the routes that have a host: the first-level one, then those of `routes`."""
    first = [settings] if settings.host else []
    return (*first, *(route for route in settings.routes if route.host))


class RouteState:
    """A route as the pool sees it. Times are the event loop's."""

    def __init__(self, route: Route, *, back_off_s: float = 1.0, rate: Rate | None = None) -> None:
        self.route = route
        self.name = route.name
        self.concurrency = Concurrency(route.connections)
        self.has_quota = route.per_hour is not None or route.per_day is not None
        self.credit = 0
        self.refilling = False
        self.is_spent = False  # its quota gave nothing when it was last asked
        self.ask_again_at = 0.0
        self.open = 0
        self.idle = 0
        self.taken = 0.0
        self.trouble: tuple[Stage, Answer] | None = None
        self.is_paused = False
        self.must_recover = False  # good messages have something to mend
        self.retry_at = 0.0  # while it is in the past the route is in order, as far as known
        self._pace = rate or (Pace(route.per_second) if route.per_second else None)
        self._back_off_s = back_off_s
        self._failures = 0

    @property
    def is_limited(self) -> bool:
        """Whether it has a rate or a quota."""
        return self._pace is not None or self.has_quota

    @property
    def share(self) -> float:
        """Messages taken, by weight: the smallest goes first."""
        return self.taken / self.route.weight

    def retry_in_s(self, now: float) -> float:
        """Return seconds until the route may be tried again, 0 when it may."""
        return max(0.0, self.retry_at - now)

    def is_usable(self, now: float) -> bool:
        """Whether the route is in order, as far as known."""
        return now >= self.retry_at

    def wait_s(self, now: float) -> float:
        """Return seconds until it is usable and its rate allows a message, 0 or less for now."""
        wait_s = self.retry_at - now
        return wait_s if self._pace is None else max(wait_s, self._pace.wait_s(now))

    def take(self, now: float) -> None:
        """Count a message that starts."""
        self.taken += 1
        if self._pace:
            self._pace.take(now)
        if self.has_quota:
            self.credit -= 1

    def take_part(self, part: Part) -> None:
        """Use only a part of the connections; others use the rest."""
        self.concurrency.share(part)
        self.must_recover = True

    def slow_down(self) -> None:
        """Use fewer connections, as the server wants."""
        self.concurrency.halve()
        self.must_recover = True

    def record_good(self) -> None:
        """Note that the server took a message: all trouble is over, and one that was halved may grow."""
        self.concurrency.record_good()
        self._failures = 0
        self.trouble = None
        self.is_paused = False
        self.must_recover = not self.concurrency.is_whole

    def record_drop(self, stage: Stage, answer: Answer, *, now: float) -> None:
        """Note a connection that broke before a message was out; from the third in a row on the route is left alone."""
        self._fail(stage, answer)
        if self._failures >= 3:
            self.retry_at = now + self._wait_s()

    def record_refusal(self, decision: Decision, stage: Stage, answer: Answer, *, now: float) -> None:
        """Note that no connection could be opened, and when to try again."""
        self._fail(stage, answer)
        self.is_paused = decision.remedy is Remedy.PAUSE_ROUTE
        self.retry_at = now + (_PAUSE_S if self.is_paused else self._wait_s())

    def _fail(self, stage: Stage, answer: Answer) -> None:
        self._failures += 1
        self.trouble = stage, answer
        self.must_recover = True

    def _wait_s(self) -> float:
        return min(_LONGEST_BACK_OFF_S, self._back_off_s * 2.0 ** min(self._failures - 1, 16))
