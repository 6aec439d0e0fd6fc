"""Moving to another store: everything arrives or nothing, ids go on, a used target is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text
from typer.testing import CliRunner

from digest.cli.main import app
from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.errors import StoreError, UsageError
from digest.pipeline.moving import copy_store, count_rows
from digest.pipeline.workspace import Workspace
from digest.store import Store
from digest.store.tables import subscribers, subscriptions
from digest.testing.deliveries import SmallMailing

pytestmark = pytest.mark.postgres

EMAILS = [f"reader{number}@example.com" for number in range(2500)]


@pytest.fixture
def target(url: str) -> str:
    """Give the URL of an empty database."""
    return url


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A store on SQLite with readers and an edition; its last reader is gone again."""
    with Workspace(load_project(shipped_config(), {}), root=tmp_path) as opened:
        mailing = SmallMailing.open(opened.store, EMAILS, folder=tmp_path / "journal")
        mailing.outbox.close()
        with opened.store.begin() as connection:
            gone = connection.scalar(select(func.max(subscribers.c.id)))
            connection.execute(text("DELETE FROM deliveries WHERE subscriber_id = :gone"), {"gone": gone})
            connection.execute(delete(subscriptions).where(subscriptions.c.subscriber_id == gone))
            connection.execute(delete(subscribers).where(subscribers.c.id == gone))
        yield opened


def test_everything_arrives_and_ids_go_on(workspace: Workspace, target: str) -> None:
    """Each table has the same rows; an id that was given out before is not given out again, though its row is gone."""
    moments = []
    copied = copy_store(workspace, target, progress=lambda table, done, total: moments.append((done, total)))
    with workspace.store.read() as source, Store.open(target, root=workspace.root) as store, store.begin() as there:
        assert copied == count_rows(source) == count_rows(there)
        assert (copied["subscribers"], copied["deliveries"]) == (2499, 2499)
        for table in ("subscribers", "subscriptions", "deliveries", "audiences"):
            query = text(f"SELECT * FROM {table} ORDER BY 1, 2")
            assert [tuple(row) for row in source.execute(query)] == [
                tuple(int(value) if isinstance(value, bool) else value for value in row) for row in there.execute(query)
            ]
        new = "INSERT INTO audiences (edition_id, newsletter, selected, uncertain, useful_until, fixed_at, paused)"
        there.execute(text(f"{new} VALUES ('x', '', 0, 'hold', 0, 0, '')"))
        assert there.scalar(text("SELECT nextval(pg_get_serial_sequence('subscribers', 'id'))")) == 2501
    assert moments[-1] == (sum(copied.values()), sum(copied.values()))
    assert moments == sorted(moments)


def test_a_used_target_is_refused(workspace: Workspace, target: str) -> None:
    """A store that holds anything stays as it is; so does one to which not everything could be copied."""
    with workspace.store.begin() as connection:
        connection.execute(text("UPDATE subscribers SET name = 'a' || char(0) || 'b' WHERE id = 7"))
    with pytest.raises(StoreError, match="a row of subscribers is not taken"):
        copy_store(workspace, target)
    with Store.open(target, root=workspace.root) as store, store.begin() as connection:
        assert sum(count_rows(connection).values()) == 0
        connection.execute(text("INSERT INTO secrets (name, value) VALUES ('a', 'b')"))
    with pytest.raises(StoreError, match="not empty: 1 rows in secrets"):
        copy_store(workspace, target)


def test_the_command(tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`digest store copy` prints counts; a store that is in use, or the same one, is refused."""
    monkeypatch.setenv("DIGEST_STORE", f"sqlite:///{tmp_path}/a.db")
    run = CliRunner()
    with Store.open(f"sqlite:///{tmp_path}/a.db", root=tmp_path) as store, store.begin() as connection:
        connection.execute(text("INSERT INTO secrets (name, value) VALUES ('a', 'b')"))
    config = ["--config", str(shipped_config())]
    done = run.invoke(app, [*config, "store", "copy", target, "--json"])
    assert (done.exit_code, json.loads(done.stdout)["rows"]["secrets"]) == (0, 1)
    same = run.invoke(app, [*config, "store", "copy", f"sqlite:///{tmp_path}/a.db"])
    assert isinstance(same.exception, UsageError)
