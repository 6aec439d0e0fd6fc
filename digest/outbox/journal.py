"""The sender's journal: which messages are on the wire right now, readable after a crash; not the ledger.

It is a small shared memory map: a write costs no system call and survives `kill -9`, and the lock on the file tells
whether its sender lives. After a loss of power its content means nothing, which the boot id in its head shows.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from operator import setitem
from pathlib import Path
from typing import Self

_HEAD = 64
_ENTRIES = 8192
_ENTRY = struct.Struct("=Q")
_SIZE = _HEAD + _ENTRY.size * _ENTRIES
_TAKEN = 1 << 63  # stands with the id of a message that the server has taken
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Traces:
    """What a dead sender left: `taken` were accepted, `bodies` may be with the server, `composing` was being made."""

    bodies: frozenset[int]
    composing: int
    taken: frozenset[int] = frozenset()


class Journal:
    """The journal of a living sender. Delivery ids are above 0."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        os.posix_fallocate(self._file, 0, _SIZE)
        self._map = mmap.mmap(self._file, _SIZE)
        self._map[: len(_boot())] = _boot()
        self._entries = memoryview(self._map)[_HEAD:].cast("Q")
        self._free = list(range(_ENTRIES - 1, 0, -1))  # entry 0 is the one being composed
        self._places: dict[int, int] = {}
        self.note_composing: Callable[[int], None] = partial(setitem, self._entries, 0)
        """Note that a message is being made, 0 for none any more; a crash now is probably its fault."""

    @classmethod
    def create(cls, folder: Path, sender: str) -> Self:
        """Begin the journal of a sender."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder / f"{sender}.journal")

    def note_body(self, delivery_id: int) -> None:
        """Note that a message is about to be written."""
        place = self._places.get(delivery_id)
        if place is None:
            place = self._places[delivery_id] = self._free.pop()
        self._entries[place] = delivery_id

    def note_taken(self, delivery_id: int) -> None:
        """Note that the server took a message that was written; without `note_body` before, it means nothing."""
        place = self._places.get(delivery_id)
        if place is not None:
            self._entries[place] = delivery_id | _TAKEN

    def settle(self, delivery_ids: Iterable[int]) -> None:
        """Forget messages whose results are committed."""
        places = [place for place in map(self._places.pop, delivery_ids, repeat(0)) if place]
        for place in places:
            self._entries[place] = 0
        self._free += places

    def close(self) -> None:
        """End the journal; one that still holds messages stays for `read_traces`."""
        is_clean = not self._places
        if is_clean:
            self._path.unlink(missing_ok=True)
        self._entries.release()
        self._map.close()
        os.close(self._file)


class NoJournal:
    """The journal of a sender that keeps none."""

    def note_composing(self, delivery_id: int) -> None:
        """Keep nothing."""

    def note_body(self, delivery_id: int) -> None:
        """Keep nothing."""

    def note_taken(self, delivery_id: int) -> None:
        """Keep nothing."""

    def settle(self, delivery_ids: Iterable[int]) -> None:
        """Forget nothing."""


def has_journal(folder: Path, sender: str) -> bool:
    """Whether a sender of this machine left or keeps a journal."""
    return (folder / f"{sender}.journal").exists()


def find_traces(folder: Path, sender: str) -> Traces | None:
    """Return what a dead sender's journal says; None while the sender lives.

    Raises:
        FileNotFoundError: there is no journal.
        InterruptedError: the machine was started anew since; the content means nothing.
    """
    file = os.open(folder / f"{sender}.journal", os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        content = os.pread(file, _SIZE, 0)
    except BlockingIOError:
        return None
    finally:
        os.close(file)
    if content[:_HEAD].rstrip(b"\0") != _boot() or len(content) < _SIZE:
        raise InterruptedError(f"the machine was started anew since {sender} wrote its journal")
    composing, *entries = (entry for (entry,) in _ENTRY.iter_unpack(content[_HEAD:]))
    taken = frozenset(entry ^ _TAKEN for entry in entries if entry & _TAKEN)
    return Traces(frozenset(entry for entry in entries if entry and not entry & _TAKEN), composing, taken)


def remove_journal(folder: Path, sender: str) -> None:
    """Remove a dead sender's journal after its deliveries were given back."""
    (folder / f"{sender}.journal").unlink(missing_ok=True)


def _boot() -> bytes:
    try:
        return _BOOT_ID.read_bytes().strip()[:_HEAD]
    except OSError:
        return b"unknown boot"
