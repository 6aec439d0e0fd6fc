"""A small SMTP or LMTP server for the return path; takes reports for addresses of ours and hands them on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any, Self

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from digest.bounces.mailboxes import Handle
from digest.config.bounces import BounceListener as ListenerSettings

_RETURN_PATH = re.compile(r"(?i)bounce\+([0-9a-f]{32})@[^@\s]{1,255}")
_MAX_MESSAGE = 10 * 1024 * 1024


class BounceListener:
    """Takes reports by SMTP or LMTP; use it as an async context. `port` is the real one after the start.

    `is_ours` says whether a token was made here; an address with any other is refused, so that the server is no
    place to leave mail. `leave_address` takes mail that asks to leave. `handle` runs in a thread; what it raises makes
    the other side try again.
    """

    def __init__(
        self, settings: ListenerSettings, *, handle: Handle, is_ours: Callable[[str], bool], leave_address: str = ""
    ) -> None:
        self.host = settings.host
        self.port = settings.port
        self._class = LMTP if settings.protocol == "lmtp" else SMTP
        self._handle = handle
        self._is_ours = is_ours
        self._leave_address = leave_address.lower()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen; raises OSError where the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._make_session, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take addresses with a token of ours, and the one for mail that asks to leave."""
        found = _RETURN_PATH.fullmatch(address)
        is_leaving = bool(self._leave_address) and address.lower() == self._leave_address
        if not is_leaving and (found is None or not self._is_ours(found[1])):
            return "550 5.1.1 no such address"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Hand one report on; it is answered when it was handled."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            for address in envelope.rcpt_tos:
                await asyncio.to_thread(self._handle, b"Delivered-To: " + address.encode("ascii") + b"\r\n" + content)
        except Exception:  # whatever went wrong here, the report must come again
            return "451 4.3.0 not now, try again"
        return "250 2.0.0 taken"

    def _make_session(self) -> Any:
        return self._class(self, data_size_limit=_MAX_MESSAGE, hostname="bounces.localhost", ident="digest bounces")
