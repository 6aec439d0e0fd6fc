"""A worker that loses its database for longer than the lease: `python -m tests.campaign.fleet_cut_off [READERS]`.

Two workers as on two machines; a proxy between one of them and PostgreSQL stops passing anything on, and tells nobody.
What the other one takes over, the first may not send any more, neither meanwhile nor when the proxy works again.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from digest.fleet.worker import Worker
from digest.outbox.fence import SILENT_AFTER
from digest.outbox.turn import GROUP
from digest.pipeline.mail import open_mail
from digest.pipeline.reports import report_edition
from digest.pipeline.workspace import Workspace
from digest.testing.fleets import begin_edition, fleet_environment, fleet_workspace
from digest.testing.proxies import DatabaseProxy
from digest.testing.smtp import ScriptedServer
from digest.testing.stores import postgresql_database, postgresql_server

CONNECTIONS = 8


async def cut_off(url: str, folder: Path, readers: int) -> bool:
    """Run the trial; say whether everything was as it should be."""
    emails = [f"reader{number}@example.com" for number in range(readers)]
    # Calls that hang must not take the threads of the other worker, who is another machine.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))
    async with AsyncExitStack() as stack:
        proxy = stack.enter_context(_beside(url))
        servers = [await stack.enter_async_context(ScriptedServer()) for _ in range(2)]
        workspaces = []
        for number, (server, address) in enumerate(zip(servers, (proxy.inner.url, url), strict=True)):
            settings = fleet_environment(address, server.port, connections=2 * CONNECTIONS, per_second=80)
            workspaces.append(stack.enter_context(fleet_workspace(folder / str(number), settings)))
        edition = await begin_edition(workspaces[1], emails)
        stops, tasks = zip(*[await _start(stack, workspace) for workspace in workspaces], strict=True)
        await _until(lambda: all(len(server.accepted) > 200 for server in servers))
        proxy.call(proxy.inner.freeze)
        at_cut = len(servers[0].accepted)
        await _until(lambda: report_edition(workspaces[1], edition).sums.finished, 240)
        first, second = (Counter(server.recipients()) for server in servers)
        at_end = len(servers[0].accepted)
        proxy.call(proxy.inner.heal)
        await asyncio.sleep(8)
        after = len(servers[0].accepted) - at_end
        for stop in stops:
            stop.set()
        await asyncio.gather(*tasks)
        report = report_edition(workspaces[1], edition)
    both = set(first) & set(second)
    lost = len(set(emails) - set(first) - set(second))
    print(
        f"{readers} readers, lease {SILENT_AFTER.total_seconds():.0f} s: {at_end - at_cut} messages of the cut-off "
        f"worker after the cut, {after} after it was back; sent by both {len(both)} "
        f"(at most {2 * CONNECTIONS + GROUP}), lost {lost}, {report.row.state.value}: {report.sums}"
    )
    return after == 0 and lost == 0 and len(both) <= CONNECTIONS * 2 + GROUP and report.sums.finished


@dataclass
class _Beside:
    """A proxy in a loop and thread of its own: workers also ask the store without leaving their loop."""

    inner: DatabaseProxy
    loop: asyncio.AbstractEventLoop

    def call(self, change: Callable[[], None]) -> None:
        """Change the proxy in its own thread."""
        self.loop.call_soon_threadsafe(change)


@contextmanager
def _beside(url: str) -> Iterator[_Beside]:
    loop, proxy = asyncio.new_event_loop(), DatabaseProxy(url)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(proxy.__aenter__(), loop).result()
    yield _Beside(proxy, loop)
    asyncio.run_coroutine_threadsafe(proxy.__aexit__(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


async def _start(stack: AsyncExitStack, workspace: Workspace) -> tuple[asyncio.Event, asyncio.Task[None]]:
    stop = asyncio.Event()
    mail = await stack.enter_async_context(open_mail(workspace))
    return stop, asyncio.create_task(Worker(workspace, mail, stop, url=None).run())


async def _until(happened, within_s: float = 120) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(within_s):
        while not happened():  # noqa: ASYNC110 - it happens in servers and stores
            await asyncio.sleep(0.1)


def main(readers: int = 4000) -> int:
    """Return 1 where something was sent that another had taken over."""
    with tempfile.TemporaryDirectory() as name, postgresql_server() as server, postgresql_database(server) as url:
        return 0 if asyncio.run(cut_off(url, Path(name), readers)) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
