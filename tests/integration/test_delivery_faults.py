"""Every fault at every stage of the SMTP dialogue against a scripted server: the state that the delivery gets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from digest.config.settings import Route
from digest.delivery.errors import PausedError
from digest.model.delivery import DeliveryState, Stage
from digest.store import Store
from digest.testing.deliveries import QUICK, SmallMailing, local_route, server_tls
from digest.testing.smtp import ScriptedServer

READER = "ann@example.com"

S = DeliveryState
QUEUED, DEFERRED, SENT, FAILED = (S.QUEUED, 0), (S.DEFERRED, 1), (S.SENT, 1), (S.FAILED, 1)
UNCERTAIN = (S.UNCERTAIN, 1)

# What one fault leaves behind when nobody waits for better times: (state, attempts charged to the reader).
TABLE = {
    (Stage.CONNECT, "4xx"): QUEUED,
    (Stage.CONNECT, "5xx"): (S.DEFERRED, 0),
    (Stage.CONNECT, "421"): QUEUED,
    (Stage.CONNECT, "drop"): QUEUED,
    (Stage.CONNECT, "stall"): QUEUED,
    (Stage.EHLO, "4xx"): QUEUED,
    (Stage.EHLO, "5xx"): QUEUED,
    (Stage.EHLO, "421"): QUEUED,
    (Stage.EHLO, "drop"): QUEUED,
    (Stage.EHLO, "stall"): QUEUED,
    (Stage.STARTTLS, "4xx"): QUEUED,
    (Stage.STARTTLS, "5xx"): QUEUED,
    (Stage.STARTTLS, "421"): QUEUED,
    (Stage.STARTTLS, "drop"): QUEUED,
    (Stage.STARTTLS, "stall"): QUEUED,
    (Stage.AUTH, "4xx"): QUEUED,
    (Stage.AUTH, "5xx"): QUEUED,
    (Stage.AUTH, "421"): QUEUED,
    (Stage.AUTH, "drop"): QUEUED,
    (Stage.AUTH, "stall"): QUEUED,
    (Stage.MAIL, "4xx"): DEFERRED,
    (Stage.MAIL, "5xx"): QUEUED,
    (Stage.MAIL, "421"): SENT,
    (Stage.MAIL, "drop"): SENT,
    (Stage.MAIL, "stall"): SENT,
    (Stage.RCPT, "4xx"): DEFERRED,
    (Stage.RCPT, "5xx"): FAILED,
    (Stage.RCPT, "421"): SENT,
    (Stage.RCPT, "drop"): SENT,
    (Stage.RCPT, "stall"): SENT,
    (Stage.DATA, "4xx"): DEFERRED,
    (Stage.DATA, "5xx"): FAILED,
    (Stage.DATA, "421"): SENT,
    (Stage.DATA, "drop"): SENT,
    (Stage.DATA, "stall"): SENT,
    (Stage.BODY, "4xx"): DEFERRED,
    (Stage.BODY, "5xx"): FAILED,
    (Stage.BODY, "421"): DEFERRED,
    (Stage.BODY, "drop"): UNCERTAIN,
    (Stage.BODY, "stall"): UNCERTAIN,
}
REPLIES = {"4xx": "450 4.3.0 try later", "5xx": "554 5.3.0 no", "421": "421 4.3.2 shutting down"}
PAUSING = {
    (Stage.EHLO, "5xx"),
    (Stage.STARTTLS, "5xx"),
    (Stage.AUTH, "5xx"),
    (Stage.MAIL, "5xx"),
}
MESSAGE = (Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.BODY)
AMID_OTHERS = [case for case in TABLE if case[0] in MESSAGE and case not in PAUSING]


@dataclass
class _Bench:
    """A mailing to one reader and what its server needs."""

    mailing: SmallMailing
    folder: Path

    def server(self) -> ScriptedServer:
        return ScriptedServer(tls=server_tls(self.folder), password="open sesame")

    def route(self, server: ScriptedServer) -> Route:
        login = {"username": "digest", "password": "open sesame"}
        trust = {"security": "starttls", "ca_file": str(self.folder / "ca.pem")}
        return local_route(server.port, connections=1, **login, **trust)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[_Bench]:
    """Open a mailing that holds what is uncertain."""
    with Store.open("sqlite:///digest.db", root=tmp_path) as store:
        mailing = SmallMailing.open(store, [READER], uncertain="hold", folder=tmp_path / "journal")
        yield _Bench(mailing, tmp_path)
        mailing.outbox.close()


def test_table_has_all_cases() -> None:
    """Eight stages times five faults are forty cases."""
    assert len(TABLE) == len(Stage) * 5


@pytest.mark.parametrize(("stage", "fault"), TABLE, ids=str)
def test_fault(bench: _Bench, stage: Stage, fault: str) -> None:
    """A fault gives the table's state and alerts where it must; the next run delivers what is not final, once."""

    async def run_once(server: ScriptedServer) -> None:
        async with bench.mailing.pool(bench.route(server), timeouts=QUICK) as pool:
            try:
                await bench.mailing.run(pool)
            except PausedError:
                assert TABLE[stage, fault][0] in (S.QUEUED, S.DEFERRED)

    async def check() -> None:
        async with bench.server() as server:
            server.fail(stage, REPLIES.get(fault, fault))
            await run_once(server)
            assert bench.mailing.states() == {READER: TABLE[stage, fault]}
            assert bool(bench.mailing.alerts) == ((stage, fault) in PAUSING)
            bench.mailing.outbox.retry_now(bench.mailing.edition)
            await run_once(server)
            assert server.violations == []
            assert server.recipients() == ([] if TABLE[stage, fault] == FAILED else [READER])

    asyncio.run(check())
    sums = bench.mailing.outbox.sums(bench.mailing.edition)
    assert sums.finished
    assert sums.sent == (TABLE[stage, fault][0] not in (S.FAILED, S.UNCERTAIN))


@pytest.mark.parametrize(("stage", "fault"), AMID_OTHERS, ids=str)
def test_fault_amid_others(tmp_path: Path, stage: Stage, fault: str) -> None:
    """A fault at the third of five messages on a connection is its reader's alone; the others get theirs once."""
    emails = [f"reader{number}@example.com" for number in range(1, 6)]

    async def check(mailing: SmallMailing) -> None:
        seen = count()
        async with ScriptedServer() as server:
            server.fail(stage, REPLIES.get(fault, fault), matches=lambda argument: next(seen) == 2)
            async with mailing.pool(local_route(server.port, connections=1), timeouts=QUICK) as pool:
                await mailing.run(pool)
            states = mailing.states()
            assert states.pop(emails[2]) == TABLE[stage, fault]
            assert set(states.values()) == {SENT}
            assert server.violations == []
            reached = {SENT, UNCERTAIN}
            assert sorted(server.recipients()) == [email for email in emails if mailing.states()[email] in reached]

    with Store.open("sqlite:///digest.db", root=tmp_path) as store:
        mailing = SmallMailing.open(store, emails, uncertain="hold", folder=tmp_path / "journal")
        with mailing.outbox:
            asyncio.run(check(mailing))
