"""Opening a connection with aiosmtplib: greeting, EHLO, TLS, login; each failure with its stage."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import cast

import aiosmtplib

from digest.config.settings import Route
from digest.delivery.replies import Answer, Lost, Reply
from digest.delivery.wire import Wire
from digest.model.delivery import Stage


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Longest waits in seconds (RFC 5321 §4.5.3.2); the final dot needs the most."""

    connect: float = 30.0
    greeting: float = 300.0
    command: float = 300.0
    data: float = 120.0
    final: float = 600.0
    far: float = 0.01
    """A server whose round trip is longer than this gets whole messages in one flight, where it offers CHUNKING."""


_EHLO_UNKNOWN = (500, 501, 502, 504)


class Refusal(Exception):  # noqa: N818 - it carries what the server said, and is caught by the pool alone
    """A connection that could not be opened: where it ended and what was answered."""

    def __init__(self, stage: Stage, answer: Answer, *, is_certificate: bool = False) -> None:
        self.stage = stage
        self.answer = answer
        self.is_certificate = is_certificate
        super().__init__(f"{stage}: {answer}")


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection that is ready for MAIL, and what the server offers."""

    wire: Wire
    has_pipelining: bool
    has_chunking: bool
    round_trip_s: float


async def open_wire(route: Route, timeouts: Timeouts) -> Opened:
    """Connect, greet, encrypt and log in as the route says, then take over the transport.

    Raises:
        Refusal: with the stage that failed.
    """
    client = aiosmtplib.SMTP(
        hostname=route.host,
        port=route.port,
        use_tls=route.security == "tls",
        start_tls=False,
        timeout=timeouts.greeting,
        tls_context=_tls_context(route) if route.security != "none" else None,
        source_address=(route.source_address, 0) if route.source_address else None,
    )
    try:
        await _staged(Stage.CONNECT, client.connect(timeout=timeouts.connect))
        started = asyncio.get_running_loop().time()
        await _staged(Stage.EHLO, _introduce(client, timeouts.command))
        round_trip_s = asyncio.get_running_loop().time() - started
        if route.security == "starttls":
            await _staged(Stage.STARTTLS, client.starttls(timeout=timeouts.command))
            await _staged(Stage.EHLO, client.ehlo(timeout=timeouts.command))
        if route.username:
            login = client.login(route.username, route.password.get_secret_value(), timeout=timeouts.command)
            await _staged(Stage.AUTH, login)
    except BaseException:
        client.close()
        raise
    return _take_over(client, round_trip_s)


async def _introduce(client: aiosmtplib.SMTP, timeout_s: float) -> None:
    """Say EHLO; to a server that does not know it HELO, which offers nothing (RFC 5321 §3.2)."""
    try:
        await client.ehlo(timeout=timeout_s)
    except aiosmtplib.SMTPHeloError as error:
        if error.code not in _EHLO_UNKNOWN:
            raise
        await client.helo(timeout=timeout_s)


def _take_over(client: aiosmtplib.SMTP, round_trip_s: float) -> Opened:
    # uvloop's transports are asyncio's in all but name.
    transport = cast(asyncio.Transport | None, client.transport)
    if transport is None or transport.is_closing():
        raise Refusal(Stage.EHLO, Lost())
    wire = Wire(transport)
    transport.set_protocol(wire)
    return Opened(wire, client.supports_extension("pipelining"), client.supports_extension("chunking"), round_trip_s)


async def _staged(stage: Stage, step: Awaitable[object]) -> None:
    try:
        await step
    except aiosmtplib.SMTPResponseException as error:
        if error.code <= 0:
            raise Refusal(stage, Lost(error.message)) from error
        raise Refusal(stage, Reply(error.code, error.message.replace("\n", " "))) from error
    except ssl.SSLCertVerificationError as error:
        raise Refusal(
            stage, Lost(f"its certificate is not trusted: {error.verify_message}"), is_certificate=True
        ) from error
    except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
        cause = error.__cause__
        if isinstance(cause, ssl.SSLCertVerificationError):
            raise Refusal(
                stage, Lost(f"its certificate is not trusted: {cause.verify_message}"), is_certificate=True
            ) from error
        raise Refusal(stage, Lost(str(error) or type(error).__name__)) from error
    except aiosmtplib.SMTPException as error:
        # The server does not offer what the settings ask for: the same as being refused for good.
        raise Refusal(stage, Reply(502, error.message)) from error


def _tls_context(route: Route) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None)
    if route.ca_file:
        context.load_verify_locations(cafile=route.ca_file)
    if not route.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
