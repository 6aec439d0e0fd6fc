"""One run over an edition's deliveries: claim, hand to the pool, judge outcomes, know when it ends; writes no SQL."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import inf

from digest.delivery.attempt import Outcome, Progress
from digest.delivery.errors import PausedError
from digest.delivery.message import Message
from digest.delivery.pool import SmtpPool
from digest.delivery.replies import Decision, Fate, Lost, Remedy
from digest.errors import StoreError
from digest.model.delivery import DeliveryState, Stage
from digest.outbox.fence import KEEP_SEEN_S
from digest.outbox.held import Held
from digest.outbox.journal import NoJournal
from digest.outbox.progress import Tally
from digest.outbox.recorder import Recorder
from digest.outbox.server_watch import ServerWatch
from digest.outbox.settings import RunSettings
from digest.outbox.stock import Stock
from digest.outbox.transitions import check_move
from digest.outbox.turn import CLAIMS, GROUP, Result, Results, Turn
from digest.outbox.verdicts import RetryRules, Verdict, judge
from digest.store.audiences import Audience
from digest.store.deliveries import ClaimedRow

_SENDING, _FATE_SENT = DeliveryState.SENDING, Fate.SENT  # an enumeration's member is slow to look up
_SENT = check_move(_SENDING, DeliveryState.SENT)
_RECHECK_S = 0.4
_LOOK_AGAIN_S = 0.5
_CROWDED_S = 0.05
_FIRST_REST_S = 0.01  # others end what they hold in a moment, or at some time
_PROGRESS_S = 0.25
_DRAIN_S = 25.0
_LAST_TRIES_S = 4.0  # how long a store that fails is asked again while the run ends


class Run:
    """A run is used once, in one event loop."""

    def __init__(self, audience: Audience, settings: RunSettings, *, pool: SmtpPool, recorder: Recorder) -> None:
        self._audience = audience
        self._settings = settings
        self._pool = pool
        self._recorder = recorder
        self._journal = settings.journal or NoJournal()
        self.may_go = recorder.fence.allows
        self._note_composing: Callable[[int], None] = self._journal.note_composing
        self.note_body: Callable[[int], None] = self._journal.note_body
        self._loop = asyncio.get_running_loop()
        self._rules = RetryRules(
            audience.useful_until, "hold" if audience.uncertain == "hold" else "resend", settings.retry_after
        )
        self._stock = Stock(pool)
        self._servers = ServerWatch(pool, settings.server_patience)
        self._requeues: dict[int, int] = {}
        self._wake = asyncio.Event()
        self._checked_at = self._loop.time()
        self._turned_at = self._loop.time()
        self._dry_until = 0.0
        self._rest_s = _FIRST_REST_S
        self._claiming: asyncio.Task[None] | None = None
        self._is_doubtful = False
        self._is_ending = False
        self._paused = ""
        self._pauses_edition = False
        self._told_at = 0.0
        self._tally: Tally
        self._compose: Callable[[ClaimedRow], Message]

    async def deliver(self, compose: Callable[[ClaimedRow], Message], stop: asyncio.Event | None) -> None:
        """Run to the end. Raises PausedError when a fault of ours stopped it, after all was given back."""
        self._compose = compose
        begun = await self._recorder.open(now=self._settings.clock())
        self._tally = Tally(self._audience.selected, begun, self._audience.edition_id)
        stopper = self._loop.create_task(self._wake_on(stop)) if stop is not None else None
        try:
            while not self._paused and not (stop is not None and stop.is_set()):
                if not await self._step():
                    break
        finally:
            if stopper is not None:
                stopper.cancel()
            await self._drain()
        self._tell(is_last=True)
        if self._paused:
            raise PausedError(self._paused)

    async def _step(self) -> bool:
        """Take one turn with the store, or wait; False when nothing is left to do."""
        now = self._loop.time()
        self._paused = self._servers.look(now) or self._paused
        if not self._pool.has_places:
            self._dry_until = now + _LOOK_AGAIN_S
        self._reap_claim()
        self._claim_more(now)
        turn = self._plan(now)
        is_idle = not self._stock and not self._recorder.results and self._claiming is None
        if turn is not None:
            await self._take(turn)
            self._tell()
        elif is_idle and now < self._dry_until:
            return await self._wait_for_due()
        else:
            await self._sleep(now)
        return True

    def _plan(self, now: float) -> Turn | None:
        """Return the next turn, or None when it is better to wait."""
        recheck: list[int] = []
        if now - self._checked_at >= _RECHECK_S:
            recheck = self._stock.stoppable_ids
            self._checked_at = now
        due_in_s = self._commit_due_in_s(now)
        is_quiet = now - self._turned_at < KEEP_SEEN_S
        if not recheck and is_quiet and (due_in_s is None or due_in_s > 0):
            return None
        known = None
        if self._is_doubtful and self._claiming is None:
            known = [*self._stock.ids, *self._recorder.results.ids]
        return Turn(self._recorder.take_group(), recheck, known)

    def _commit_due_in_s(self, now: float) -> float | None:
        """Return seconds until results are to be committed, None when there are none."""
        due_in_s = self._recorder.due_in_s(now)
        is_last = not self._stock and self._claiming is None  # nothing more will join them
        return 0.0 if is_last and due_in_s is not None else due_in_s

    async def _take(self, turn: Turn) -> None:
        """Take a turn; where the store keeps failing, nothing more is started."""
        try:
            refused = await self._recorder.take_turn(
                turn, clock=self._settings.clock, on_failure=lambda: self._withdraw_waiting("store unusable")
            )
        except StoreError as error:
            self._pause(str(error))
        else:
            self._turned_at = self._loop.time()
            self._is_doubtful = self._is_doubtful and turn.held is None
            self._apply(turn, refused)

    def _apply(self, turn: Turn, refused: Mapping[int, str]) -> None:
        self._tally.move(_SENDING, _SENT, len(turn.results.sent))
        for state, count in Counter(result.verdict.state for result in turn.results.others).items():
            self._tally.move(_SENDING, state, count)
        for row_id, reason in refused.items():
            held = self._stock.find(row_id)
            # One that has begun only gets its mark, and comes back through `finish`.
            if held is not None and held.withdraw():
                self._end(held, reason)
        if refused:
            self._stock.sort_out()
        self._stock.offer(len(self._recorder.results))

    def _claim_more(self, now: float) -> None:
        """Begin to claim while much of what was claimed is still to be sent."""
        room = self._stock.room
        if self._claiming is not None or room < GROUP or now < self._dry_until:
            return
        if not (self._servers.is_blocked or self._paused or self._is_doubtful) and self._pool.has_places:
            self._claiming = self._loop.create_task(self._claim(min(CLAIMS, room)))

    async def _claim(self, limit: int) -> None:
        skip = self._pool.crowded_domains()
        try:
            claimed = await self._recorder.claim(limit, skip, clock=self._settings.clock)
        except StoreError:
            # The next turn finds out whether the store works, and gives back what was claimed all the same.
            self._is_doubtful = True
            self._turned_at = -inf
        else:
            for state, count in Counter(row.state for row in claimed).items():
                self._tally.move(state, DeliveryState.SENDING, count)
            self._start(claimed)
            self._stock.offer(len(self._recorder.results))
            self._rest_s = _FIRST_REST_S
            if len(claimed) < limit:
                self._dry_until = self._loop.time() + (_CROWDED_S if skip else _LOOK_AGAIN_S)
        finally:
            self._wake.set()

    def _reap_claim(self) -> None:
        if self._claiming is not None and self._claiming.done():
            ended, self._claiming = self._claiming, None
            ended.result()

    def _start(self, claimed: Sequence[ClaimedRow]) -> None:
        """Let a claimed group go on, but for those that must not be mailed; none of it when the run is ending."""
        group = [Held(row, self) for row in claimed]
        self._stock.add(group)
        refused = [held for held in group if held.row.refused]
        for held in refused:
            held.withdraw()
            self._end(held, held.row.refused)
        if refused:
            self._stock.sort_out()
        if self._paused or self._is_ending:
            self._withdraw_waiting(self._paused or "stopped")

    def make(self, held: Held) -> Message:
        """Make the message of a delivery, and note meanwhile whose it is."""
        self._note_composing(held.id)
        message = self._compose(held.row)
        self._note_composing(0)
        return message

    def finish(self, held: Held, outcome: Outcome) -> None:
        """Hear of an outcome; called by the pool, once for each attempt."""
        row_id = held.id
        left = self._stock.remove(row_id)
        if left is None:
            return
        if outcome.decision.fate is not _FATE_SENT:
            self._judge(held, outcome)
            return
        self._journal.note_taken(row_id)
        if self._recorder.add_sent(row_id) or not left:
            self._wake.set()

    def _judge(self, held: Held, outcome: Outcome) -> None:
        """Judge an outcome that is no acceptance."""
        requeues = self._requeues.get(held.id, 0)
        verdict = judge(
            outcome,
            self._rules_for(held.row),
            attempts=held.row.attempts,
            requeues=requeues,
            now=self._settings.clock(),
            chance=self._settings.chance(),
        )
        if verdict.state is DeliveryState.QUEUED and not held.withdrawn and outcome.stage is not Stage.CONNECT:
            self._requeues[held.id] = requeues + 1
        if outcome.decision.remedy is Remedy.PAUSE_EDITION:
            self._pause(f"the sender is refused at {outcome.stage}: {outcome.answer}")
            self._pauses_edition = True
            self._loop.call_soon(self._withdraw_waiting, self._paused)  # a turn with the store may take a while
        self._add(Result(held.row, verdict, outcome))
        if outcome.decision.remedy is not Remedy.NONE or verdict.state is DeliveryState.QUEUED:
            self._wake.set()

    def _pause(self, reason: str) -> None:
        """Stop for a fault of ours, and tell a person, once."""
        if not self._paused:
            self._paused = reason
            self._pool.alert(f"sending of {self._audience.edition_id} is paused: {reason}")

    def _rules_for(self, row: ClaimedRow) -> RetryRules:
        useful_until = self._settings.useful_until
        return self._rules if useful_until is None else replace(self._rules, useful_until=useful_until(row.timezone))

    def _end(self, held: Held, reason: str) -> None:
        """End a delivery that must not be mailed."""
        self._stock.remove(held.id)
        self._add(Result(held.row, Verdict(DeliveryState.SUPPRESSED, reason=reason), None))

    def _give_back(self, held: Held, why: str) -> None:
        """Queue a delivery again that was not tried."""
        self._stock.remove(held.id)
        self._add(Result(held.row, Verdict(DeliveryState.QUEUED, self._settings.clock(), reason=why), None))

    def _add(self, result: Result) -> None:
        check_move(_SENDING, result.verdict.state)
        if self._recorder.add(result) or not self._stock:
            self._wake.set()

    def _withdraw_waiting(self, why: str) -> None:
        """Give back all that has not started."""
        for held in self._stock:
            if held.withdraw():
                self._give_back(held, why)
        self._stock.sort_out()

    async def _drain(self) -> None:
        """Claim no more, let what has begun end, record everything."""
        self._is_ending = True
        if self._claiming is not None:
            await asyncio.wait([self._claiming], timeout=_LAST_TRIES_S)
            self._reap_claim()
        self._withdraw_waiting("stopped")
        self._recorder.hurry(_LAST_TRIES_S)
        ends_at = self._loop.time() + _DRAIN_S
        while self._stock and self._loop.time() < ends_at:
            await self._record_all()
            await self._sleep(self._loop.time())
        for held in self._stock:
            self._give_up(held)
        await self._record_all()
        if not self._paused:
            await self._take(Turn(Results(), is_last=True))
        if self._pauses_edition:
            await self._recorder.write_pause(self._paused)

    def _give_up(self, held: Held) -> None:
        """End one whose server did not answer in the time that stopping allows."""
        is_out = held.progress is Progress.BODY
        stage = Stage.BODY if is_out else Stage.MAIL
        fate = Fate.UNCERTAIN if is_out else Fate.REQUEUE
        held.withdraw()
        self.finish(held, Outcome(Decision(fate, charge=is_out), stage, Lost("no reply before the stop")))

    async def _record_all(self) -> None:
        failed = False
        while self._recorder.results and not failed:
            await self._take(Turn(self._recorder.take_group(), is_last=True))
            # What the store does not take stays in the recorder; the journal has it too.
            failed = bool(self._paused) and bool(self._recorder.results)
        self._tell()

    async def _wait_for_due(self) -> bool:
        """Wait for the next deferred delivery if it is due within `patience`; False when the run is over."""
        due_at, others_hold = await self._recorder.find_rest(self._settings.recover)
        now = self._settings.clock()
        if due_at is not None and due_at - now <= self._settings.patience:
            self._dry_until = 0.0
            # Where nothing is under way, only a domain that is left to other processes is crowded.
            is_shut_out = not self._pool.has_places or bool(self._pool.crowded_domains())
            least_s = _LOOK_AGAIN_S if is_shut_out else 0.0
            await self._sleep_s(max(least_s, (due_at - now).total_seconds()))
            return True
        if others_hold:
            # What they hold may come back, and an edition is done only when nobody holds anything.
            await self._sleep_s(self._rest_s)
            self._rest_s = min(2 * self._rest_s, _LOOK_AGAIN_S)
        return others_hold

    async def _sleep(self, now: float) -> None:
        """Sleep until something happens, at most until the next thing is due."""
        waits = [_LOOK_AGAIN_S, max(self._dry_until - now, _CROWDED_S)]
        due_in_s = self._commit_due_in_s(now)
        if due_in_s is not None:
            waits.append(due_in_s)
        if self._stock:
            waits.append(_RECHECK_S - (now - self._checked_at))
        await self._sleep_s(max(0.001, min(waits)))

    async def _sleep_s(self, seconds: float) -> None:
        timer = self._loop.call_later(seconds, self._wake.set)
        await self._wake.wait()
        self._wake.clear()
        timer.cancel()

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._recorder.hurry(_LAST_TRIES_S)
        self._wake.set()

    def _tell(self, *, is_last: bool = False) -> None:
        now = self._loop.time()
        if is_last or now - self._told_at >= _PROGRESS_S:
            self._told_at = now
            self._settings.progress(self._tally.progress(now))
