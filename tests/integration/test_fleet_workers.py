"""Workers on one PostgreSQL: they share an edition, hear of work by the engine or find it, and end when told to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from digest.editions import LateDecision
from digest.fleet.crew import open_crew
from digest.fleet.presence import find_workers
from digest.fleet.worker import Worker
from digest.model.edition import EditionState
from digest.pipeline.collect import collect
from digest.pipeline.mail import open_mail
from digest.pipeline.reports import report_edition
from digest.pipeline.workspace import Workspace
from digest.store import editions
from digest.testing.deliveries import subscribe
from digest.testing.fleets import NEWSLETTER, begin_edition, fleet_environment, fleet_workspace
from digest.testing.smtp import ScriptedServer

pytestmark = pytest.mark.postgres


@asynccontextmanager
async def working(workspace: Workspace, *, url: str | None = None) -> AsyncIterator[Worker]:
    """Run a worker meanwhile, and see that it ends when told to."""
    stop = asyncio.Event()
    async with open_mail(workspace) as mail:
        worker = Worker(workspace, mail, stop, url=url)
        task = asyncio.create_task(worker.run())
        yield worker
        stop.set()
        await asyncio.wait_for(task, 30)


async def until(happened: Callable[[], bool], *, within_s: float = 30.0) -> None:
    """Wait for something that other tasks bring about."""
    async with asyncio.timeout(within_s):
        while not happened():  # noqa: ASYNC110 - it happens in the store, which calls nobody
            await asyncio.sleep(0.02)


def state_of(workspace: Workspace, edition: str) -> EditionState:
    """Return the state of an edition."""
    with workspace.store.read() as connection:
        return editions.get_edition(connection, edition).state


def test_two_workers_share_an_edition_without_the_engine(url: str, tmp_path: Path) -> None:
    """Workers that nobody calls find what is unfinished, share it, and close the edition; each reader gets one."""
    emails = [f"reader{number}@example.com" for number in range(1500)]

    async def check() -> None:
        async with ScriptedServer() as server:
            environment = fleet_environment(url, server.port, connections=4)
            with (
                fleet_workspace(tmp_path / "one", environment) as one,
                fleet_workspace(tmp_path / "two", environment) as two,
            ):
                edition = await begin_edition(one, emails)
                async with working(one), working(two):
                    await until(lambda: len(find_workers(one.store, one.clock())) == 2)
                    await until(lambda: state_of(one, edition) is EditionState.DONE)
                    told = [row for row, _ in find_workers(one.store, one.clock())]
                assert Counter(server.recipients()) == Counter(emails)
                sums = report_edition(one, edition).sums
                assert (sums.sent, sums.agree) == (1500, True)
                assert find_workers(one.store, one.clock()) == []
                assert server.most_open <= 4
                assert [row.host for row in told] == [told[0].host] * 2

    asyncio.run(check())


def test_a_daemon_hands_slots_to_workers(url: str, tmp_path: Path) -> None:
    """The crew takes a due slot over only while a worker lives; the engine then brings it to one, once."""

    async def check() -> None:
        async with ScriptedServer() as server:
            with fleet_workspace(tmp_path, fleet_environment(url, server.port)) as workspace:
                subscribe(workspace.store, ["ada@example.com"], NEWSLETTER)
                await collect(workspace, force=True)
                newsletter = workspace.project.get_newsletter(NEWSLETTER)
                decision = LateDecision(workspace.clock().replace(microsecond=0), "send", "on time")
                async with open_crew(workspace) as crew:
                    assert not await crew.publishes(newsletter, decision)
                    async with working(workspace, url=url):
                        await until(lambda: len(find_workers(workspace.store, workspace.clock())) == 1)
                        assert await crew.publishes(newsletter, decision)
                        assert await crew.publishes(newsletter, decision)
                        assert await crew.goes_on(newsletter)
                        assert await crew.collects()
                        await until(lambda: len(server.accepted) == 1)
                with workspace.store.read() as connection:
                    rows = editions.list_editions(connection, newsletter=NEWSLETTER)
                assert [row.state for row in rows] == [EditionState.DONE]

    asyncio.run(check())
