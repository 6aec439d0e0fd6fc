"""Several processes that deliver one edition: what they share, and what becomes of it when one of them dies."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.delivery.pool import SmtpPool
from digest.model.delivery import DeliverySums
from digest.model.edition import EditionState
from digest.outbox import Outbox, SendProgress
from digest.outbox.bench import bench_send, make_reader, make_template
from digest.outbox.hands import WORTH_IT, Hands
from digest.pipeline.mail import open_mail
from digest.pipeline.share import Helper
from digest.pipeline.workspace import Workspace
from digest.store import editions
from digest.testing.crashes import CONNECTIONS, kill_while_sending
from digest.testing.deliveries import subscribe
from digest.testing.editions import sample_edition
from digest.testing.hands import SharedMailing, lend_hand
from digest.testing.readers import readers_pages
from digest.testing.sinks import running_sink
from digest.testing.smtp import ScriptedServer

HANDS = 2


@contextmanager
def outbox_of(mailing: SharedMailing, emails: list[str]) -> Iterator[Outbox]:
    """Give the outbox of a mailing whose audience is fixed."""
    with mailing.open_outbox() as outbox:
        subscribe(outbox.store, emails, "denver")
        outbox.enqueue(mailing.edition, "denver", useful_until=datetime.now(UTC) + timedelta(hours=12))
        yield outbox


def addresses(count: int) -> list[str]:
    """Return addresses of made-up readers."""
    return [f"reader{number}@example.com" for number in range(count)]


def children() -> list[int]:
    """Return the process ids of the hands of this process."""
    return [process.pid for process in multiprocessing.active_children() if process.pid is not None]


async def until(condition: Callable[[], bool]) -> None:
    """Let others run until the condition holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the server under test sets no event
            await asyncio.sleep(0.002)


async def deliver(
    mailing: SharedMailing,
    outbox: Outbox,
    *,
    tell: Callable[[SendProgress], None] = lambda moment: None,
    stop: asyncio.Event | None = None,
) -> tuple[DeliverySums, DeliverySums, list[str], SmtpPool]:
    """Deliver with hands that begin together; return the sums, what the hands did, their alerts, and the pool."""
    template, alerts = make_template(mailing.size, signer=None), list[str]()
    async with mailing.open_pool() as pool:
        hands = Hands(pool, HANDS, lend_hand, mailing, stop=stop, alert=alerts.append)
        try:
            await hands.start()
            await hands.wait_until_ready()
            hands.begin()
            await outbox.run(mailing.edition, template, make_reader, pool, progress=hands.follow(tell), stop=stop)
        finally:
            await hands.end()
        return outbox.sums(mailing.edition), hands.others, alerts, pool


def test_an_edition_is_shared(tmp_path: Path) -> None:
    """Each reader has one message, all processes sent some, over no more connections than one process may have."""
    moments: list[SendProgress] = []

    async def check() -> None:
        async with ScriptedServer() as server:
            mailing, emails = SharedMailing(tmp_path, server.port), addresses(2000)
            with outbox_of(mailing, emails) as outbox:
                sums, others, alerts, pool = await deliver(mailing, outbox, tell=moments.append)
            assert (sums.sent, sums.finished, alerts) == (2000, True, [])
            assert Counter(server.recipients()) == Counter(emails)
            assert server.violations == []
            assert server.most_open <= mailing.connections
            assert 0 < others.sent < 2000
            assert pool.part.of == 1
            assert not children()

    asyncio.run(check())
    assert moments[-1].sums.sent == moments[-1].ended == 2000
    assert all(moment.sums.agree for moment in moments)
    assert not list((tmp_path / "journal").iterdir())


def test_a_hand_that_is_killed_loses_nobody(tmp_path: Path) -> None:
    """What a killed hand held is delivered by the others; only what it had on the wire may come twice."""

    async def check() -> None:
        async with ScriptedServer() as server:
            mailing, emails = SharedMailing(tmp_path, server.port), addresses(3000)
            with outbox_of(mailing, emails) as outbox:
                sending = asyncio.ensure_future(deliver(mailing, outbox))
                await until(lambda: len(server.accepted) > 600)
                os.kill(min(children()), signal.SIGKILL)
                sums, *_ = await sending
            assert (sums.sent, sums.finished) == (3000, True)
            counts = Counter(server.recipients())
            assert set(counts) == set(emails)
            assert counts.total() - len(emails) <= mailing.connections // (1 + HANDS)

    asyncio.run(check())


def test_a_stop_ends_all(tmp_path: Path) -> None:
    """After a stop no process is left, nothing is `sending`, and the next run goes on without a repeat."""

    async def check() -> None:
        async with ScriptedServer() as server:
            mailing, emails = SharedMailing(tmp_path, server.port), addresses(3000)
            with outbox_of(mailing, emails) as outbox:
                stop = asyncio.Event()
                sending = asyncio.ensure_future(deliver(mailing, outbox, stop=stop))
                await until(lambda: len(server.accepted) > 300)
                stop.set()
                sums, *_ = await sending
                assert sums.sending == 0
                assert 300 < sums.sent < 3000
                assert sums.sent + sums.queued == 3000
                assert not children()
                sums, *_ = await deliver(mailing, outbox)
            assert sums.sent == 3000
            assert Counter(server.recipients()) == Counter(emails)

    asyncio.run(check())


def test_hands_end_with_their_caller(tmp_path: Path) -> None:
    """Hands whose caller is killed end what they have on the wire; nobody is lost, and next to nothing repeated."""
    report = asyncio.run(kill_while_sending(tmp_path, readers=1500, kills=3, seed=5, hands=1))
    assert report.kills == 3
    assert report.lost == 0
    assert report.changed_ids == 0
    assert report.sums.finished
    assert report.sums.sent == 1500
    assert report.most_repeats_a_kill <= CONNECTIONS


def test_a_large_edition_has_hands(tmp_path: Path) -> None:
    """An edition to ten thousand readers of a project is delivered by several processes, to each of them once."""

    async def deliver(workspace: Workspace, edition: str) -> list[SendProgress]:
        moments: list[SendProgress] = []
        async with open_mail(workspace) as mail:
            helper = Helper(workspace, mail, stop=asyncio.Event(), progress=lambda _, moment: moments.append(moment))
            with workspace.store.read() as connection:
                row = editions.get_edition(connection, edition)
            await helper.join(row)
        return moments

    with running_sink(tmp_path, delay_s=0.004) as sink:  # one process would take five seconds, and hands a start of one
        smtp = {
            "CONNECTIONS": "8",
            "HOST": "127.0.0.1",
            "PORT": str(sink.port),
            "SECURITY": "none",
            "PROCESSES": str(1 + HANDS),
        }
        settings = {f"DIGEST_SMTP__{name}": value for name, value in smtp.items()}
        with readers_pages(tmp_path, **settings) as pages:  # type: ignore[arg-type]
            edition = sample_edition("denver")
            pages.publish(edition)
            with pages.workspace.store.begin() as connection:
                editions.set_state(connection, edition.id, EditionState.SENDING, now=pages.workspace.clock())
            emails = [f"reader{number}@example.org" for number in range(WORTH_IT)]
            subscribe(pages.workspace.store, emails, "denver")
            moments = asyncio.run(deliver(pages.workspace, edition.id))
            with pages.workspace.store.read() as connection:
                assert editions.get_edition(connection, edition.id).state is EditionState.DONE
    assert Counter(to for _, to in sink.taken()) == Counter(emails)
    assert moments[-1].sums.sent == WORTH_IT
    assert moments[-1].change.sent < WORTH_IT  # the others sent the rest


def test_the_bench_measures_several_processes(tmp_path: Path) -> None:
    """A signed edition of the bench is sent by as many processes as asked for; its figures cover all of them."""
    with running_sink(tmp_path) as sink:
        figures = bench_send(300, "127.0.0.1", sink.port, size=3000, connections=4, dkim=True, processes=2)
    assert figures["processes"] == 2
    assert len(sink.taken()) == 300
    assert abs(int(str(figures["bytes_per_message"])) - 3000) < 30
