"""Moving: everything of one store is copied into an empty one, all or nothing; the source stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import Connection, func, select

from digest.errors import StoreError, UsageError
from digest.pipeline.workspace import Workspace
from digest.store import Store
from digest.store.copying import copy_rows
from digest.store.metadata import metadata
from digest.store.senders import other_senders

_ALIVE = timedelta(minutes=1)


def copy_store(
    workspace: Workspace,
    url: str,
    *,
    force: bool = False,
    progress: Callable[[str, int, int], None] = lambda table, done, total: None,
) -> Mapping[str, int]:
    """Copy every row to the store at `url`; return how many of each table. `progress` hears table, done and total.

    Raises:
        UsageError: it is the same store, or somebody is sending from this one (unless `force`).
        StoreError: the target cannot be opened, is not empty, or does not hold what was copied; it is then unchanged.
    """
    if url == workspace.project.settings.store:
        raise UsageError("that is this very store; name another one")
    _refuse_while_busy(workspace, force=force)
    with Store.open(url, root=workspace.root) as target, workspace.store.read() as reading, target.begin() as writing:
        _refuse_unless_empty(writing)
        expected = count_rows(reading)
        total = sum(expected.values())
        finished: dict[str, int] = {}

        def tell(table: str, done: int) -> None:
            finished[table] = done
            progress(table, sum(finished.values()), total)

        copy_rows(reading, writing, progress=tell)
        found = count_rows(writing)
        if found != expected:
            wrong = ", ".join(name for name in expected if found[name] != expected[name])
            raise StoreError(f"not every row arrived (tables {wrong}); nothing was copied")
    return found


def count_rows(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }


def _refuse_while_busy(workspace: Workspace, *, force: bool) -> None:
    with workspace.store.read() as connection:
        seen = [name for name, at in other_senders(connection, "") if workspace.clock() - at < _ALIVE]
    if seen and not force:
        raise UsageError(f"{seen[0]} is sending from this store; stop it first, or say --force where it is dead")


def _refuse_unless_empty(connection: Connection) -> None:
    full = {name: number for name, number in count_rows(connection).items() if number}
    if full:
        name, number = next(iter(full.items()))
        raise StoreError(
            f"the target is not empty: {number:,} rows in {name}", action="name a database that nobody has used yet"
        )
