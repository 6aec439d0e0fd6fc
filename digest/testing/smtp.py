"""An SMTP server with faults on command, for tests of anything that sends; keeps what it accepted, relays nothing."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Self

from digest.model.delivery import Stage

Fault = str | Literal["drop", "stall"]
"""A reply, as `450 4.2.1 try later` (421 also closes the connection), or `drop`, or `stall` (no reply at all)."""

_VERBS = {
    "EHLO": Stage.EHLO,
    "HELO": Stage.EHLO,
    "STARTTLS": Stage.STARTTLS,
    "AUTH": Stage.AUTH,
    "MAIL": Stage.MAIL,
    "RCPT": Stage.RCPT,
    "DATA": Stage.DATA,
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that the server took; `at` is the event loop's time. `reply_lost`: the client was not told."""

    envelope_from: str
    envelope_to: str
    content: bytes
    at: float
    reply_lost: bool = False

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        for line in self.content.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
            if line.lower().startswith(b"message-id:"):
                return line.split(b":", 1)[1].strip().decode("ascii")
        return ""


@dataclass(slots=True)
class _Rule:
    stage: Stage
    fault: Fault
    times: int
    matches: Callable[[str], bool]


@dataclass(slots=True)
class _Transaction:
    sender: str = ""
    recipient: str = ""
    content: list[bytes] = field(default_factory=list)


class ScriptedServer:
    """Listens on 127.0.0.1. Use it as an async context; `fail` scripts what goes wrong.

    `extensions` are offered after EHLO. With `tls`, STARTTLS works; with `password`, AUTH PLAIN takes any name with it.
    Without `keeps_bodies`, only the header block of what was accepted is kept.
    """

    def __init__(
        self,
        *,
        extensions: Sequence[str] = ("PIPELINING", "ENHANCEDSTATUSCODES"),
        tls: ssl.SSLContext | None = None,
        password: str | None = None,
        keeps_bodies: bool = True,
    ) -> None:
        self.extensions = list(extensions)
        self.host = "127.0.0.1"
        self.port = 0
        self.accepted: list[Accepted] = []
        self.commands: list[str] = []
        self.started_at: list[tuple[float, str]] = []
        self.violations: list[str] = []
        self.connections = 0
        self.open_now = 0
        self.most_open = 0
        self.tls = tls
        self.password = password
        self.keeps_bodies = keeps_bodies
        self._rules: list[_Rule] = []
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()

    def fail(
        self, stage: Stage, fault: Fault, *, times: int = 1, matches: Callable[[str], bool] = lambda argument: True
    ) -> None:
        """Let `stage` fail the next `times`, where its argument (as the recipient) matches; -1 for always."""
        self._rules.append(_Rule(stage, fault, times, matches))

    def heal(self) -> None:
        """Forget all faults that are left."""
        self._rules.clear()

    def recipients(self) -> list[str]:
        """Return the recipients of all accepted messages, in order."""
        return [message.envelope_to for message in self.accepted]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._server is not None:
            self._server.close()
        for session in list(self._sessions):
            session.cancel()
        if self._sessions:
            await asyncio.wait(self._sessions)
        if self._server is not None:
            await self._server.wait_closed()

    def find_fault(self, stage: Stage, argument: str) -> Fault | None:
        """Return the fault that is due, and use it up."""
        for rule in self._rules:
            if rule.stage is stage and rule.times != 0 and rule.matches(argument):
                rule.times -= 1
                return rule.fault
        return None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._sessions.add(task)
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await _Session(self, reader, writer).run()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self.open_now -= 1
            writer.close()
            if task is not None:
                self._sessions.discard(task)


class _ClosedError(OSError):
    """The session ends here."""


class _Session:
    """One connection of the server."""

    def __init__(self, server: ScriptedServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._buffer = b""
        self._transaction = _Transaction()
        self._is_encrypted = False

    async def run(self) -> None:
        """Greet, then answer commands until QUIT or a fault."""
        if not await self._fails(Stage.CONNECT, ""):
            self._say("220 scripted.example.com ESMTP")
        while True:
            line = (await self._read_line()).decode("utf-8", "replace")
            self._server.commands.append(line)
            verb, _, argument = line.partition(" ")
            stage = _VERBS.get(verb.upper())
            self._check_flight(verb.upper())
            if stage is not None and await self._fails(stage, argument):
                continue
            await self._answer(verb.upper(), argument)

    async def _answer(self, verb: str, argument: str) -> None:
        simple = {"RSET": "250 2.0.0 reset", "NOOP": "250 2.0.0 ok"}
        match verb:
            case "EHLO" | "HELO":
                self._greet()
            case "STARTTLS":
                await self._encrypt()
            case "AUTH":
                self._login(argument)
            case "MAIL":
                self._transaction = _Transaction(sender=_path(argument))
                self._server.started_at.append((asyncio.get_running_loop().time(), self._transaction.sender))
                self._say("250 2.1.0 sender ok")
            case "RCPT" if not self._transaction.sender:
                self._say("503 5.5.1 MAIL comes first")
            case "RCPT":
                self._transaction.recipient = _path(argument)
                self._say("250 2.1.5 recipient ok")
            case "DATA":
                await self._read_data()
            case "BDAT":
                await self._read_chunk(argument)
            case "QUIT":
                self._say("221 2.0.0 bye")
                raise _ClosedError
            case _:
                self._say(simple.get(verb, "500 5.5.1 unknown command"))
        if verb == "RSET":
            self._transaction = _Transaction()

    def _greet(self) -> None:
        offered = ["scripted.example.com", *self._server.extensions]
        if self._server.tls is not None and not self._is_encrypted:
            offered.append("STARTTLS")
        if self._server.password is not None:
            offered.append("AUTH PLAIN")
        for number, word in enumerate(offered, 1):
            self._say(f"250{' ' if number == len(offered) else '-'}{word}")

    async def _encrypt(self) -> None:
        if self._server.tls is None:
            self._say("454 4.7.0 no TLS here")
            return
        self._say("220 2.0.0 go ahead")
        await self._writer.start_tls(self._server.tls)
        self._is_encrypted = True

    def _login(self, argument: str) -> None:
        password = base64.b64decode(argument.partition(" ")[2] or "AAA=").rpartition(b"\0")[2].decode()
        is_right = password == self._server.password
        self._say("235 2.7.0 welcome" if is_right else "535 5.7.8 wrong name or password")

    async def _read_data(self) -> None:
        if not self._transaction.recipient:
            self._say("554 5.5.1 no valid recipients")
            return
        self._say("354 go on")
        while (end := self._buffer.find(b"\r\n.\r\n")) < 0:
            await self._read_more()
        content, self._buffer = self._buffer[: end + 2], self._buffer[end + 5 :]
        await self._accept(content.replace(b"\r\n..", b"\r\n."))

    async def _read_chunk(self, argument: str) -> None:
        size, _, last = argument.partition(" ")
        while len(self._buffer) < int(size):
            await self._read_more()
        self._transaction.content.append(self._buffer[: int(size)])
        self._buffer = self._buffer[int(size) :]
        if not self._transaction.recipient:
            self._say("554 5.5.1 no valid recipients")
        elif last:
            await self._accept(b"".join(self._transaction.content))
        else:
            self._say("250 2.0.0 chunk taken")

    async def _accept(self, content: bytes) -> None:
        """Answer the final dot. A message whose reply is dropped or stalled was accepted: its client cannot know."""
        done, self._transaction = self._transaction, _Transaction()
        fault = self._server.find_fault(Stage.BODY, done.recipient)
        reply_lost = fault in ("drop", "stall")
        if fault is None or reply_lost:
            at = asyncio.get_running_loop().time()
            content = content if self._server.keeps_bodies else content.partition(b"\r\n\r\n")[0]
            self._server.accepted.append(Accepted(done.sender, done.recipient, content, at, reply_lost))
        if fault is not None:
            await self._act(fault)
        else:
            self._say(f"250 2.0.0 taken as {len(self._server.accepted)}")

    async def _fails(self, stage: Stage, argument: str) -> bool:
        fault = self._server.find_fault(stage, _path(argument) if stage in (Stage.MAIL, Stage.RCPT) else argument)
        if fault is None:
            return False
        await self._act(fault)
        return True

    async def _act(self, fault: Fault) -> None:
        if fault == "drop":
            self._writer.transport.abort()
            raise _ClosedError
        if fault == "stall":
            while True:
                await self._read_more()
        self._say(fault)
        if fault.startswith("421"):
            await self._writer.drain()
            raise _ClosedError

    def _check_flight(self, verb: str) -> None:
        if self._buffer and "PIPELINING" not in self._server.extensions:
            self._server.violations.append(f"{verb} came with more behind it, and PIPELINING was not offered")
        if self._buffer and verb in ("EHLO", "DATA", "QUIT", "STARTTLS", "NOOP"):
            self._server.violations.append(f"{verb} was not the last of its group (RFC 2920 §3.1)")

    def _say(self, text: str) -> None:
        self._writer.write(text.encode() + b"\r\n")

    async def _read_line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            await self._read_more()
        line, self._buffer = self._buffer[:end], self._buffer[end + 2 :]
        return line

    async def _read_more(self) -> None:
        data = await self._reader.read(262144)
        if not data:
            raise _ClosedError
        self._buffer += data


def _path(argument: str) -> str:
    """Return the address between the angle brackets."""
    return argument.partition("<")[2].partition(">")[0]
