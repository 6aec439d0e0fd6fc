"""The built-in mail catcher: an SMTP server on loopback that keeps what it gets as `.eml` files; relays nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import default
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

_MAX_MESSAGE = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CaughtMessage:
    """A message in the catcher's folder, with the envelope it came in."""

    path: Path
    caught_at: datetime
    envelope_from: str
    envelope_to: tuple[str, ...]

    @property
    def subject(self) -> str:
        """The decoded subject."""
        with self.path.open("rb") as file:
            return str(BytesHeaderParser(policy=default).parse(file)["subject"] or "")


class MailCatcher:
    """Catches mail on 127.0.0.1. Use it as an async context, or `start` and `stop`; `port` 0 takes a free one."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.port = port
        self.host = "127.0.0.1"
        self._server: asyncio.Server | None = None
        self._count = 0

    async def start(self) -> None:
        """Begin to listen; afterwards `port` is the real one.

        Raises:
            OSError: the folder cannot be made or the port is taken.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._make_session, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening; messages stay."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    def newest(self, limit: int = 100) -> list[CaughtMessage]:
        """Return the messages of the folder, newest first."""
        return list(_read_folder(self.folder, limit))

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one message."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self._keep(content, envelope.mail_from or "", [str(to) for to in envelope.rcpt_tos])
        return "250 2.0.0 kept"

    def _make_session(self) -> Any:
        return SMTP(self, data_size_limit=_MAX_MESSAGE, hostname="catcher.localhost", ident="digest mail catcher")

    def _keep(self, content: bytes, envelope_from: str, envelope_to: list[str]) -> None:
        self._count += 1
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%S.%f}-{self._count:06d}"
        facts = {"caught_at": now.isoformat(), "envelope_from": envelope_from, "envelope_to": envelope_to}
        (self.folder / f"{name}.json").write_text(json.dumps(facts), encoding="utf-8")
        half = self.folder / f"{name}.part"
        half.write_bytes(content)
        half.rename(self.folder / f"{name}.eml")


def _read_folder(folder: Path, limit: int) -> Iterator[CaughtMessage]:
    for path in sorted(folder.glob("*.eml"), reverse=True)[:limit]:
        facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        at = datetime.fromisoformat(facts["caught_at"])
        yield CaughtMessage(path, at, facts["envelope_from"], tuple(facts["envelope_to"]))
