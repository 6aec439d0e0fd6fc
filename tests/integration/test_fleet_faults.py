"""A fleet in trouble: PostgreSQL away in mid-send, a sender cut off from it, a rate that all senders share."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from digest.delivery.pool import SmtpPool
from digest.delivery.shared_pace import FleetLimits
from digest.outbox import Outbox
from digest.outbox.bench import make_reader
from digest.outbox.turn import GROUP
from digest.store import Store
from digest.testing.deliveries import SmallMailing, local_route
from digest.testing.proxies import DatabaseProxy
from digest.testing.smtp import ScriptedServer

pytestmark = pytest.mark.postgres

LEASE = timedelta(seconds=4)
CONNECTIONS = 2


async def until(happened: Callable[[], bool]) -> None:
    """Let others run until it has happened."""
    async with asyncio.timeout(40):
        while not happened():  # noqa: ASYNC110 - servers and stores set no event
            await asyncio.sleep(0.005)


@asynccontextmanager
async def sender(url: str, folder: Path) -> AsyncIterator[Outbox]:
    """Open the store once more, and a sender on it that thinks others dead after `LEASE`."""
    store = await asyncio.to_thread(Store.open, url, root=folder)
    outbox = Outbox(store, token_keys=[b"test"], journal_folder=folder / "journal", lease=LEASE)
    yield outbox
    await asyncio.to_thread(outbox.close)
    store.close()


def prepare(url: str, folder: Path, readers: int) -> SmallMailing:
    """Fix the audience of an edition."""
    with Store.open(url, root=folder) as store:
        emails = [f"reader{number}@example.com" for number in range(readers)]
        mailing = SmallMailing.open(store, emails, folder=folder / "prepare")
        mailing.outbox.close()
        return mailing


def test_a_send_outlives_its_database(url: str, tmp_path: Path) -> None:
    """While PostgreSQL is away nothing starts whose result could not be recorded; then the send goes on by itself."""
    mailing = prepare(url, tmp_path, 1200)

    async def check() -> None:
        async with (
            DatabaseProxy(url) as proxy,
            sender(proxy.url, tmp_path) as outbox,
            ScriptedServer() as server,
            SmtpPool([local_route(server.port, connections=CONNECTIONS)]) as pool,
        ):
            running = asyncio.create_task(outbox.run(mailing.edition, mailing.template, make_reader, pool))
            await until(lambda: len(server.accepted) >= 200)
            proxy.break_off()
            at_break = len(server.accepted)
            await asyncio.sleep(1.0)
            settled = len(server.accepted)
            assert settled - at_break <= CONNECTIONS + GROUP
            await asyncio.sleep(1.5)
            assert len(server.accepted) == settled
            proxy.heal()
            sums = await running
            assert (sums.sent, sums.agree) == (1200, True)
            assert max(Counter(server.recipients()).values()) == 1

    asyncio.run(check())


def test_a_sender_that_was_cut_off_sends_nothing_of_others(url: str, tmp_path: Path) -> None:
    """Whoever lost the database for longer than the lease starts nothing that another sender has taken over."""
    mailing = prepare(url, tmp_path, 700)

    async def check() -> None:
        async with AsyncExitStack() as stack:
            proxy = await stack.enter_async_context(DatabaseProxy(url))
            cut = await stack.enter_async_context(sender(proxy.url, tmp_path / "cut"))
            other = await stack.enter_async_context(sender(url, tmp_path / "other"))
            first, second = [await stack.enter_async_context(ScriptedServer()) for _ in range(2)]
            slow = local_route(first.port, connections=CONNECTIONS, per_second=60)
            slow_pool = await stack.enter_async_context(SmtpPool([slow]))
            pool = await stack.enter_async_context(SmtpPool([local_route(second.port)]))
            running = asyncio.create_task(cut.run(mailing.edition, mailing.template, make_reader, slow_pool))
            await until(lambda: len(first.accepted) >= 40)
            proxy.freeze()
            await until(lambda: cut_is_quiet(first))
            before = first.recipients()
            # It begins with what nobody holds, and takes over what the other one held when the lease is over.
            sums = await other.run(mailing.edition, mailing.template, make_reader, pool)
            assert (sums.sent, sums.sending, sums.agree) == (700, 0, True)
            taken_over = Counter(second.recipients())
            assert first.recipients() == before
            proxy.heal()
            await running
            assert first.recipients() == before
            assert set(before) | set(taken_over) == set(mailing.emails)
            assert max(taken_over.values()) == 1
            assert len(set(before) & set(taken_over)) <= CONNECTIONS + GROUP

    asyncio.run(check())


def cut_is_quiet(server: ScriptedServer) -> bool:
    """Whether nothing came for a while that is long for the rate."""
    loop = asyncio.get_running_loop()
    return loop.time() - server.accepted[-1].at > 1.0


def test_a_rate_is_that_of_all_senders_together(url: str, tmp_path: Path) -> None:
    """Two senders on one store share `per_second` evenly: the server sees no more than one of them might send."""
    mailing = prepare(url, tmp_path, 600)

    async def check() -> None:
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(ScriptedServer())
            route = local_route(server.port, connections=4, per_second=200)
            runs = []
            for name in ("one", "two"):
                outbox = await stack.enter_async_context(sender(url, tmp_path / name))
                pool = await stack.enter_async_context(SmtpPool([route], limits=FleetLimits(outbox.store)))
                runs.append(outbox.run(mailing.edition, mailing.template, make_reader, pool))
            await asyncio.gather(*runs)
            times = sorted(message.at for message in server.accepted)
            assert len(times) == 600
            assert 599 / (times[-1] - times[0]) <= 200 * 1.01
            # Late places are used up in at most two seconds: no second may have many more than its own.
            assert max(sum(at <= later < at + 1.0 for later in times) for at in times) <= 2 * 200

    asyncio.run(check())
