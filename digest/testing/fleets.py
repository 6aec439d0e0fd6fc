"""Fleets for tests and long runs: an edition ready to be delivered on PostgreSQL, and workers in other processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.model.edition import EditionState
from digest.pipeline.collect import collect
from digest.pipeline.mail import open_mail
from digest.pipeline.publish import Order, Publisher
from digest.pipeline.workspace import Workspace
from digest.store import Store
from digest.testing.deliveries import subscribe

NEWSLETTER = "denver"


def fleet_environment(url: str, port: int, **settings: object) -> dict[str, str]:
    """Return the settings of a fleet that sends to a server on this machine; `smtp` settings by their names."""
    smtp = {"host": "127.0.0.1", "port": port, "security": "none"} | settings
    return {"DIGEST_STORE": url} | {f"DIGEST_SMTP__{name.upper()}": str(value) for name, value in smtp.items()}


@contextmanager
def fleet_workspace(folder: Path, environment: Mapping[str, str]) -> Iterator[Workspace]:
    """Open the shipped configuration with those settings; `folder` is that of one machine."""
    with Workspace(load_project(shipped_config(), environment), root=folder) as workspace:
        yield workspace


async def begin_edition(workspace: Workspace, emails: Sequence[str]) -> str:
    """Subscribe readers, build an edition and fix its audience, but deliver nothing; return its id."""
    subscribe(workspace.store, emails, NEWSLETTER)
    await collect(workspace, force=True)
    stop = asyncio.Event()
    stop.set()
    newsletter = workspace.project.get_newsletter(NEWSLETTER)
    async with open_mail(workspace) as mail:
        report = await Publisher(workspace, mail, stop=stop).publish(Order(newsletter, workspace.clock()))
    assert report.row.state is EditionState.SENDING, report
    return report.row.id


@contextmanager
def open_copy(workspace: Workspace) -> Iterator[Store]:
    """Open the store once more, as another process would."""
    with Store.open(workspace.project.settings.store, root=workspace.root) as store:
        yield store


def run_worker(folder: Path, environment: Mapping[str, str]) -> None:
    """Run a worker in this process until SIGTERM, as `digest worker` does."""
    from digest.delivery.loop import run_beside
    from digest.fleet.start import work
    from digest.schedule.logs import log_as_json

    sys.stdout = (folder / "worker.log").open("a", buffering=1)
    log_as_json()

    async def nothing() -> None:
        return

    with fleet_workspace(folder, environment) as workspace:
        workspace.store  # noqa: B018 - opened before the loop runs
        run_beside(lambda stop: work(workspace, stop, beside=nothing))


class ForkedWorker:
    """A worker in a process that starts quickly: forked from one that has everything imported."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["digest.fleet.worker", "digest.testing.fleets"])
        self._arguments = folder, dict(environment)
        self.process = self._start()

    def restart(self) -> None:
        """Start it again after it ended."""
        self.process.join()
        self.process = self._start()

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.process.join()

    def end(self, timeout_s: float = 40.0) -> int | None:
        """Ask it to end; return its exit status."""
        self.process.terminate()
        self.process.join(timeout_s)
        return self.process.exitcode

    def _start(self) -> ForkServerProcess:
        process = self._context.Process(target=run_worker, args=self._arguments)
        process.start()
        return process


class WorkerProcess:
    """`digest worker` in a process of its own, on the shipped configuration copied to `folder`."""

    def __init__(self, folder: Path, environment: Mapping[str, str], *arguments: str) -> None:
        if not (folder / "config").is_dir():
            shutil.copytree(shipped_config(), folder / "config")
        self._folder = folder
        self._environment = environment
        self._arguments = arguments
        self.process = self._start()

    def restart(self) -> None:
        """Start it again after it ended."""
        self.process.wait()
        self.process = self._start()

    def end(self, timeout_s: float = 40.0) -> int:
        """Ask it to end; return its exit status."""
        self.process.terminate()
        return self.process.wait(timeout_s)

    def _start(self) -> subprocess.Popen[bytes]:
        with (self._folder / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "digest", "--config", str(self._folder / "config"), "worker", *self._arguments],
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
            )
