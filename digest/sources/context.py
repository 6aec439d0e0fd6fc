"""What every reading needs from outside: settings, folder, time, and the way to the network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from digest import __version__
from digest.config.project import Project
from digest.config.settings import Settings

if TYPE_CHECKING:
    import httpx

    from digest.sources.guard import AddressPolicy, Resolver


class Clients:
    """The HTTP clients of one round: one for public addresses, one for sources that may be private.

    They are two, so that no connection of the second kind is ever used for the first. Each is
    opened when it is first asked for: a round over folders opens none.
    """

    def __init__(self, open_client: Callable[[bool], httpx.AsyncClient]) -> None:
        self._open_client = open_client
        self._opened: dict[bool, httpx.AsyncClient] = {}

    def get(self, allow_private: bool) -> httpx.AsyncClient:
        """Return the client for public addresses, or the one that may reach private ones."""
        if allow_private not in self._opened:
            self._opened[allow_private] = self._open_client(allow_private)
        return self._opened[allow_private]

    async def aclose(self) -> None:
        """Close all that were opened."""
        for client in self._opened.values():
            await client.aclose()
        self._opened.clear()


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """One round of readings. `folder` is the configuration's folder, `now` aware UTC.

    `labels` are further labels of parts. `clients` is the transport seam: tests give clients over a
    function-backed transport, `open_context` gives guarded ones.
    """

    settings: Settings
    folder: Path
    now: datetime
    clients: Clients
    labels: tuple[str, ...] = ()
    parsing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    @property
    def user_agent(self) -> str:
        """Who we are, for site owners."""
        contact = self.settings.fetch.contact
        return f"digest/{__version__}" + (f" (+{contact})" if contact else "")

    def policy(self, allow_private: bool = False) -> AddressPolicy:
        """Return which addresses may be connected to."""
        from digest.sources.guard import AddressPolicy

        return AddressPolicy.from_names(self.settings.fetch.allow_private, allow_private=allow_private)


@asynccontextmanager
async def open_context(project: Project, now: datetime) -> AsyncIterator[ReadingContext]:
    """Open the real way to the network for one round, and close it again."""
    settings = project.settings
    clients = Clients(lambda allow_private: open_guarded_client(settings, allow_private=allow_private))
    try:
        yield ReadingContext(settings, project.folder, now, clients, labels=settings.labels)
    finally:
        await clients.aclose()


def open_guarded_client(
    settings: Settings, *, allow_private: bool = False, resolver: Resolver | None = None
) -> httpx.AsyncClient:
    """Return a client whose every connection is checked; proxies of the environment are not used.

    `resolver` answers which addresses a host has; the system's does unless given.
    """
    import httpx

    from digest.sources.guard import AddressPolicy, GuardedBackend, GuardedTransport, resolve

    policy = AddressPolicy.from_names(settings.fetch.allow_private, allow_private=allow_private)
    whole = settings.fetch.timeout.total_seconds()
    timeout = httpx.Timeout(whole, connect=settings.fetch.connect_timeout.total_seconds())
    transport = GuardedTransport(
        GuardedBackend(policy, resolver=resolver or resolve), connections=settings.fetch.concurrency * 2
    )
    return httpx.AsyncClient(transport=transport, timeout=timeout, trust_env=False)
