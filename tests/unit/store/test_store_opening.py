"""Opening a store: files, folders, modes, and errors that say what to do."""

from __future__ import annotations

import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from digest.errors import StoreError
from digest.store import Store, subscribers, suppressions
from digest.store.subscribers import NewSubscriber
from digest.subscriptions.records import erase
from digest.testing.stores import temporary_store


def test_a_new_store_makes_its_folder_and_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """Addresses of readers are nobody else's business on a shared machine."""
    with Store.open("sqlite:///var/digest.db", root=tmp_path) as store, store.begin() as connection:
        connection.execute(text("INSERT INTO secrets (name, value) VALUES ('a', 'b')"))
        files = list((tmp_path / "var").iterdir())
        assert files
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_settings_of_sqlite_are_as_promised() -> None:
    """WAL, enforced foreign keys, ten seconds of patience, one fsync a checkpoint, freed bytes overwritten."""
    with temporary_store() as store, store.read() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous", "secure_delete")
        }
    expected = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10_000, "synchronous": 1, "secure_delete": 1}
    assert found == expected


def test_reading_a_store_that_does_not_exist_makes_nothing(tmp_path: Path) -> None:
    """A preview in a fresh project sees an empty store and leaves no file."""
    with Store.open("sqlite:///var/digest.db", root=tmp_path, read_only=True) as store, store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM stories")).scalar_one() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_reader_sees_a_writers_rows_and_cannot_write(tmp_path: Path) -> None:
    """Read-only stores follow what others commit; the database itself refuses their writes."""
    writer = Store.open("sqlite:///digest.db", root=tmp_path)
    reader = Store.open("sqlite:///digest.db", root=tmp_path, read_only=True)
    with writer, reader:
        with writer.begin() as connection:
            connection.execute(text("INSERT INTO secrets (name, value) VALUES ('a', 'b')"))
        with reader.read() as connection:
            assert connection.execute(text("SELECT value FROM secrets")).scalar_one() == "b"
        with pytest.raises(StoreError, match="readonly"), reader.read() as connection:
            connection.execute(text("DELETE FROM secrets"))


def test_a_reader_does_not_wait_for_a_writer() -> None:
    """While one transaction writes, another reads the state before it."""
    with temporary_store() as store, store.begin() as writing:
        writing.execute(text("INSERT INTO secrets (name, value) VALUES ('a', 'b')"))
        with store.read() as reading:
            assert reading.execute(text("SELECT count(*) FROM secrets")).scalar_one() == 0


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://example.com/x", "write sqlite:///FILE or postgresql://"),
        ("sqlite:///a-folder", "check that the folder can be written"),
        ("sqlite:///not-a-database.db", "is a database of this program"),
        ("postgresql://nobody@127.0.0.1:1/none", "check address, user and password"),
    ],
)
def test_an_opening_that_fails_says_what_to_do(tmp_path: Path, url: str, message: str) -> None:
    """A wrong URL, a folder, another file, a server that is not there: one line and an action, no password."""
    (tmp_path / "a-folder").mkdir()
    (tmp_path / "not-a-database.db").write_text("something else, long enough to be looked at" * 50)
    with pytest.raises(StoreError) as caught:
        Store.open(url, root=tmp_path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_passing_trouble_of_the_database_is_told_as_such() -> None:
    """What the driver reports as operational becomes a StoreError that may pass."""
    with temporary_store() as store:
        with pytest.raises(StoreError) as caught, store.begin() as connection:
            connection.execute(text("SELECT * FROM no_such_table"))
        assert caught.value.is_temporary


def test_opening_an_up_to_date_store_does_not_import_alembic(tmp_path: Path) -> None:
    """The command line starts without the migration library."""
    Store.open("sqlite:///digest.db", root=tmp_path).close()
    code = (
        "import sys; from pathlib import Path; from digest.store import Store;"
        "Store.open('sqlite:///digest.db', root=Path(sys.argv[1])).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0


def test_an_erased_address_is_in_no_file_of_the_store(tmp_path: Path) -> None:
    """Neither the database, nor its free pages, nor its log hold an address once it was erased."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    people = [NewSubscriber(f"Reader{number}@example.com", f"reader{number}@example.com") for number in range(300)]
    with Store.open("sqlite:///digest.db", root=tmp_path) as store:
        with store.begin() as connection:
            subscribers.add_subscribers(connection, people, now)
            suppressions.add_suppression(connection, "reader7@example.com", reason="hard bounce", now=now)
        assert _files_hold(tmp_path, b"reader7@")
        with store.begin() as connection:
            erase(connection, "reader7@example.com", now)
        assert not _files_hold(tmp_path, b"reader7@")
        assert _files_hold(tmp_path, b"reader8@")


def _files_hold(folder: Path, text: bytes) -> bool:
    return any(text in file.read_bytes().lower() for file in folder.iterdir())
