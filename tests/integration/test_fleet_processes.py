"""`digest worker` as a program: several processes that live and end together; a clear word where there is no fleet."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digest.cli.main import app
from digest.config.shipped import shipped_config
from digest.errors import UsageError
from digest.fleet.presence import find_workers
from digest.store.workers import WorkerRow
from digest.testing.fleets import WorkerProcess, fleet_environment, fleet_workspace
from digest.testing.stores import postgresql_database, postgresql_server

CONFIG = ["--config", str(shipped_config())]


def until(happened: Callable[[], bool]) -> None:
    """Wait for other processes."""
    ends_at = time.monotonic() + 90
    while not happened():
        assert time.monotonic() < ends_at, "it did not happen"
        time.sleep(0.1)


def test_a_worker_needs_a_store_that_is_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite the command says what to do, and starts nothing; so does the list of workers."""
    monkeypatch.setenv("DIGEST_STORE", f"sqlite:///{tmp_path}/a.db")
    for command in ("worker", "workers"):
        done = CliRunner().invoke(app, [*CONFIG, command])
        assert isinstance(done.exception, UsageError)
        assert "digest store copy postgresql://" in str(done.exception)


@pytest.mark.postgres
def test_processes_live_and_end_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes are seen by `digest workers`; a killed one is replaced; SIGTERM ends all, and leaves no row."""
    with postgresql_server() as server, postgresql_database(server) as url:
        environment = fleet_environment(url, 2525)
        with fleet_workspace(tmp_path, environment) as workspace:

            def living() -> list[WorkerRow]:
                return [row for row, is_alive in find_workers(workspace.store, workspace.clock()) if is_alive]

            workspace.store.read_only  # noqa: B018 - opened first, so that the tables are there
            worker = WorkerProcess(tmp_path, environment, "--processes", "2")
            try:
                until(lambda: len(living()) == 2)
                for name, value in environment.items():
                    monkeypatch.setenv(name, value)
                told = CliRunner().invoke(app, [*CONFIG, "workers", "--json"]).stdout.splitlines()
                assert [json.loads(line)["state"] for line in told] == ["idle", "idle"]
                first = living()[0]
                os.kill(first.process_id, signal.SIGKILL)
                until(lambda: len(living()) == 2 and first.name not in [row.name for row in living()])
            finally:
                status = worker.end()
            assert status == 0, (tmp_path / "worker.log").read_text()
            assert living() == []
