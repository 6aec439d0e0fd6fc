"""Servers that are old, broken, impatient or in the wrong hands: no message is lost, doubled, or sent in the clear."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.delivery.errors import PausedError
from digest.model.delivery import Stage
from digest.store import Store
from digest.testing.deliveries import SmallMailing, local_route, server_tls
from digest.testing.smtp import ScriptedServer

EMAILS = [f"reader{number}@example.com" for number in range(12)]


@pytest.fixture
def mailing(tmp_path: Path) -> Iterator[SmallMailing]:
    """Open a mailing to twelve readers."""
    with Store.open("sqlite:///digest.db", root=tmp_path) as store:
        mailing = SmallMailing.open(store, EMAILS, folder=tmp_path / "journal")
        yield mailing
        mailing.outbox.close()


def test_a_server_that_knows_no_ehlo_is_greeted_with_helo(mailing: SmallMailing) -> None:
    """An old server gets HELO, then one command at a time."""

    async def check() -> None:
        async with ScriptedServer(extensions=()) as server, mailing.pool(local_route(server.port)) as pool:
            server.fail(Stage.EHLO, "502 5.5.1 not implemented", times=-1, matches=lambda _: _is_ehlo(server))
            assert (await mailing.run(pool)).sent == len(EMAILS)
            assert server.violations == []
            assert sum(line.startswith("HELO ") for line in server.commands) == server.connections

    asyncio.run(check())
    assert mailing.alerts == []


def _is_ehlo(server: ScriptedServer) -> bool:
    return server.commands[-1].upper().startswith("EHLO")


@pytest.mark.parametrize("offers", ["nothing", "a refusal"])
def test_without_encryption_nothing_is_said(mailing: SmallMailing, tmp_path: Path, offers: str) -> None:
    """Where STARTTLS was stripped or is refused, neither login nor message is sent, and a person is told."""
    login = {"username": "digest", "password": "open sesame", "security": "starttls"}

    async def check() -> None:
        extensions = ("PIPELINING", "AUTH PLAIN") if offers == "nothing" else ("PIPELINING", "AUTH PLAIN", "STARTTLS")
        async with ScriptedServer(extensions=extensions) as server:
            server.fail(Stage.STARTTLS, "554 5.7.0 not today", times=-1)
            with pytest.raises(PausedError):
                async with mailing.pool(local_route(server.port, **login)) as pool:
                    await mailing.run(pool)
            assert not [line for line in server.commands if line.startswith(("AUTH", "MAIL"))]

    asyncio.run(check())
    assert len(mailing.alerts) == 1
    assert mailing.outbox.sums(mailing.edition).queued == len(EMAILS)


def test_a_certificate_of_somebody_else_ends_it(mailing: SmallMailing, tmp_path: Path) -> None:
    """A server whose certificate nobody vouches for gets neither login nor message."""
    route = {"username": "digest", "password": "open sesame", "security": "starttls"}

    async def check() -> None:
        async with ScriptedServer(tls=server_tls(tmp_path), password="open sesame") as server:
            with pytest.raises(PausedError, match="certificate"):
                async with mailing.pool(local_route(server.port, **route)) as pool:
                    await mailing.run(pool)
            assert not [line for line in server.commands if line.startswith(("AUTH", "MAIL"))]

    asyncio.run(check())


class _Impatient:
    """A server that takes one message a connection, says goodbye unasked, and hangs up."""

    def __init__(self) -> None:
        self.recipients: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, a byte of each reply at a time."""
        await self._say(writer, "220-impatient.example.com\r\n220 hello\r\n")
        recipient = ""
        while line := (await reader.readline()).decode():
            verb = line[:4].upper()
            if verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
            if verb == "DATA":
                await self._say(writer, "354 go on\r\n")
                while (await reader.readline()) != b".\r\n":
                    continue
                self.recipients.append(recipient)
                await self._say(writer, "250-2.0.0 thank\r\n250 2.0.0 you\r\n421 4.4.2 enough\r\n")
                break
            if verb == "QUIT":
                break
            await self._say(
                writer, "250-impatient\r\n250-PIPELINING\r\n250 SIZE\r\n" if verb == "EHLO" else "250 ok\r\n"
            )
        writer.close()

    async def _say(self, writer: asyncio.StreamWriter, text: str) -> None:
        for byte in text.encode():
            writer.write(bytes([byte]))
            await writer.drain()


def test_goodbyes_nobody_asked_for_cost_a_connection_only(mailing: SmallMailing) -> None:
    """A server that says 421 unasked after each message gets a new connection for the next; nobody is charged."""

    async def check() -> None:
        impatient = _Impatient()
        server = await asyncio.start_server(impatient.serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            async with mailing.pool(local_route(port, connections=1), back_off_s=0.001) as pool:
                sums = await mailing.run(pool, patience_s=30)
        assert sums.sent == len(EMAILS)
        assert sorted(impatient.recipients) == sorted(EMAILS)

    asyncio.run(check())


def test_addresses_that_cannot_be_mailed_fail_alone(tmp_path: Path) -> None:
    """An address that needs SMTPUTF8, or that would speak SMTP of its own, fails before a byte of it is written."""
    bad = ["jörg@example.com", '"a b"@example.com', "x@example.com>\r\nRCPT TO:<y@example.org", "b@example.com SIZE=1"]
    good = ["ann@example.com", "bo@bücher.example"]

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer() as server, mailing.pool(local_route(server.port)) as pool:
            sums = await mailing.run(pool)
            assert (sums.sent, sums.failed) == (len(good), len(bad))
            assert sorted(server.recipients()) == ["ann@example.com", "bo@xn--bcher-kva.example"]
            assert all(line.isascii() and line.isprintable() for line in server.commands)

    with Store.open("sqlite:///digest.db", root=tmp_path) as store:
        mailing = SmallMailing.open(store, [*bad, *good], folder=tmp_path / "journal")
        asyncio.run(check(mailing))
        assert all(
            reason.startswith("MAIL") or "address" in reason for _, reason, _ in mailing.outbox.reasons("denver-1")
        )
        mailing.outbox.close()
