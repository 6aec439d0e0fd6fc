"""Confirmations over a real SMTP dialogue: counted, tried again, and correct on their bytes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from digest.model.delivery import Stage
from digest.pipeline.confirmations import Confirmations, Wish
from digest.testing.readers import readers_pages
from digest.testing.smtp import ScriptedServer

ADA = "ada@example.com"


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """Noon on a Monday."""
    return Clock()


def mail(folder, clock, steps, *, fault=None):
    """Run `steps(confirmations)` against a server of its own, which fails once with `fault`; return the server."""

    async def run():
        async with ScriptedServer() as server:
            if fault:
                server.fail(Stage.RCPT, fault)
            smtp = {"DIGEST_SMTP__HOST": server.host, "DIGEST_SMTP__PORT": str(server.port)}
            with readers_pages(folder, clock=clock, DIGEST_SMTP__SECURITY="none", **smtp) as pages:
                confirmations = Confirmations(pages.workspace, retry_after_s=(0.0, 0.0))
                await steps(confirmations)
                await confirmations.finish(with_retries=True)
        return server

    return asyncio.run(run())


def ask(*newsletters):
    """Return the wish of Ada for these newsletters."""
    return Wish(ADA, dict.fromkeys(newsletters, "made up"), "form on /")


def test_one_a_day_and_three_in_all(tmp_path, clock):
    """The same wish, day after day, brings three mails and no fourth; two in a day bring one."""

    async def wish_daily(confirmations):
        for _ in range(6):
            for newsletter in ("denver", "am"):
                confirmations.mail_soon(confirmations.keep(ask(newsletter)))
                await confirmations.finish()
            clock.now += timedelta(days=1, minutes=1)

    server = mail(tmp_path, clock, wish_daily)
    assert server.recipients() == [ADA] * 3
    assert server.violations == []


def test_a_mail_that_is_put_off_is_tried_again(tmp_path, clock):
    """Greylisting on first contact delays the confirmation and does not lose it, nor count it twice."""

    async def wish(confirmations):
        confirmations.mail_soon(confirmations.keep(ask("denver")))

    server = mail(tmp_path, clock, wish, fault="450 4.2.1 greylisted, come back")
    assert server.recipients() == [ADA]


def test_a_refused_address_is_left_alone(tmp_path, clock):
    """An address that does not exist is tried once."""

    async def wish(confirmations):
        confirmations.mail_soon(confirmations.keep(ask("denver")))

    server = mail(tmp_path, clock, wish, fault="550 5.1.1 user unknown")
    assert server.recipients() == []
    assert sum(command.startswith("RCPT") for command in server.commands) == 1


def test_the_mail_on_its_bytes(tmp_path, clock):
    """Headers fit a list, both parts hold the link that confirms and the way out, and nothing is left of a template."""

    async def wish(confirmations):
        confirmations.mail_soon(confirmations.keep(ask("denver", "am")))

    (message,) = mail(tmp_path, clock, wish).accepted
    head, _, body = message.content.partition(b"\r\n\r\n")
    assert b"Subject: One more click: your 2 newsletters" in head
    assert b"List-Unsubscribe: <https://news.example.com/unsubscribe/" in head
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    assert head.isascii()
    plain = body.replace(b"=\r\n", b"").replace(b"=3D", b"=")
    assert plain.count(b"https://news.example.com/confirm/") == 2
    assert plain.count(b"https://news.example.com/unsubscribe/") == 2
    assert b"{{" not in plain
    assert b"None" not in plain
