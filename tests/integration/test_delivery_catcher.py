"""The built-in mail catcher, fed by our own pool and by the standard library."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.delivery.catcher import MailCatcher
from digest.store import Store
from digest.testing.deliveries import SmallMailing, local_route
from digest.testing.messages import check_message


@pytest.fixture
def mailing(tmp_path: Path) -> Iterator[SmallMailing]:
    """Open a mailing to three readers."""
    emails = [f"reader{number}@example.com" for number in range(3)]
    with Store.open("sqlite:///digest.db", root=tmp_path) as store:
        mailing = SmallMailing.open(store, emails, folder=tmp_path / "journal")
        yield mailing
        mailing.outbox.close()


def test_keeps_what_is_sent(mailing: SmallMailing, tmp_path: Path) -> None:
    """Each message is one `.eml` file, byte for byte as it was sent, with its envelope beside it."""

    async def check() -> None:
        async with (
            MailCatcher(tmp_path / "caught") as catcher,
            mailing.pool(local_route(catcher.port)) as pool,
        ):
            assert (await mailing.run(pool)).sent == 3
        caught = catcher.newest()
        assert sorted(one.envelope_to[0] for one in caught) == list(mailing.emails)
        assert all(one.envelope_from.startswith("bounce+") for one in caught)
        assert [check_message(one.path.read_bytes(), recipient=one.envelope_to[0]) for one in caught] == [[], [], []]
        assert caught[0].subject == "Bridge work begins in the spring"
        assert [one.caught_at for one in caught] == sorted((one.caught_at for one in caught), reverse=True)

    asyncio.run(check())


def test_takes_large_messages_from_anybody(tmp_path: Path) -> None:
    """A message of several megabytes with dots at line starts comes back unchanged."""
    content = b"Subject: large\r\n\r\n" + b".dots\r\n" * 500_000

    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("a@example.com", ["b@example.com", "c@example.com"], content)

    async def check() -> None:
        async with MailCatcher(tmp_path) as catcher:
            await asyncio.to_thread(send, catcher.port)
            (caught,) = catcher.newest()
            assert caught.path.read_bytes() == content
            assert caught.envelope_to == ("b@example.com", "c@example.com")

    asyncio.run(check())
