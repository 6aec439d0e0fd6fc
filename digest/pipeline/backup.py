"""Backup and restore of the store: what was there before a restore is kept, and nothing is sent again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from digest.errors import UsageError
from digest.pipeline.workspace import Workspace
from digest.store.backups import Backup, fill_from, read_backup, write_backup
from digest.store.restoring import settle_restored
from digest.store.tables import editions, stories, subscribers
from digest.store.tables_delivery import senders

Progress = Callable[[str], None]
_ALIVE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. `kept` is the backup of what was there before, None where there was nothing."""

    backup: Backup
    held: tuple[str, ...]
    kept: Path | None


def back_up(workspace: Workspace, path: Path | None, *, progress: Progress = lambda text: None) -> Backup:
    """Write a backup of the store to `path`, `var/backups/digest-<time>.db` unless given; daemons may go on.

    Raises StoreError where the file cannot be written, UsageError where there is nothing to keep.
    """
    now = workspace.clock()
    if not _has_content(workspace):
        raise UsageError("the store is empty: there is nothing to back up")
    return write_backup(workspace.store, path or _backup_path(workspace, "digest", now), made_at=now, progress=progress)


def restore(
    workspace: Workspace, path: Path, *, force: bool = False, progress: Progress = lambda text: None
) -> Restored:
    """Replace the store's content by a backup's, of SQLite or PostgreSQL alike; see `settle_restored`.

    Raises StoreError for a file that is no backup, UsageError while somebody works with the store unless `force`.
    """
    now, backup = workspace.clock(), read_backup(path)
    if not force and (busy := _who_works(workspace, now)):
        raise UsageError(f"{busy} works with this store; stop it first, or say --force where it is dead")
    kept = None
    if _has_content(workspace):
        kept = _backup_path(workspace, "before-restore", now)
        write_backup(workspace.store, kept, made_at=now, progress=progress)
    held: list[str] = []

    def settle(connection: Connection) -> None:
        held.extend(settle_restored(connection, made_at=backup.made_at, now=now))

    fill_from(workspace.store, path, then=settle, progress=progress)
    return Restored(backup, tuple(held), kept)


def _backup_path(workspace: Workspace, name: str, now: datetime) -> Path:
    return workspace.at_root(f"var/backups/{name}-{now:%Y%m%dT%H%M%SZ}.db")


def _has_content(workspace: Workspace) -> bool:
    with workspace.store.read() as connection:
        found = (connection.execute(select(table).limit(1)).first() for table in (stories, editions, subscribers))
        return any(row is not None for row in found)


def _who_works(workspace: Workspace, now: datetime) -> str:
    """Return who sends or builds with this store at the moment; empty where nobody does."""
    with workspace.store.read() as connection:
        owned = select(editions.c.owner).where(editions.c.owner != "", editions.c.lease_until > now)
        sending = select(senders.c.name).where(senders.c.seen_at > now - _ALIVE)
        return connection.scalar(owned.limit(1)) or connection.scalar(sending.limit(1)) or ""
