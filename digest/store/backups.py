"""Backup files: a SQLite database with every row of a store, whatever kind that is; decides not when to restore.

A backup of SQLite is made by its online backup interface, one of PostgreSQL by copying the rows of one snapshot.
Both can be made while daemons work.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from digest.errors import StoreError
from digest.store.copying import clear_rows, copy_rows
from digest.store.engine import Store

Progress = Callable[[str], None]
_PAGES_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class Backup:
    """What is known of a backup file."""

    path: Path
    made_at: datetime
    rows: dict[str, int]


def write_backup(store: Store, path: Path, *, made_at: datetime, progress: Progress = lambda text: None) -> Backup:
    """Write a backup beside `path` and move it there when it is whole; readable by its owner alone.

    Raises StoreError where the file cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        _fill(store, part, progress)
        with closing(sqlite3.connect(part)) as file:
            file.execute("CREATE TABLE digest_backup (made_at TEXT NOT NULL)")
            file.execute("INSERT INTO digest_backup VALUES (?)", (made_at.isoformat(),))
            file.commit()
            file.execute("PRAGMA journal_mode = DELETE")
        backup = read_backup(part)
        part.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"cannot write the backup {path}: {error}", action="check the folder and the room on its disk"
        ) from error
    finally:
        for left in (part, part.with_name(f"{part.name}-wal"), part.with_name(f"{part.name}-shm")):
            left.unlink(missing_ok=True)
    return Backup(path, backup.made_at, backup.rows)


def read_backup(path: Path) -> Backup:
    """Check a backup file and say what it holds.

    Raises StoreError for a file that is none, or that is damaged.
    """
    if not path.is_file():
        raise StoreError(f"there is no file {path}", action="name a file that `digest store backup` wrote")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            made_at = datetime.fromisoformat(file.execute("SELECT made_at FROM digest_backup").fetchone()[0])
            (state,) = file.execute("PRAGMA integrity_check(1)").fetchone()
            rows = _count_rows(file)
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise StoreError(
            f"{path} is not a backup of this program ({error})", action="name a file that `digest store backup` wrote"
        ) from error
    if state != "ok":
        raise StoreError(f"the backup {path} is damaged: {state}", action="take an older one")
    return Backup(path, made_at.astimezone(UTC), rows)


def fill_from(
    store: Store, path: Path, *, then: Callable[[Connection], None], progress: Progress = lambda text: None
) -> None:
    """Replace everything in the store by what a backup file holds, and do `then`, in one transaction.

    The file may be of an older version: a copy of it is brought up to date first.
    Raises StoreError for one of a newer version.
    """
    with tempfile.TemporaryDirectory(prefix="digest-restore-") as folder:
        copy = Path(folder) / "backup.db"
        shutil.copyfile(path, copy)
        with _open_file(copy) as source, source.read() as reading, store.begin(durable=True) as writing:
            clear_rows(writing)
            copy_rows(reading, writing, progress=lambda table, rows: progress(f"{table}: {rows}"))
            then(writing)


def _open_file(path: Path) -> Store:
    return Store.open(f"sqlite:///{path.absolute()}", root=path.parent)


def _fill(store: Store, part: Path, progress: Progress) -> None:
    if store.is_postgresql:
        snapshot = store.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with _open_file(part) as target, snapshot.connect() as reading, target.begin() as writing:
            copy_rows(reading, writing, progress=lambda table, rows: progress(f"{table}: {rows}"))
        return
    # The open transaction keeps one snapshot, so that writers neither wait nor make the backup begin anew.
    with store.read() as reading, closing(sqlite3.connect(part)) as target_file:
        reading.execute(text("SELECT count(*) FROM sqlite_master"))
        source = reading.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)

        def tell(status: int, left: int, total: int) -> None:
            progress(f"{total - left} of {total} pages")

        source.backup(target_file, pages=_PAGES_AT_ONCE, progress=tell)


def _count_rows(file: sqlite3.Connection) -> dict[str, int]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    names = [name for (name,) in file.execute(query) if name not in ("alembic_version", "digest_backup")]
    return {name: file.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
