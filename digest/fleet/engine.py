"""The task engine (Procrastinate): tells workers at once what to do; holds no truth, and may lose all it knows.

Its tables are in a schema of their own. They are thrown away and made anew for another version of the library.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Any, Protocol

import procrastinate
import psycopg
import structlog
from procrastinate import exceptions
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.schema import SchemaManager

SCHEMA = "digest_jobs"
"""The schema of the database that holds the engine's tables."""

_LOCK_ID = 0x64696A6F  # "dijo": one process makes the tables
_QUEUE = "digest"
_STALLED_AFTER_S = 30.0
_TRY_AGAIN_S = 2.0
_AT_ONCE = 16
_FAILURES = (exceptions.ProcrastinateException, psycopg.Error, OSError)


class Job(Protocol):
    """What a worker does when a job comes; its arguments are JSON values."""

    def __call__(self, **arguments: Any) -> Awaitable[None]:
        """Do it; doing it twice, late or never must change nothing that the ledger does not allow."""


class Engine:
    """Defers and does jobs. `url` is the store's. Use it as an async context; without `jobs` it only defers.

    Jobs `every_minute` are deferred by whichever engine comes first, and get the minute as `timestamp`.
    """

    def __init__(self, url: str, jobs: Mapping[str, Job] | None = None, *, every_minute: Collection[str] = ()) -> None:
        self._url = url
        self._is_open = False
        self._log = structlog.get_logger("engine")
        self._app = procrastinate.App(connector=_connector(url))
        for name, job in (jobs or {}).items():
            task = self._app.task(name=name, queue=_QUEUE)(_as_task(job))
            if name in every_minute:
                self._app.periodic(cron="* * * * *")(task)
        for library in ("procrastinate", "psycopg.pool"):
            logging.getLogger(library).setLevel(logging.CRITICAL)  # what matters of it, we say ourselves

    async def __aenter__(self) -> Engine:
        await asyncio.to_thread(prepare_schema, self._url)
        await self._app.open_async()
        self._is_open = True
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._is_open = False
        with suppress(*_FAILURES):
            await self._app.close_async()

    @property
    def is_open(self) -> bool:
        """Whether it may be asked now."""
        return self._is_open

    async def defer(self, name: str, key: str, **arguments: Any) -> bool:
        """Ask for a job, unless one with this `key` waits already; say whether the engine knows of it now."""
        options = {"queue": _QUEUE, "queueing_lock": f"{name} {key}"}
        try:
            await self._app.configure_task(name, allow_unknown=True, **options).defer_async(**arguments)
        except exceptions.AlreadyEnqueued:
            return True
        except _FAILURES as error:
            self._log.warning("job not deferred", job=name, error=str(error))
            return False
        return True

    async def work(self, stop: asyncio.Event) -> None:
        """Do jobs until `stop`; an engine that fails is started again."""
        while not stop.is_set():
            worker = asyncio.create_task(self._run_worker())
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            worker.cancel()
            with suppress(asyncio.CancelledError, *_FAILURES):
                await worker
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _TRY_AGAIN_S)

    async def sweep(self) -> int:
        """Give back the jobs of engines that died, and forget what ended; return how many were given back."""
        manager = self._app.job_manager
        try:
            stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_AFTER_S))
            for job in stalled:
                await self._give_back(job)
            await manager.delete_old_jobs(nb_hours=1, include_failed=True, include_cancelled=True, include_aborted=True)
        except _FAILURES as error:
            self._log.warning("jobs not swept", error=str(error))
            return 0
        return len(stalled)

    async def _give_back(self, job: Any) -> None:
        """Let another engine do a job; where one like it waits already, that one is enough."""
        manager = self._app.job_manager
        try:
            await manager.retry_job(job)
        except exceptions.ProcrastinateException:
            await manager.finish_job(job=job, status=Status.FAILED, delete_job=True)

    async def _run_worker(self) -> None:
        await self._app.run_worker_async(
            queues=[_QUEUE],
            concurrency=_AT_ONCE,
            install_signal_handlers=False,
            shutdown_graceful_timeout=25.0,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            stalled_worker_timeout=_STALLED_AFTER_S,
        )


def prepare_schema(url: str) -> None:
    """Make the engine's tables where they are missing or of another version of the library."""
    version = f"procrastinate {procrastinate.__version__}"
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_ID])
        found = connection.execute("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", [SCHEMA]).fetchone()
        if found is not None and found[0] == version:
            return
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())
        connection.execute(f"CREATE SCHEMA {SCHEMA}".encode())
        connection.execute(f"SET LOCAL search_path TO {SCHEMA}".encode())
        connection.execute(SchemaManager.get_schema().encode())
        connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{version}'".encode())


def _connector(url: str) -> procrastinate.PsycopgConnector:
    return procrastinate.PsycopgConnector(
        conninfo=url, kwargs={"options": f"-c search_path={SCHEMA}"}, min_size=1, max_size=4, reconnect_timeout=5.0
    )


def _as_task(job: Job) -> Callable[..., Awaitable[None]]:
    async def task(**arguments: Any) -> None:
        await job(**arguments)

    return task
