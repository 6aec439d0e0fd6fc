"""Starting a worker on a workspace; says what is missing where a fleet cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib.util import find_spec

from digest.config.settings import Settings
from digest.errors import StoreError, UsageError
from digest.pipeline.mail import open_mail
from digest.pipeline.workspace import Workspace


def check_shared(settings: Settings) -> None:
    """Refuse a store that only one machine can use.

    Raises:
        UsageError: with what to do.
        StoreError: the libraries for PostgreSQL are not installed.
    """
    if not settings.store.startswith("postgresql://"):
        raise UsageError(
            f"workers need a store that machines can share, and this one is {settings.store}; make a PostgreSQL "
            "database, move everything with `digest store copy postgresql://USER@HOST/NAME`, and set "
            "DIGEST_STORE or `store` in digest.yaml to that address"
        )
    if find_spec("procrastinate") is None or find_spec("psycopg") is None:
        raise StoreError("workers need procrastinate and psycopg", action="pip install 'digest[postgres]'")


async def work(workspace: Workspace, stop: asyncio.Event, *, beside: Callable[[], Awaitable[None]]) -> None:
    """Run a worker until `stop`, and `beside` it what ends by itself at the stop.

    Raises StoreError where the store cannot be opened.
    """
    url = workspace.project.settings.store
    from digest.fleet.worker import Worker

    async with open_mail(workspace) as mail:
        other = asyncio.ensure_future(beside())
        await Worker(workspace, mail, stop, url=url).run()
        await asyncio.gather(other, return_exceptions=True)
