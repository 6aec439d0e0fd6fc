"""Where names of places may begin in a run of capitalised words, remembered by run; the words around are not read."""

from __future__ import annotations

import functools
from typing import NamedTuple

from digest.routing.gazetteer import load_persons, name_key
from digest.routing.mention_patterns import SPLIT
from digest.routing.names import Name, NameIndex
from digest.routing.word_lists import PLAIN_STARTS, SIDES, TITLES

_MEMO = 30_000
_MOST_WORDS = 5


class Known(NamedTuple):
    """A known name from a word of a run on: its key, how many words and characters it takes, what it may stand for."""

    key: str
    length: int
    size: int
    name: Name | None
    county: Name | None
    is_context: bool


class Spot(NamedTuple):
    """A word of a run where a name may begin.

    `start` is its place in the run, `names` has the longest first; `is_short_loud` tells that it is as short as an
    abbreviation and all in capitals, `is_titled` that a title or a first name stands before it.
    """

    start: int
    position: int
    words: list[str]
    keys: list[str]
    names: tuple[Known, ...]
    is_short_loud: bool
    is_titled: bool


class Spots:
    """Finds spots; runs come again, and most hold no name."""

    def __init__(self, index: NameIndex, *, most: int = _MEMO) -> None:
        self._index = index
        self._most = most
        self._first_names, _ = load_persons()
        self.known: dict[str, tuple[Spot, ...]] = {}

    @property
    def remembered(self) -> int:
        """How many runs are remembered."""
        return len(self.known)

    def find(self, run: str) -> tuple[Spot, ...]:
        """Return where names may begin in a run."""
        spots = self.known.get(run)
        if spots is None:
            if len(self.known) >= self._most:
                self.known.clear()
            spots = self.known[run] = self._look_up(run)
        return spots

    def _look_up(self, run: str) -> tuple[Spot, ...]:
        words = SPLIT.split(run) if "-" in run else run.split(" ")
        keys = [word_key(word) for word in words]
        if self._index.longest.keys().isdisjoint(keys):
            return ()
        spots = []
        start = 0
        for position, (word, key) in enumerate(zip(words, keys, strict=True)):
            if key in self._index.longest and word[0].isupper():
                names = self._names_at(position, words, keys)
                if names:
                    is_short_loud = len(word) < 5 and word.isupper()
                    is_titled = position > 0 and self._is_title(keys[position - 1])
                    spots.append(Spot(start, position, words, keys, names, is_short_loud, is_titled))
            start += len(word) + 1
        return tuple(spots)

    def _is_title(self, key: str) -> bool:
        """Tell whether a word is a title, or a first name and no side of a place."""
        return key in TITLES or (key in self._first_names and key not in SIDES and key not in PLAIN_STARTS)

    def _names_at(self, position: int, words: list[str], keys: list[str]) -> tuple[Known, ...]:
        index = self._index
        left = len(words) - position
        longest = max(min(index.longest[keys[position]], left, _MOST_WORDS), min(2, left))
        names = []
        for length in range(longest, 0, -1):
            key = " ".join(keys[position : position + length])
            if index.knows(key):
                size = len(" ".join(words[position : position + length]))
                names.append(Known(key, length, size, index.find(key), index.find_county(key), key in index.context))
        return tuple(names)


@functools.lru_cache(maxsize=50_000)
def word_key(word: str) -> str:
    """Return one word as it stands in keys."""
    if word.endswith(("'s", "’s")):
        word = word[:-2]
    return name_key(word)
