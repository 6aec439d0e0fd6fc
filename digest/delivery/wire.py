"""Replies of an SMTP server, matched one by one; written on a transport that aiosmtplib connected."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import lru_cache

from digest.delivery.replies import Answer, Lost, Reply

_MAX_REPLY = 64 * 1024
_USUAL = 512
_COPIED = 16 * 1024
"""Bytes up to which a copy is cheaper than to write several pieces (1 µs)."""


def _leave(first: Reply) -> bool:
    """Deal with no replies."""
    return False


class Wire(asyncio.Protocol):
    """One connection: bytes out, replies in. One task at a time waits for a reply."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._lines: list[str] = []
        self._replies: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._lost: Lost | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._usual: tuple[int, ...] | None = None
        self._go_on: Callable[[Reply], bool] = _leave
        self._usual_timeout_s = 0.0

    @property
    def is_quiet(self) -> bool:
        """Whether the connection stands and the server said nothing unasked."""
        return self._lost is None and not self._replies and not self._buffer and not self._transport.is_closing()

    @property
    def lost(self) -> Lost | None:
        """How the connection was lost, None while it stands."""
        return self._lost

    def write(self, *pieces: bytes) -> None:
        """Hand bytes to the transport, to be sent together."""
        if self._lost is not None:
            return
        if sum(map(len, pieces)) < _COPIED:
            self._transport.write(b"".join(pieces))
        else:
            self._transport.writelines(pieces)

    async def reply(self, timeout_s: float) -> Answer:
        """Return the next reply; `Lost` when the connection ends first or the time is over."""
        while not self._replies:
            if self._lost is not None:
                return self._lost
            self._deadline = self._loop.time() + timeout_s
            if self._timer is None or self._deadline < self._timer_at:
                self._set_timer()
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._replies.popleft()

    def follow(
        self, usual: tuple[int, ...] | None, go_on: Callable[[Reply], bool] = _leave, timeout_s: float = 0.0
    ) -> None:
        """Give replies that come together and have the codes `usual` to `go_on`, not to who waits for a reply.

        `go_on` gets the first of them and says whether it dealt with all; then the wait begins anew, of `timeout_s`.
        """
        self._usual, self._go_on, self._usual_timeout_s = usual, go_on, timeout_s

    def take_if(self, codes: list[int]) -> bool:
        """Take the replies that are there already if they have just these codes; else none of them."""
        if [reply.code for reply in self._replies] != codes:
            return False
        self._replies.clear()
        return True

    def abort(self, detail: str = "connection lost") -> None:
        """End the connection at once."""
        self._end(Lost(detail))
        self._transport.abort()

    def close(self) -> None:
        """Close the connection after what was written is out."""
        self._end(Lost("closed by us"))
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Cut the input into replies; a reply ends with the line that has no dash after its code."""
        if self._lost is not None:
            return
        if not self._buffer and not self._lines and (known := _parse_whole(data)) is not None:
            replies, codes = known
            if codes == self._usual and not self._replies and self._go_on(replies[0]):
                self._deadline = self._loop.time() + self._usual_timeout_s
                return
            self._replies.extend(replies)
            self._wake()
            return
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            self._take_line(line.rstrip(b"\r"))
        if len(self._buffer) > _MAX_REPLY or len(self._lines) > 1000:
            self.abort("the server's reply has no end")
        if self._replies:
            self._wake()

    def eof_received(self) -> bool:
        """Let the transport close."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the waiter that no reply will come."""
        self._end(Lost(f"connection lost: {exc}" if exc else "connection lost"))

    def _take_line(self, line: bytes) -> None:
        found = _parse_line(line)
        if found is None:
            self.abort(f"the server does not speak SMTP: {line[:80]!r}")
            return
        reply, is_last = found
        if is_last and not self._lines:
            self._replies.append(reply)
            return
        self._lines.append(reply.text)
        if is_last:
            self._replies.append(Reply(reply.code, " ".join(self._lines)))
            self._lines = []

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _end(self, lost: Lost) -> None:
        if self._lost is None:
            self._lost = lost
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = self._deadline
        self._timer = self._loop.call_at(self._deadline, self._check_deadline)

    def _check_deadline(self) -> None:
        # One timer a connection that re-arms itself costs less than one a reply.
        self._timer = None
        if self._waiter is None:
            return
        if self._loop.time() >= self._deadline:
            self.abort("no reply in time")
        else:
            self._set_timer()


@lru_cache(maxsize=256)
def _parse_whole(data: bytes) -> tuple[tuple[Reply, ...], tuple[int, ...]] | None:
    """Return replies and codes where the input is nothing but whole replies of one line each, as it mostly is."""
    if len(data) > _USUAL or not data.endswith(b"\n"):
        return None
    found = [_parse_line(line.rstrip(b"\r")) for line in data[:-1].split(b"\n")]
    replies = tuple(one[0] for one in found if one is not None and one[1])
    return (replies, tuple(reply.code for reply in replies)) if len(replies) == len(found) else None


@lru_cache(maxsize=256)
def _parse_line(line: bytes) -> tuple[Reply, bool] | None:
    """Return a reply line and whether it is the last one; servers say the same few lines again and again."""
    code, mark = line[:3], line[3:4]
    if not code.isdigit() or len(code) != 3 or mark not in (b"", b" ", b"-"):
        return None
    return Reply(int(code), line[4:].decode("utf-8", "replace").strip()), mark != b"-"
