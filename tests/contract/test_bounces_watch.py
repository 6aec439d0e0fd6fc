"""What the daemon runs beside its editions: the listener on the return path, and reading the sources in turns."""

from __future__ import annotations

import asyncio
import base64
import shutil
import smtplib
from datetime import timedelta
from pathlib import Path

import pytest

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.outbox import Outbox
from digest.outbox.tokens import DeliveryTokens
from digest.pipeline.bounce_sources import listen, watch
from digest.pipeline.kept_reports import forget_address, forget_old, keep_message
from digest.pipeline.workspace import Workspace
from digest.store import suppressions
from digest.store.subscribers import load_subscriptions
from digest.testing.deliveries import subscribe
from digest.testing.mails import status_report

READER = "reader@example.org"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a project that is a copy of the shipped configuration."""
    shutil.copytree(shipped_config(), tmp_path / "config")
    return tmp_path


def _workspace(folder: Path, **env: str) -> Workspace:
    return Workspace(load_project(folder / "config", env))


def _sent_token(workspace: Workspace) -> str:
    """Send an edition to one reader, as far as the ledger knows; return the delivery's token."""
    from sqlalchemy import update

    from digest.store.tables_delivery import deliveries

    now = workspace.clock()
    subscribe(workspace.store, [READER], "denver")
    with Outbox(workspace.store, token_keys=workspace.delivery_keys) as outbox:
        outbox.enqueue("e1", "denver", useful_until=now)
    with workspace.store.begin() as connection:
        connection.execute(update(deliveries).values(state="sent", finished_at=now, next_try_at=None))
    return DeliveryTokens(workspace.delivery_keys).make(1)


def _post(port: int, to: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="mx.example.net") as client:
        client.sendmail("", [to], status_report(READER))


def test_a_report_by_smtp_suppresses_a_reader(folder: Path) -> None:
    """A report delivered to the return path is carried out before it is answered; a foreign token is refused."""
    env = {"DIGEST_BOUNCES__LISTEN__PROTOCOL": "smtp", "DIGEST_BOUNCES__LISTEN__PORT": "0"}
    with _workspace(folder, **env) as workspace:
        token = _sent_token(workspace)

        async def scenario() -> None:
            async with listen(workspace) as listener:
                assert listener is not None
                with pytest.raises(smtplib.SMTPRecipientsRefused):
                    await asyncio.to_thread(_post, listener.port, f"bounce+{'0' * 32}@news.example.com")
                # The report itself carries a made-up token in To; only the envelope's address is believed.
                await asyncio.to_thread(_post, listener.port, f"bounce+{token}@news.example.com")

        asyncio.run(scenario())
        with workspace.store.read() as connection:
            found = suppressions.find_suppression(connection, READER)
    assert found is not None
    assert found.reason == "hard bounce"


def test_mail_to_leave_is_taken_at_its_own_address(folder: Path) -> None:
    """The listener takes the configured address beside the return paths; the token in the subject ends one thing."""
    env = {
        "DIGEST_BOUNCES__LISTEN__PROTOCOL": "lmtp",
        "DIGEST_BOUNCES__LISTEN__PORT": "0",
        "DIGEST_SENDER__UNSUBSCRIBE_MAILTO": "leave@bounces.example.com",
    }
    with _workspace(folder, **env) as workspace:
        token = _sent_token(workspace)
        ask = f"From: a@example.org\r\nSubject: unsubscribe {token}\r\n\r\n".encode()

        def post(port: int, to: str) -> None:
            with smtplib.LMTP("127.0.0.1", port, local_hostname="mx.example.net") as client:
                client.sendmail("a@example.org", [to], ask)

        async def scenario() -> None:
            async with listen(workspace) as listener:
                assert listener is not None
                with pytest.raises(smtplib.SMTPRecipientsRefused):
                    await asyncio.to_thread(post, listener.port, "other@bounces.example.com")
                await asyncio.to_thread(post, listener.port, "Leave@bounces.example.com")

        asyncio.run(scenario())
        with workspace.store.read() as connection:
            (link,) = load_subscriptions(connection, 1)
        assert (link.newsletter, link.state.value) == ("denver", "unsubscribed")
        assert not list((workspace.root / "var").glob("bounces/*"))


def test_watching_reads_the_maildir_and_survives_trouble(folder: Path) -> None:
    """A Maildir is read in turns; while it is no Maildir yet, the daemon goes on and tries again."""
    with _workspace(folder, DIGEST_BOUNCES__MAILDIR="box", DIGEST_BOUNCES__EVERY="0s") as workspace:
        token = _sent_token(workspace)
        report = status_report(READER, to=f"bounce+{token}@news.example.com")

        async def scenario() -> None:
            stop = asyncio.Event()
            watching = asyncio.create_task(watch(workspace, stop))
            for name in ("new", "cur", "tmp"):
                (folder / "box" / name).mkdir(parents=True)
            (folder / "box" / "new" / "1").write_bytes(report)
            while not (folder / "box" / "cur" / "1:2,S").exists():  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0)
            stop.set()
            await watching

        asyncio.run(scenario())
        with workspace.store.read() as connection:
            assert suppressions.find_suppression(connection, READER) is not None


def test_kept_messages_are_forgotten(tmp_path: Path) -> None:
    """What was not understood goes after its time."""
    keep_message(tmp_path, b"x")
    keep_message(tmp_path, b"x")
    (kept,) = tmp_path.iterdir()
    at = kept.stat().st_mtime
    assert forget_old(tmp_path, at + 10, timedelta(days=1)) == 0
    assert forget_old(tmp_path, at + 100_000, timedelta(days=1)) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_erase_takes_kept_messages_along(tmp_path: Path) -> None:
    """Messages that hold the address go, also where it is encoded; others stay."""
    keep_message(tmp_path, status_report(READER))
    encoded = base64.encodebytes(b"about " + READER.encode())
    keep_message(tmp_path, b"Content-Transfer-Encoding: base64\r\nContent-Type: text/plain\r\n\r\n" + encoded)
    keep_message(tmp_path, status_report("other@example.org"))
    assert forget_address(tmp_path, READER.upper()) == 2
    assert len(list(tmp_path.iterdir())) == 1
