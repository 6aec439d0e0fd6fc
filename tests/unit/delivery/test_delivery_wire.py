"""Replies of a server, however their bytes come: together, cut at any place, over several lines, without end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from digest.delivery.replies import Answer, Lost, Reply
from digest.delivery.wire import Wire


class _Transport(asyncio.Transport):
    """A transport that goes nowhere and knows whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.is_open = True

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return not self.is_open

    def abort(self) -> None:
        """Close it."""
        self.is_open = False


def _read(pieces: Iterable[bytes], count: int) -> tuple[list[Answer], bool]:
    """Return `count` answers to the bytes that came in `pieces`, and whether the connection still stands."""

    async def read() -> tuple[list[Answer], bool]:
        transport = _Transport()
        wire = Wire(transport)
        for piece in pieces:
            wire.data_received(piece)
        return [await wire.reply(0.01) for _ in range(count)], transport.is_open

    return asyncio.run(read())


TALK = b"250-2.1.0 first\r\n250 2.1.0 second\r\n250 \r\n354\r\n550-5.1.1 no such\n550 5.1.1 user\n250 ok\r\n"
REPLIES = [
    Reply(250, "2.1.0 first 2.1.0 second"),
    Reply(250),
    Reply(354),
    Reply(550, "5.1.1 no such 5.1.1 user"),
    Reply(250, "ok"),
]


def test_replies_are_the_same_however_they_are_cut() -> None:
    """Replies of one line and of several, cut at each place and byte by byte, are read as they were written."""
    for cut in range(len(TALK)):
        assert _read([TALK[:cut], TALK[cut:]], 5) == (REPLIES, True)
    assert _read([TALK[at : at + 1] for at in range(len(TALK))], 5) == (REPLIES, True)


def test_replies_that_come_together_are_taken_together() -> None:
    """The replies to an envelope are taken at once where all of them are there and good, and left alone else."""

    async def take(data: bytes) -> tuple[bool, int]:
        wire = Wire(_Transport())
        wire.data_received(data)
        taken = wire.take_if([250, 250, 354])
        return taken, len([1 for _ in range(4) if isinstance(await wire.reply(0.0), Reply)])

    assert asyncio.run(take(b"250 a\r\n250 b\r\n354 c\r\n")) == (True, 0)
    assert asyncio.run(take(b"250 a\r\n250 b\r\n354 c\r\n421 d\r\n")) == (False, 4)
    assert asyncio.run(take(b"250 a\r\n550 b\r\n354 c\r\n")) == (False, 3)
    assert asyncio.run(take(b"250 a\r\n250 b\r\n")) == (False, 2)


def test_a_shorter_wait_is_kept_after_a_longer_one() -> None:
    """The time for a reply is its own, whatever was waited for before."""

    async def read() -> tuple[Answer, Answer]:
        wire = Wire(_Transport())
        asyncio.get_running_loop().call_soon(wire.data_received, b"250 ok\r\n")
        first = await wire.reply(60.0)
        async with asyncio.timeout(20):
            return first, await wire.reply(0.001)

    first, second = asyncio.run(read())
    assert first == Reply(250, "ok")
    assert isinstance(second, Lost)


def test_usual_replies_go_to_who_follows() -> None:
    """Replies with the usual codes that come together go to the follower; all others, and what it leaves, do not."""

    async def read(data: bytes, *, deals: bool) -> tuple[list[Reply], int]:
        heard: list[Reply] = []
        wire = Wire(_Transport())
        wire.follow((250, 354), lambda reply: deals and not heard.append(reply), 1.0)
        wire.data_received(data)
        wire.follow(None)
        return heard, len([1 for _ in range(3) if isinstance(await wire.reply(0.0), Reply)])

    assert asyncio.run(read(b"250 a\r\n354 b\r\n", deals=True)) == ([Reply(250, "a")], 0)
    assert asyncio.run(read(b"250 a\r\n354 b\r\n", deals=False)) == ([], 2)
    assert asyncio.run(read(b"250 a\r\n", deals=True)) == ([], 1)
    assert asyncio.run(read(b"250 a\r\n421 b\r\n", deals=True)) == ([], 2)
    assert asyncio.run(read(b"250 a\r\n354 b\r\n421 c\r\n", deals=True)) == ([], 3)


@pytest.mark.parametrize(
    "data",
    [b"HTTP/1.1 400 Bad Request\r\n", b"25\r\n", b"\r\n", b"250+more\r\n", "２５０ ok\r\n".encode(), b"x" * 70_000],
)
def test_what_is_no_reply_ends_the_connection(data: bytes) -> None:
    """A server that does not speak SMTP, or never ends its line, is left."""
    (answer,), is_open = _read([data], 1)
    assert isinstance(answer, Lost)
    assert not is_open


def test_a_reply_without_end_ends_the_connection() -> None:
    """A reply of more lines than any server needs is not collected for ever."""
    (answer,), is_open = _read([b"250-more\r\n" * 1500], 1)
    assert isinstance(answer, Lost)
    assert not is_open


def test_a_late_reply_is_not_taken_for_the_next_one() -> None:
    """After the time for a reply is over the connection is closed: what comes later belongs to nothing."""

    async def read() -> tuple[Answer, Answer, bool]:
        transport = _Transport()
        wire = Wire(transport)
        first = await wire.reply(0.001)
        wire.data_received(b"250 late\r\n")
        return first, await wire.reply(0.001), wire.is_quiet

    first, second, is_quiet = asyncio.run(read())
    assert isinstance(first, Lost)
    assert isinstance(second, Lost)
    assert not is_quiet
