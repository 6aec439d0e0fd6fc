"""Postfix as the other side: its `smtp-sink` takes an edition, a real Postfix relays one and accounts for it."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.delivery.connect import Timeouts
from digest.outbox.bench_peers import bench_peers, find_postfix_program, running_sink
from digest.store import Store
from digest.testing.deliveries import SmallMailing, local_route
from digest.testing.messages import check_message
from digest.testing.postfix import running_postfix

pytestmark = pytest.mark.postfix


def _needed(name: str) -> str:
    program = find_postfix_program(name)
    if program is None:
        pytest.skip(f"{name} of Debian's package postfix is not installed")
    return program


@pytest.fixture
def mailing(tmp_path: Path) -> Iterator[SmallMailing]:
    """Open a mailing to fifty readers."""
    emails = [f"reader{number}@example.com" for number in range(50)]
    with Store.open("sqlite:///digest.db", root=tmp_path) as store:
        mailing = SmallMailing.open(store, emails, folder=tmp_path / "journal")
        yield mailing
        mailing.outbox.close()


def test_smtp_sink_takes_an_edition(mailing: SmallMailing, tmp_path: Path) -> None:
    """What `smtp-sink` dumped is what we sent, one sound message a reader."""
    program = _needed("smtp-sink")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = ["-u", "root"] if os.geteuid() == 0 else []
    sink = subprocess.Popen([program, *user, "-d", f"{tmp_path}/dump/%M.", f"127.0.0.1:{port}", "50"])

    async def send() -> int:
        async with mailing.pool(local_route(port)) as pool:
            return (await mailing.run(pool, patience_s=10)).sent

    try:
        assert asyncio.run(send()) == 50
    finally:
        sink.terminate()
        sink.wait()
    dumps = [path.read_bytes() for path in (tmp_path / "dump").iterdir()]
    recipients = [re.findall(rb"^X-Rcpt-Args: <(.+?)>", dump, re.MULTILINE)[0].decode() for dump in dumps]
    assert sorted(recipients) == sorted(mailing.emails)
    for dump, recipient in zip(dumps, recipients, strict=True):
        message = dump[dump.index(b"Date:") :].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").rstrip(b"\r\n") + b"\r\n"
        assert check_message(message, recipient=recipient) == []


def test_peers_are_measured() -> None:
    """The comparison with `smtp-source` and plain aiosmtplib ends with figures of all three."""
    _needed("smtp-sink"), _needed("smtp-source")
    figures = bench_peers(100, size=4000, connections=2)
    assert set(figures) >= {"messages_per_second", "smtp_source_per_second", "aiosmtplib_per_second"}
    assert all(float(str(figure)) > 0 for figure in figures.values())


@pytest.fixture
def postfix() -> Iterator[tuple[int, Path]]:
    """Run a real Postfix of its own that relays to `smtp-sink`; give its port and its log."""
    _needed("postfix")
    if os.geteuid() != 0:
        pytest.skip("only root can start a Postfix of its own")
    with running_sink() as sink, running_postfix(f"smtp:[127.0.0.1]:{sink}") as (port, log):
        yield port, log


def test_postfix_accounts_for_every_message(mailing: SmallMailing, postfix: tuple[int, Path]) -> None:
    """A real Postfix relays the edition; its log has one accepted and one relayed message for each reader."""
    port, log = postfix

    async def send() -> int:
        async with mailing.pool(local_route(port), timeouts=Timeouts()) as pool:
            return (await mailing.run(pool, patience_s=10)).sent

    assert asyncio.run(send()) == 50
    ends_at = time.monotonic() + 30
    relayed: list[str] = []
    while len(relayed) < 50 and time.monotonic() < ends_at:
        time.sleep(0.1)
        relayed = re.findall(r"to=<([^>]+)>,.* status=sent", log.read_text())
    assert sorted(relayed) == sorted(mailing.emails)
    ids = re.findall(r"message-id=<([^>]+)>", log.read_text())
    assert len(set(ids)) == 50
