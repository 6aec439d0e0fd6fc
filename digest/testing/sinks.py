"""A mail server that takes everything quickly and writes down when and to whom; for long runs, in a process of its own.

Run as a program: `python -m digest.testing.sinks LOG DELAY_S` prints its port, and answers each message `DELAY_S` after
its end. A line of LOG is `seconds recipient`.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast


@dataclass(frozen=True, slots=True)
class Sink:
    """A running sink: its port, and the file it writes."""

    port: int
    log: Path
    process: subprocess.Popen[str]

    def taken(self) -> list[tuple[float, str]]:
        """Return when (seconds since 1970) and to whom each message was taken, as far as written."""
        lines = self.log.read_text().splitlines()
        return [(float(at), to) for at, _, to in (line.partition(" ") for line in lines)]


@contextmanager
def running_sink(folder: Path, *, delay_s: float = 0.0) -> Iterator[Sink]:
    """Run a sink until the block ends."""
    log = folder / "sink.log"
    command = [sys.executable, "-m", "digest.testing.sinks", str(log), str(delay_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Sink(int(process.stdout.readline()), log, process)
        finally:
            process.terminate()


class _Session(asyncio.Protocol):
    """One client's dialogue, pipelined; CHUNKING is not offered."""

    def __init__(self, log: TextIO, delay_s: float) -> None:
        self._log = log
        self._delay_s = delay_s
        self._buffer = b""
        self._recipient = ""
        self._in_data = False
        self._late: deque[bytes] = deque()  # answers that wait for the one before them

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        self._transport.write(b"220 sink.example.com ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer as much as has come."""
        self._buffer += data
        while self._step():
            pass

    def _step(self) -> bool:
        if self._in_data:
            end = self._buffer.find(b"\r\n.\r\n")
            if end < 0:
                return False
            self._buffer, self._in_data = self._buffer[end + 5 :], False
            self._take()
            return True
        line, found, rest = self._buffer.partition(b"\r\n")
        if found:
            self._buffer = rest
            self._answer(line)
        return bool(found)

    def _answer(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"EHLO":
            self._say(b"250-sink.example.com\r\n250 PIPELINING\r\n")
        elif verb == b"RCPT":
            self._recipient = line[line.index(b"<") + 1 : line.index(b">")].decode()
            self._say(b"250 2.1.5 fine\r\n")
        elif verb == b"DATA":
            self._in_data = True
            self._say(b"354 go on\r\n")
        elif verb == b"QUIT":
            self._say(b"221 2.0.0 bye\r\n")
            self._transport.close()
        else:
            self._say(b"250 2.0.0 fine\r\n")

    def _take(self) -> None:
        self._log.write(f"{time.time():.6f} {self._recipient}\n")
        if not self._delay_s:
            self._say(b"250 2.0.0 taken\r\n")
            return
        self._late.append(b"250 2.0.0 taken\r\n")
        asyncio.get_running_loop().call_later(self._delay_s, self._release)

    def _say(self, answer: bytes) -> None:
        if self._late:
            self._late.append(answer)
        elif not self._transport.is_closing():
            self._transport.write(answer)

    def _release(self) -> None:
        """Give the answer of a message, and those behind it that wait for no other message."""
        answers = [self._late.popleft()]
        while self._late and self._late[0] != b"250 2.0.0 taken\r\n":
            answers.append(self._late.popleft())
        if not self._transport.is_closing():
            self._transport.write(b"".join(answers))


async def _serve(log: Path, delay_s: float) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    with log.open("a") as file:
        server = await loop.create_server(lambda: _Session(file, delay_s), "127.0.0.1", 0, backlog=512)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        while not stop.is_set():
            await asyncio.wait([asyncio.ensure_future(stop.wait())], timeout=0.1)
            file.flush()
        server.close()


if __name__ == "__main__":
    from digest.delivery.loop import run_loop

    run_loop(_serve(Path(sys.argv[1]), float(sys.argv[2])))
