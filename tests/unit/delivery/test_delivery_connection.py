"""A connection's dialogue on a wire without a server: where each reply belongs when something is lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from digest.delivery.attempt import SingleAttempt
from digest.delivery.connect import Opened, Timeouts
from digest.delivery.connection import Connection
from digest.delivery.errors import MessageError
from digest.delivery.message import Message
from digest.delivery.replies import Answer, Decision, Lost, Reply
from digest.delivery.wire import Wire
from digest.model.delivery import Stage

ENVELOPE = b"250 a\r\n250 b\r\n354 c\r\n"
TAKEN = b"250 taken\r\n"


class _Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_open = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it."""
        self.written += data

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return not self.is_open

    def abort(self) -> None:
        """Close it."""
        self.is_open = False

    close = abort


class _Bench:
    """A connection with three messages to send, and what was heard of them."""

    def __init__(self) -> None:
        self.transport = _Transport()
        self.wire = Wire(self.transport)
        messages = [
            Message(f"Subject: {n}\r\n\r\n{n}\r\n".encode(), "a@example.com", f"r{n}@example.com") for n in "123"
        ]
        self.attempts = [SingleAttempt(message, lambda outcome: None) for message in messages]
        self.left = self.attempts[1:]
        self.heard: list[tuple[int, Stage, object]] = []
        opened = Opened(self.wire, has_pipelining=True, has_chunking=False, round_trip_s=0.0)
        self.connection = Connection(opened, Timeouts(), take=self._take, settle=self._settle)

    def _take(self) -> SingleAttempt | None:
        return self.left.pop(0) if self.left else None

    def _settle(self, attempt: object, stage: Stage, answer: Answer | MessageError | Decision) -> None:
        self.heard.append((1 + self.attempts.index(attempt), stage, answer))  # type: ignore[arg-type]


def _run(check: Callable[[_Bench, asyncio.Task[None]], Awaitable[None]]) -> _Bench:
    async def run() -> _Bench:
        bench = _Bench()
        sending = asyncio.create_task(bench.connection.send(bench.attempts[0]))
        await asyncio.sleep(0)
        await check(bench, sending)
        return bench

    return asyncio.run(run())


async def _say(bench: _Bench, *replies: bytes) -> None:
    for data in replies:
        bench.wire.data_received(data)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def test_the_usual_way() -> None:
    """Each message is written after its 354, the next envelope with it, and each reply ends its own message."""

    async def check(bench: _Bench, sending: asyncio.Task[None]) -> None:
        await _say(bench, ENVELOPE, TAKEN + ENVELOPE, TAKEN + ENVELOPE, TAKEN)
        await sending
        await asyncio.gather(bench.connection.quit(), _say(bench, b"221 bye\r\n"))

    bench = _run(check)
    assert bench.heard == [(number, Stage.BODY, Reply(250, "taken")) for number in (1, 2, 3)]
    assert bench.transport.written.endswith(b"Subject: 3\r\n\r\n3\r\n.\r\nQUIT\r\n")


def test_a_loss_concerns_the_message_that_is_out() -> None:
    """When the connection ends in the middle, the message that was written is in doubt, and the next is not."""

    async def check(bench: _Bench, sending: asyncio.Task[None]) -> None:
        await _say(bench, ENVELOPE, TAKEN + ENVELOPE)
        bench.wire.connection_lost(None)
        await sending

    bench = _run(check)
    assert bench.heard == [
        (1, Stage.BODY, Reply(250, "taken")),
        (2, Stage.BODY, Lost("connection lost")),
        (3, Stage.MAIL, Lost()),
    ]


def test_a_loss_before_the_message_is_written_leaves_no_doubt() -> None:
    """A connection that ends right after 354 has not taken anything of the message."""

    async def check(bench: _Bench, sending: asyncio.Task[None]) -> None:
        bench.wire.data_received(ENVELOPE)
        bench.wire.connection_lost(None)
        await sending

    bench = _run(check)
    assert bench.heard == [(1, Stage.DATA, Lost("connection lost"))]
    assert b"Subject" not in bench.transport.written


def test_a_send_that_is_broken_off_says_nothing_more() -> None:
    """When the task is cancelled amid a message, no QUIT gets into it, and late replies write nothing."""

    async def check(bench: _Bench, sending: asyncio.Task[None]) -> None:
        await _say(bench, ENVELOPE)
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        await bench.connection.quit()
        bench.wire.data_received(TAKEN + ENVELOPE)

    bench = _run(check)
    assert bench.heard == []
    assert not bench.transport.is_open
    assert b"QUIT" not in bench.transport.written
    assert b"Subject: 2" not in bench.transport.written


def test_a_fault_while_going_on_ends_no_message_twice() -> None:
    """When hearing of a message fails, it was heard all the same, and the next ones end once each."""

    async def check(bench: _Bench, sending: asyncio.Task[None]) -> None:
        await _say(bench, ENVELOPE)
        settle = bench.connection._settle

        def fail(*heard: object) -> None:
            settle(*heard)  # type: ignore[arg-type]
            raise RuntimeError("nobody listens")

        bench.connection._settle = fail
        with suppress(RuntimeError):
            bench.wire.data_received(TAKEN + ENVELOPE)
        bench.connection._settle = settle
        bench.wire.connection_lost(None)
        await sending

    bench = _run(check)
    assert [(number, stage) for number, stage, _ in bench.heard] == [(1, Stage.BODY), (2, Stage.BODY)]
