"""One connection's dialogue: message after message, pipelined where the server allows; knows no queue."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from digest.delivery.attempt import Attempt, Outcome, Progress
from digest.delivery.connect import Opened, Timeouts
from digest.delivery.errors import MessageError
from digest.delivery.message import Message
from digest.delivery.replies import Answer, Decision, Fate, Lost, Reply, decide
from digest.model.delivery import Stage

_FLYING = 3
"""Messages under way at a time on a connection to a server far away.

With two, a server that collects its small answers (Nagle's algorithm, as Postfix does) has to wait for the receipt of
one before it sends the next: 4 times the rate of lock-step dialogue were measured against 7 times with three.
"""

_AS_USUAL = (250, 250, 250, 354)  # a message was taken, and the envelope of the next one too
_WANTED = {Stage.MAIL: frozenset({250}), Stage.RCPT: frozenset({250, 251}), Stage.DATA: frozenset({354})}
_ALL_WELL = [250, 250, 354]
_AT_BODY, _DONE = Progress.BODY, Progress.DONE  # members are slow to look up
_BODY = Stage.BODY
_TAKEN = 250


class _Begun(NamedTuple):
    """An attempt whose envelope was written."""

    attempt: Attempt
    message: Message


class Connection:
    """A connection that is ready for MAIL.

    `take` gives the next attempt that may start now, or None; `settle` hears each outcome.
    """

    def __init__(
        self,
        opened: Opened,
        timeouts: Timeouts,
        *,
        take: Callable[[], Attempt | None],
        settle: Callable[[Attempt, Stage, Answer | MessageError | Decision], None],
    ) -> None:
        self._wire = opened.wire
        self._pipelined = opened.has_pipelining
        self._flies = opened.has_pipelining and opened.has_chunking and opened.round_trip_s > timeouts.far
        self._timeouts = timeouts
        self._take = take
        self._settle = settle
        self._body: _Begun | None = None
        self._ahead: _Begun | None = None
        self._is_amid = False  # a dialogue was begun and not brought to its end
        self.begun = 0
        self.is_over = False

    @property
    def is_quiet(self) -> bool:
        """Whether the connection can take another message."""
        return not self.is_over and self._wire.is_quiet

    async def send(self, attempt: Attempt) -> None:
        """Send `attempt` and then whatever `take` gives, until it gives nothing or the connection is over."""
        self._is_amid = True
        if self._flies:
            await self._send_flights(attempt)
        else:
            await self._send_in_turn(attempt)
        self._is_amid = False

    async def check(self) -> None:
        """Ask whether the server is still there (NOOP)."""
        self._wire.write(b"NOOP\r\n")
        answer = await self._wire.reply(self._timeouts.command)
        if not isinstance(answer, Reply) or answer.code != 250:
            self._drop()

    async def quit(self) -> None:
        """Say goodbye and close; a server that does not answer is not waited for.

        Where `send` was broken off, the connection is lost: a server that waits for a message would take QUIT as a line
        of it.
        """
        if self._is_amid:
            self._drop()
        if self.is_quiet:
            self._wire.write(b"QUIT\r\n")
            await self._wire.reply(2.0)
        self.is_over = True
        self._wire.close()

    def abort(self) -> None:
        """End the connection at once; messages in flight become what their stage says."""
        self._drop()

    async def _send_in_turn(self, attempt: Attempt) -> None:
        current = await self._begin(attempt)
        while current is not None:
            current = await self._transact(current)
            while current is None and self.is_quiet and (following := self._take()) is not None:
                current = await self._begin(following)

    async def _send_flights(self, attempt: Attempt) -> None:
        """Send whole messages without waiting, at most three at a time (BDAT, RFC 3030).

        What was written may have been taken, so a lost connection leaves all of them uncertain.
        """
        flying: deque[_Begun] = deque()
        waiting: Attempt | None = attempt
        while True:
            while waiting is not None:
                begun = self._compose(waiting)
                if begun is not None and not begun.attempt.may_go():
                    self._finish(begun.attempt, Stage.MAIL, Decision(Fate.REQUEUE))
                elif begun is not None:
                    begun.attempt.before_body()
                    begun.attempt.progress = _AT_BODY
                    self._wire.write(_flight(begun.message), begun.message.content)
                    flying.append(begun)
                waiting = self._take() if len(flying) < _FLYING and not self.is_over else None
            if not flying:
                return
            begun = flying.popleft()
            stage, answer = await self._read_flight()
            self._finish(begun.attempt, stage, answer)
            waiting = self._take() if not self.is_over else None

    async def _read_flight(self) -> tuple[Stage, Answer]:
        """Match the replies to RSET, MAIL, RCPT and BDAT; return the one that decides."""
        refused: tuple[Stage, Answer] | None = None
        answer: Answer = Lost()
        for stage in (None, Stage.MAIL, Stage.RCPT, Stage.BODY):
            answer = await self._wire.reply(self._timeouts.final if stage is Stage.BODY else self._timeouts.command)
            self._note(answer)
            if isinstance(answer, Lost):
                return refused or (Stage.BODY, answer)
            if refused is None and not 200 <= answer.code < 300:
                refused = stage or Stage.MAIL, answer
            if self.is_over:
                break
        return refused or (Stage.BODY, answer)

    async def _begin(self, attempt: Attempt) -> _Begun | None:
        begun = self._compose(attempt)
        if begun is None:
            return None
        if self._pipelined:
            self._wire.write(_envelope(begun.message))
        return begun

    def _compose(self, attempt: Attempt) -> _Begun | None:
        self.begun += 1
        if attempt.withdrawn:
            self._finish(attempt, Stage.MAIL, Decision(Fate.REQUEUE))
            return None
        try:
            return tuple.__new__(_Begun, (attempt, attempt.compose()))
        except MessageError as error:
            self._finish(attempt, Stage.MAIL, error)
        except Exception as error:
            # The maker is the caller's: its faults concern this message alone, and must not end the connection.
            self._finish(attempt, Stage.MAIL, MessageError("message", f"could not be made: {error!r}"))
        return None

    async def _transact(self, begun: _Begun) -> _Begun | None:
        """Bring one message to its end; return the next one whose envelope went along, if any."""
        refused = await self._read_envelope(begun)
        if refused is not None:
            self._finish(begun.attempt, *refused)
            if not self.is_over:
                await self._reset()
            return None
        if begun.attempt.withdrawn or not begun.attempt.may_go():
            # The server waits for a message that must not be sent: only a lost connection takes it back.
            self._drop()
            self._finish(begun.attempt, Stage.DATA, Decision(Fate.REQUEUE))
            return None
        if self._wire.lost is not None:  # right after its last good reply: nothing of the message gets out
            self._drop()
            self._finish(begun.attempt, Stage.DATA, self._wire.lost)
            return None
        return await self._send_body(begun)

    async def _send_body(self, begun: _Begun) -> _Begun | None:
        """Write a message and the next one's envelope; return that one, if any.

        As long as all is as usual `_go_on` sends one message after the other, and the first that is not ends here.
        """
        self._write_body(begun)
        if self._ahead is not None:
            self._wire.follow(_AS_USUAL, self._go_on, self._timeouts.final)
        try:
            answer = await self._wire.reply(self._timeouts.final)
        finally:
            self._wire.follow(None)
        begun, self._body = self._body or begun, None
        ahead, self._ahead = self._ahead, None
        if isinstance(answer, Lost) or answer.code != _TAKEN:
            self._note(answer)
        self._finish(begun.attempt, _BODY, answer)
        if ahead is not None and self.is_over:
            self._finish(ahead.attempt, Stage.MAIL, Lost())
            return None
        return ahead

    def _go_on(self, answer: Reply) -> bool:
        """End the message under way, which was taken, and write the next; False leaves both to `_send_body`."""
        if self._body is None or self._ahead is None:
            return False
        (taken, _), following = self._body, self._ahead
        attempt, _ = following
        if attempt.withdrawn or not attempt.may_go():
            return False
        self._body, self._ahead = following, None  # first, so that no fault on the way ends a message twice
        taken.progress = _DONE
        self._settle(taken, _BODY, answer)
        self._write_body(following)
        return True

    def _write_body(self, begun: _Begun) -> None:
        attempt, (content, _, _) = begun
        attempt.before_body()
        attempt.progress = _AT_BODY
        self._body = begun
        self._ahead = ahead = self._take_ahead() if self._pipelined else None
        self._wire.write(content, b".\r\n" + _envelope(ahead.message) if ahead else b".\r\n")

    def _take_ahead(self) -> _Begun | None:
        while (attempt := self._take()) is not None:
            if (begun := self._compose(attempt)) is not None:
                return begun
        return None

    async def _read_envelope(self, begun: _Begun) -> tuple[Stage, Answer] | None:
        """Match the replies to MAIL, RCPT and DATA; return the first that is not what it should be."""
        if self._pipelined and self._wire.take_if(_ALL_WELL):
            return None
        refused: tuple[Stage, Answer] | None = None
        answer: Answer = Lost()
        for stage, command in zip(_WANTED, _commands(begun.message), strict=True):
            if not self._pipelined:
                if refused is not None:
                    break
                self._wire.write(command)
            answer = await self._wire.reply(self._timeouts.data if stage is Stage.DATA else self._timeouts.command)
            self._note(answer)
            is_wanted = isinstance(answer, Reply) and answer.code in _WANTED[stage]
            if refused is None and not is_wanted:
                refused = stage, answer
            if self.is_over:
                break
        if refused is not None and isinstance(answer, Reply) and answer.code == 354:
            # RFC 2920 §3.1: a server may answer 354 although it took no recipient; it then gets nothing.
            self._wire.write(b".\r\n")
            self._note(await self._wire.reply(self._timeouts.final))
        return refused

    async def _reset(self) -> None:
        self._wire.write(b"RSET\r\n")
        answer = await self._wire.reply(self._timeouts.command)
        if not isinstance(answer, Reply) or answer.code != 250:
            self._drop()

    def _note(self, answer: Answer) -> None:
        if isinstance(answer, Lost) or answer.code == 421 or not 200 <= answer.code < 600:
            self._drop()

    def _drop(self) -> None:
        self.is_over = True
        self._wire.abort()

    def _finish(self, attempt: Attempt, stage: Stage, answer: Answer | MessageError | Decision) -> None:
        attempt.progress = _DONE
        self._settle(attempt, stage, answer)


def outcome_of(stage: Stage, answer: Lost | MessageError | Decision, route: str) -> Outcome:
    """Return the outcome for what ended an attempt unanswered: no reply, no message, or our own decision."""
    if isinstance(answer, MessageError):
        return Outcome(Decision(Fate.FAIL, charge=True), stage, Lost(str(answer)), route)
    if isinstance(answer, Decision):
        return Outcome(answer, stage, Lost("withdrawn"), route)
    return Outcome(decide(stage, answer), stage, answer, route)


@lru_cache(maxsize=64)
def outcome_of_reply(stage: Stage, reply: Reply, route: str) -> Outcome:
    """Return the outcome for what a server answered; servers say the same few things again and again."""
    return Outcome(decide(stage, reply), stage, reply, route)


def _commands(message: Message) -> tuple[bytes, bytes, bytes]:
    return (
        f"MAIL FROM:<{message.envelope_from}>\r\n".encode("ascii"),
        f"RCPT TO:<{message.envelope_to}>\r\n".encode("ascii"),
        b"DATA\r\n",
    )


def _envelope(message: Message) -> bytes:
    _, sender, recipient = message
    return f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode("ascii")


def _flight(message: Message) -> bytes:
    # RSET first: after a refused message the state of the server is not defined (RFC 3030 §2).
    head = f"RSET\r\nMAIL FROM:<{message.envelope_from}>\r\nRCPT TO:<{message.envelope_to}>\r\n"
    return f"{head}BDAT {len(message.content)} LAST\r\n".encode("ascii")
