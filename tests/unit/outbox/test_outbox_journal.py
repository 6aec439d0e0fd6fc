"""The sender's journal: what can be read of it while its sender lives, and after."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from digest.outbox.journal import Journal, Traces, find_traces, has_journal, remove_journal

CRASH = """
import os, sys
from pathlib import Path
from digest.outbox.journal import Journal
journal = Journal.create(Path(sys.argv[1]), "dead")
for number in (5, 6, 7):
    journal.note_body(number)
journal.settle([6])
journal.note_taken(7)
journal.note_taken(8)
journal.note_composing(9)
os.kill(os.getpid(), 9)
"""


def test_traces_survive_a_kill(tmp_path: Path) -> None:
    """After `kill -9` the journal tells what was on the wire, what was taken and what was being made."""
    subprocess.run([sys.executable, "-c", CRASH, str(tmp_path)], check=False)
    assert has_journal(tmp_path, "dead")
    assert find_traces(tmp_path, "dead") == Traces(frozenset({5}), 9, frozenset({7}))
    remove_journal(tmp_path, "dead")
    assert not has_journal(tmp_path, "dead")


def test_living_sender_is_left_alone(tmp_path: Path) -> None:
    """While its sender lives, a journal gives nothing away."""
    journal = Journal.create(tmp_path, "alive")
    journal.note_body(1)
    assert find_traces(tmp_path, "alive") is None
    journal.close()
    assert find_traces(tmp_path, "alive") == Traces(frozenset({1}), 0)


def test_clean_end_leaves_nothing(tmp_path: Path) -> None:
    """A sender that ends with everything recorded takes its journal away."""
    journal = Journal.create(tmp_path, "clean")
    for number in range(1, 20_000):
        journal.note_body(number)
        journal.settle([number])
    journal.close()
    assert not has_journal(tmp_path, "clean")
    with pytest.raises(FileNotFoundError):
        find_traces(tmp_path, "clean")


def test_another_boot_means_nothing(tmp_path: Path) -> None:
    """After a restart of the machine the content may be older than the ledger, so it is not believed."""
    journal = Journal.create(tmp_path, "old")
    journal.note_body(1)
    journal.close()
    path = tmp_path / "old.journal"
    content = path.read_bytes()
    path.write_bytes(b"another boot".ljust(64, b"\0") + content[64:])
    with pytest.raises(InterruptedError):
        find_traces(tmp_path, "old")


def test_cut_file_means_nothing(tmp_path: Path) -> None:
    """A journal that was cut short is not believed."""
    journal = Journal.create(tmp_path, "cut")
    journal.note_body(1)
    journal.close()
    os.truncate(tmp_path / "cut.journal", 100)
    with pytest.raises(InterruptedError):
        find_traces(tmp_path, "cut")
