"""The table that makes an entry when it is asked for."""

from __future__ import annotations

import weakref

import pytest

from digest.routing.memo import Memo


class Reader:
    """Counts what it reads."""

    def __init__(self, *, most: int) -> None:
        self.read: list[str] = []
        self.known = Memo(self._read, most=most, long=5)

    def _read(self, text: str) -> int:
        self.read.append(text)
        return len(text)


def test_what_is_known_is_not_made_again() -> None:
    """A text is read once, unless it is too long to come again or the table was full in between."""
    reader = Reader(most=2)
    assert [reader.known[text] for text in ("one", "one", "three", "longer", "longer")] == [3, 3, 5, 6, 6]
    assert reader.read == ["one", "three", "longer", "longer"]
    assert [reader.known[text] for text in ("four", "one")] == [4, 3]
    assert reader.read[4:] == ["four", "one"]
    assert len(reader.known) == 2


def test_owner_goes_at_once() -> None:
    """A table does not keep the owner whose method it calls; without the owner nothing new is made."""
    reader = Reader(most=2)
    known, owner = reader.known, weakref.ref(reader)
    assert known["one"] == 3
    del reader
    assert owner() is None
    assert known["one"] == 3
    with pytest.raises(KeyError):
        known["two"]
