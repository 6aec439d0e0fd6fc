"""Opening the store and its transactions, on SQLite and PostgreSQL; no query of any noun."""

from __future__ import annotations

import os
import re
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from digest.errors import StoreError
from digest.model.audience import NUMBER
from digest.store.dialect import FORGETS
from digest.store.schema import create_schema, prepare_schema

_BUSY_TIMEOUT_S = 10
_BUSY_TIMEOUT_MS = str(_BUSY_TIMEOUT_S * 1000)
_USUAL = {"busy_timeout": _BUSY_TIMEOUT_MS, "synchronous": "NORMAL"}
_LOOK_AGAIN_S = 0.0005
_IDLE_TRANSACTION_S = 60
"""After so long PostgreSQL ends a transaction whose process went silent: others wait for the rows that it locked."""

_SILENT_TOO_LONG = "25P03"  # what PostgreSQL then says to the process, when it speaks again

_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""How long a PostgreSQL that does not answer is believed in, in s and ms: else a cut cable hangs for hours."""


class Store:
    """An open store. Use `begin` to write and `read` to read; both give a SQLAlchemy Connection."""

    def __init__(self, engine: Engine, *, read_only: bool = False) -> None:
        self.engine = engine
        self.read_only = read_only
        reading = {"postgresql_readonly": True} if self.is_postgresql else {"digest_begin": "DEFERRED"}
        self._readers = engine.execution_options(**reading)
        self._durable = engine.execution_options(digest_synchronous="FULL")

    @classmethod
    def open(cls, url: str, *, root: Path, read_only: bool = False) -> Self:
        """Open the store at `url` and bring its tables up to date.

        `sqlite:///FILE` is relative to `root`; its folder is made, and the file is readable by its
        owner alone. With `read_only`, nothing is made or migrated: a missing file is an empty store.
        Raises StoreError with what to do.
        """
        try:
            engine, is_new = _connect(url, root, read_only)
        except (ArgumentError, ImportError, OSError) as error:
            raise _opening_failed(url, error) from error
        try:
            if is_new:
                create_schema(engine)
            else:
                prepare_schema(engine, migrate=not read_only)
        except DBAPIError as error:
            engine.dispose()
            raise _opening_failed(url, error) from error
        except StoreError:
            engine.dispose()
            raise
        return cls(engine, read_only=read_only)

    @property
    def is_postgresql(self) -> bool:
        """Whether several machines may share this store."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def begin(self, *, durable: bool = False) -> Iterator[Connection]:
        """Give a transaction that writes: committed at the end, rolled back by an exception.

        A `durable` one also outlives a loss of power (on PostgreSQL all do). On SQLite it takes the
        write lock at once, so that two writers wait instead of failing.
        Raises StoreError where the database refuses (`is_temporary` for locks and lost connections).
        """
        if self.read_only:
            raise StoreError("this store was opened for reading only")
        with _explained():
            with (self._durable if durable else self.engine).begin() as connection:
                yield connection
                must_forget = connection.info.pop(FORGETS, False)
            if must_forget and not self.is_postgresql:
                self._empty_log()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a transaction that only reads; it never waits for writers on SQLite."""
        with _explained(), self._readers.connect() as connection:
            yield connection

    def sync(self) -> None:
        """Bring to disk what was committed: the same as a `durable` commit, without keeping writers waiting for it.

        Raises:
            StoreError: the disk failed; what was committed may not outlive a loss of power.
        """
        if self.is_postgresql or not self.engine.url.database:
            return
        try:
            log = os.open(f"{self.engine.url.database}-wal", os.O_RDONLY)
            try:
                os.fdatasync(log)
            finally:
                os.close(log)
        except FileNotFoundError:
            return  # all of it was moved into the database, which is synced then
        except OSError as error:
            raise StoreError(f"the disk of the store fails: {error.strerror}") from error

    def tidy(self, *tables: str) -> None:
        """Let PostgreSQL use the space of deleted rows again, and give back what is free at the end of a table."""
        if not self.is_postgresql:
            return
        with _explained(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in tables:
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {table}")

    def _empty_log(self) -> None:
        """Move the write-ahead log into the database and empty it: its old pages hold what was erased."""
        with closing(self.engine.raw_connection()) as connection:
            _set(connection, "busy_timeout", _BUSY_TIMEOUT_MS)
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _limit_idle_transactions(connection: Any, record: object) -> None:
    # By a statement, as a pooler between us and the server may refuse options of a connection.
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{_IDLE_TRANSACTION_S}s'")
    connection.commit()


def _connect(url: str, root: Path, read_only: bool) -> tuple[Engine, bool]:
    """Return an engine, and whether it is a fresh one in memory that has no tables yet."""
    if url.startswith("postgresql://"):
        parts = make_url(url).set(drivername="postgresql+psycopg")
        engine = create_engine(parts, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=_PATIENCE)
        event.listen(engine, "connect", _limit_idle_transactions)
        return engine, False
    if not url.startswith("sqlite:///"):
        raise StoreError(
            f"store {url!r} is of no known kind", action="write sqlite:///FILE or postgresql://USER@HOST/NAME"
        )
    path = root / url.removeprefix("sqlite:///")
    if read_only and not path.exists():
        # Named and shared: the memory of one connection cannot be read from several threads at once.
        memory = f"sqlite:///file:empty-{uuid.uuid4().hex}?mode=memory&cache=shared&uri=true"
        return _sqlite_engine(memory, poolclass=QueuePool, connect_args={"check_same_thread": False}), True
    if read_only:
        return _sqlite_engine(f"sqlite:///{path.absolute().as_uri()}?mode=ro&uri=true"), False
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return _sqlite_engine(f"sqlite:///{path.absolute()}"), False


def _sqlite_engine(url: str, **options: Any) -> Engine:
    engine = create_engine(url, **options)
    writable = "mode=ro" not in url

    @event.listens_for(engine, "connect")
    def _configure(dbapi_connection: Any, _: Any) -> None:
        # The driver's own BEGIN comes too late for a snapshot; we say BEGIN ourselves below.
        dbapi_connection.isolation_level = None
        dbapi_connection.create_function("digest_number", 1, _number, deterministic=True)
        pragmas = [f"{name} = {value}" for name, value in _USUAL.items()] + ["foreign_keys = ON"]
        pragmas.append("secure_delete = ON")  # what is erased is overwritten in the file, not only unlinked
        for pragma in [*pragmas, "journal_mode = WAL"] if writable else pragmas:
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        kind = options.get("digest_begin", "IMMEDIATE")
        wanted = options.get("digest_synchronous", "NORMAL")
        if writable:
            _set(connection.connection, "synchronous", wanted)
        if writable and kind == "IMMEDIATE":
            _set(connection.connection, "busy_timeout", "0")
            _wait_for_turn(connection)
        else:
            _set(connection.connection, "busy_timeout", _BUSY_TIMEOUT_MS)
            connection.exec_driver_sql("BEGIN DEFERRED")

    return engine


def _set(connection: PoolProxiedConnection, setting: str, value: str) -> None:
    """Change a setting of SQLite, where it is another one: setting it takes as long as to record three results."""
    if connection.info.get(setting, _USUAL[setting]) != value:
        assert connection.dbapi_connection is not None
        connection.dbapi_connection.execute(f"PRAGMA {setting} = {value}")
        connection.info[setting] = value


def _wait_for_turn(connection: Connection) -> None:
    """Begin to write as soon as no other process does.

    SQLite itself waits longer from one look to the next, up to 0.1 s: between two processes that write all the time,
    one would hardly ever have its turn.
    """
    driver = connection.connection.dbapi_connection
    assert driver is not None
    ends_at = time.monotonic() + _BUSY_TIMEOUT_S
    while not _has_begun(driver) and time.monotonic() < ends_at:
        time.sleep(_LOOK_AGAIN_S)
    if not driver.in_transaction:
        raise StoreError(f"another process has been writing for {_BUSY_TIMEOUT_S} s", is_temporary=True)


def _has_begun(driver: Any) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise StoreError(f"the store does not answer as it should: {error}", is_temporary=True) from error
        return False
    return True


def _number(text: str | None) -> float | None:
    """Give audiences a number where a text is one; SQLite's own CAST takes any text."""
    return float(text) if text is not None and re.fullmatch(NUMBER, text) else None


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise StoreError(f"the store does not answer as it should: {error.orig}", is_temporary=True) from error
    except InternalError as error:
        if getattr(error.orig, "sqlstate", None) != _SILENT_TOO_LONG:
            raise
        raise StoreError("the store ended a transaction that was silent too long", is_temporary=True) from error


def _opening_failed(url: str, error: Exception) -> StoreError:
    if url.startswith("sqlite"):
        return StoreError(
            f"cannot open the store {url}: {getattr(error, 'orig', error)}",
            action="check that the folder can be written and that the file is a database of this program",
        )
    if isinstance(error, ImportError):
        return StoreError(
            "a postgresql:// store needs psycopg", action="install it with pip install 'digest[postgres]'"
        )
    shown = str(getattr(error, "orig", error)).strip().splitlines() or [type(error).__name__]
    return StoreError(
        f"cannot open the PostgreSQL store: {shown[0]}",
        action="check address, user and password in DIGEST_STORE",
    )
