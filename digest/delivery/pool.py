"""The SMTP pool: attempts in, outcomes out, over several routes and connections; keeps no ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Self

from digest.config.settings import DomainLimit, Route
from digest.delivery.attempt import Attempt, Outcome, Progress, SingleAttempt
from digest.delivery.connect import Refusal, Timeouts
from digest.delivery.connection import outcome_of, outcome_of_reply
from digest.delivery.errors import MessageError, RouteError
from digest.delivery.line import Line
from digest.delivery.message import Message
from digest.delivery.queue import AttemptQueue
from digest.delivery.quota import Quotas
from digest.delivery.replies import Answer, Decision, Fate, Lost, Remedy, Reply, decide
from digest.delivery.route import RouteState
from digest.delivery.shared_pace import FleetLimits
from digest.delivery.throttle import Part, Rate
from digest.model.delivery import Stage

_ENVELOPE, _SENT = Progress.ENVELOPE, Fate.SENT  # an enumeration's member is slow to look up
_SLACK = 4  # messages a route may be ahead of its weight, so that no connection waits for another route's


class SmtpPool:
    """All ways out. Use it as an async context; `offer` attempts from the same event loop.

    `alert` hears what a person must mend. `back_off_s` is the first wait after a route failed; it doubles up to
    a minute. With `limits`, the rates of routes and domains hold for all processes on that store together.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        domains: Mapping[str, DomainLimit] | None = None,
        *,
        timeouts: Timeouts | None = None,
        quotas: Quotas | None = None,
        limits: FleetLimits | None = None,
        alert: Callable[[str], None] | None = None,
        back_off_s: float = 1.0,
    ) -> None:
        self._routes = [RouteState(route, back_off_s=back_off_s, rate=_rate_of(route, limits)) for route in routes]
        self._queue = AttemptQueue(domains or {}, _rates_of(domains or {}, limits))
        if limits is not None:
            limits.on_change(self._dispatch)
        self.part = Part(0, 1)
        self._timeouts = timeouts or Timeouts()
        self._quotas = quotas
        self._alert = alert or (lambda text: None)
        self._lines: dict[str, list[Line]] = {state.name: [] for state in self._routes}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._closing = False
        # Nobody waits for anybody but the mail server: by far the most frequent case, and quick to decide.
        self._is_plain = len(routes) == 1 and not self._routes[0].is_limited and not self._queue.has_limits
        self._now = asyncio.get_running_loop().time
        if not routes:
            raise RouteError("none", "no mail server is set; write smtp: {host: …} in digest.yaml", is_temporary=False)

    @property
    def connections(self) -> int:
        """Most connections at a time, over all routes."""
        return sum(state.route.connections for state in self._routes)

    @property
    def least_connections(self) -> int:
        """Most connections at a time of the route that has fewest."""
        return min(state.route.connections for state in self._routes)

    @property
    def has_rates(self) -> bool:
        """Whether messages a second are limited, for a route or a domain."""
        return self._queue.has_rates or any(state.route.per_second for state in self._routes)

    @property
    def is_within_part(self) -> bool:
        """Whether no more connections are in use than `share` allows: those beyond end with their message."""
        return self._queue.is_within_part and all(state.open <= state.concurrency.allowed for state in self._routes)

    @property
    def has_places(self) -> bool:
        """Whether this process may have a connection at all; see `share`."""
        return any(state.concurrency.allowed for state in self._routes)

    def share(self, part: Part) -> None:
        """Use only a part of the connections, as other processes use the rest."""
        self.part = part
        for state in self._routes:
            state.take_part(part)
        stranded = self._queue.share(part) if self.has_places else self._queue.drain()
        for attempt in stranded:
            attempt.finish(Outcome(Decision(Fate.REQUEUE), Stage.CONNECT, Lost("withdrawn")))
        self._dispatch()

    def alert(self, text: str) -> None:
        """Tell a person what must be mended."""
        self._alert(text)

    @property
    def open_connections(self) -> int:
        """Connections open or being opened now."""
        return sum(state.open for state in self._routes)

    def offer(self, attempts: Iterable[Attempt]) -> None:
        """Queue attempts; the `finish` of each will be called once, unless it is withdrawn before it starts."""
        if len(self._routes) == 1:
            self._queue.add(attempts)
            self._dispatch()
            return
        for attempt in attempts:  # each route goes only a little ahead of the others, so they must move in turn
            self._queue.add([attempt])
            self._dispatch()

    async def send(self, message: Message) -> Outcome:
        """Send one message that no ledger knows, and return its outcome."""
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def finish(outcome: Outcome) -> None:
            if not done.done():  # as when nobody waits for it any more
                done.set_result(outcome)

        self.offer([SingleAttempt(message, finish)])
        return await done

    def crowded_domains(self) -> list[str]:
        """Return the domains of which enough attempts wait for their limit."""
        return self._queue.crowded()

    def retry_in_s(self) -> float:
        """Return seconds until some route may be tried; 0 while one is usable."""
        now = asyncio.get_running_loop().time()
        return min(state.retry_in_s(now) for state in self._routes)

    @property
    def is_healthy(self) -> bool:
        """Whether some route has had no trouble since its last accepted message."""
        return any(state.trouble is None for state in self._routes)

    def paused_routes(self) -> dict[str, str]:
        """Return the routes that a person must mend, each with what its server said."""
        paused = (state for state in self._routes if state.is_paused and state.trouble is not None)
        return {state.name: f"{state.route.host}: {_said(state)}" for state in paused}

    def find_trouble(self) -> RouteError | None:
        """Return why no route is usable, or None while one is."""
        if self.retry_in_s() <= 0:
            return None
        state = min(self._routes, key=lambda state: state.is_paused)
        stage, answer = state.trouble or (Stage.CONNECT, Lost())
        where = f"{state.route.host}:{state.route.port}"
        return RouteError(state.name, f"{where} at {stage}: {answer}", is_temporary=not state.is_paused)

    async def close(self, timeout_s: float = 30.0) -> None:
        """Give back what waits, let messages in flight end for `timeout_s`, close all connections."""
        self._closing = True
        self._cancel_timer()
        for attempt in self._queue.drain():
            attempt.finish(Outcome(Decision(Fate.REQUEUE), Stage.CONNECT, Lost("withdrawn")))
        lines = [line for of_route in self._lines.values() for line in of_route]
        for line in lines:
            line.close()
        opening = [line.task for line in lines if line.is_opening and line.task is not None]
        for task in opening:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)
        for line in lines:
            line.abort()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    def take(self, state: RouteState, now: float) -> Attempt | None:
        """Give a line the next attempt that may start at `now` on its route."""
        if self._closing:
            return None
        if self._is_plain and now >= state.retry_at:
            attempt = self._queue.pop_free()
        elif not self._may_start(state, now):
            return None
        elif (attempt := self._queue.pop(now)) is not None:
            state.take(now)
        else:
            self._wake_later(now, self._queue.wait_s(now))
        if attempt is not None:
            attempt.progress = _ENVELOPE
        return attempt

    def settle(
        self, state: RouteState, attempt: Attempt, stage: Stage, answer: Answer | MessageError | Decision
    ) -> None:
        """Pass an outcome on, and learn from it how much the route bears."""
        if not self._is_plain:
            self._queue.leave(attempt)
        if isinstance(answer, Reply):
            outcome = outcome_of_reply(stage, answer, state.name)
        else:
            outcome = outcome_of(stage, answer, state.name)
        if outcome.decision.fate is not _SENT:
            self._learn(state, outcome, answer)
        elif state.must_recover:
            state.record_good()
        attempt.finish(outcome)
        if not self._is_plain and (len(self._routes) > 1 or self._queue.wait_s(self._now()) is None):
            self._dispatch()

    def _learn(self, state: RouteState, outcome: Outcome, answer: Answer | MessageError | Decision) -> None:
        if outcome.decision.slow_down:
            state.slow_down()
        if isinstance(answer, Lost) and outcome.stage is not Stage.BODY:
            state.record_drop(outcome.stage, answer, now=self._now())

    def refused(self, state: RouteState, refusal: Refusal) -> None:
        """Back off a route that could not be opened; where none is left, give the waiting attempts back."""
        now = asyncio.get_running_loop().time()
        decision = decide(refusal.stage, refusal.answer)
        if decision.slow_down:
            state.slow_down()
        if refusal.is_certificate:
            decision = Decision(Fate.REQUEUE, Remedy.PAUSE_ROUTE)
        was_usable = state.is_usable(now)
        state.record_refusal(decision, refusal.stage, refusal.answer, now=now)
        if was_usable and decision.remedy is Remedy.PAUSE_ROUTE:
            self._alert(f"mail server {state.name} ({state.route.host}) refuses us at {refusal}")
        if self.retry_in_s() > 0:
            for attempt in self._queue.drain():
                attempt.finish(Outcome(decision, refusal.stage, refusal.answer, state.name))

    def _may_start(self, state: RouteState, now: float) -> bool:
        if not len(self._queue):
            return False
        wait_s = state.wait_s(now)
        if wait_s > 0:
            self._wake_later(now, wait_s)
            return False
        if state.has_quota and state.credit <= 0:
            if now >= state.ask_again_at:
                self._refill(state)
            else:
                self._wake_later(now, state.ask_again_at - now)
            return False
        if len(self._routes) == 1:
            return True
        others = [
            other.share for other in self._routes if other is not state and other.is_usable(now) and not other.is_spent
        ]
        return not others or state.share <= min(others) + _SLACK / state.route.weight

    def _dispatch(self) -> None:
        """Hand attempts to idle lines, and open lines for those that still wait."""
        if self._closing:
            return
        now = asyncio.get_running_loop().time()
        for state in self._routes:
            if not state.idle and state.open >= state.concurrency.allowed:
                continue
            for line in self._lines[state.name]:
                if line.is_idle and not line.is_alive:
                    line.hand(None)
                elif line.is_idle:
                    attempt = self.take(state, now)
                    if attempt is None:
                        break
                    line.hand(attempt)
            self._open_lines(state, now)

    def _open_lines(self, state: RouteState, now: float) -> None:
        lines = self._lines[state.name]
        wanted = len(self._queue) - sum(line.is_opening or line.is_idle for line in lines)
        room = state.concurrency.allowed - state.open
        queue_wait_s = self._queue.wait_s(now)
        if wanted <= 0 or room <= 0 or queue_wait_s is None:
            return
        wait_s = max(queue_wait_s, state.wait_s(now))
        if wait_s > 0:
            self._wake_later(now, wait_s)
            return
        for _ in range(min(wanted, room)):
            self._open_line(state)

    def _open_line(self, state: RouteState) -> None:
        line = Line(state, self._timeouts, self)
        state.open += 1
        self._lines[state.name].append(line)
        line.task = task = asyncio.get_running_loop().create_task(line.run())
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._line_ended(state, line, task))

    def _line_ended(self, state: RouteState, line: Line, task: asyncio.Task[None]) -> None:
        state.open -= 1
        self._lines[state.name].remove(line)
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a mail connection failed", "exception": error}
            )
        self._dispatch()

    def _refill(self, state: RouteState) -> None:
        if state.refilling or self._quotas is None:
            return
        state.refilling = True
        task = asyncio.get_running_loop().create_task(self._refill_from(self._quotas, state))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _refill_from(self, quotas: Quotas, state: RouteState) -> None:
        try:
            granted, wait_s = await quotas.reserve(state.route)
        finally:
            state.refilling = False
        now = self._now()
        state.credit += granted
        state.is_spent = not granted
        state.ask_again_at = now if granted else now + wait_s
        self._wake_later(now, None if granted else wait_s)
        self._dispatch()  # the others need not wait for a route whose quota is spent

    def _wake_later(self, now: float, wait_s: float | None) -> None:
        if wait_s is None or self._closing:
            return
        at = now + max(wait_s, 0.0)
        if self._timer is None or at < self._timer_at:
            self._cancel_timer()
            self._timer_at = at  # uvloop gives no timer, but a plain handle, where the time has come already
            self._timer = asyncio.get_running_loop().call_at(at, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._dispatch()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _rate_of(route: Route, limits: FleetLimits | None) -> Rate | None:
    if limits is None or not route.per_second:
        return None
    return limits.pace(f"route {route.name}", route.per_second)


def _rates_of(domains: Mapping[str, DomainLimit], limits: FleetLimits | None) -> dict[str, Rate]:
    if limits is None:
        return {}
    return {
        domain: limits.pace(f"domain {domain.lower()}", limit.per_second)
        for domain, limit in domains.items()
        if limit.per_second
    }


def _said(state: RouteState) -> str:
    stage, answer = state.trouble or (Stage.CONNECT, Lost())
    return f"{stage}: {answer}"
