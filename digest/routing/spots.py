"""Where names of places may begin in a run of capitalised words, remembered by run; the words around are not read."""

from __future__ import annotations

import functools
from typing import NamedTuple

from digest.routing.gazetteer import name_key
from digest.routing.mention_patterns import SPLIT
from digest.routing.names import Name, NameIndex

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
    """A word of a run where a name may begin; `start` is its place in the run, `names` has the longest first."""

    start: int
    position: int
    words: list[str]
    keys: list[str]
    names: tuple[Known, ...]


class Spots:
    """Finds spots; runs come again, and most hold no name."""

    def __init__(self, index: NameIndex, *, most: int = _MEMO) -> None:
        self._index = index
        self._most = most
        self._memo: dict[str, tuple[Spot, ...]] = {}

    @property
    def remembered(self) -> int:
        """How many runs are remembered."""
        return len(self._memo)

    def find(self, run: str) -> tuple[Spot, ...]:
        """Return where names may begin in a run."""
        spots = self._memo.get(run)
        if spots is None:
            if len(self._memo) >= self._most:
                self._memo.clear()
            spots = self._memo[run] = self._look_up(run)
        return spots

    def _look_up(self, run: str) -> tuple[Spot, ...]:
        words = SPLIT.split(run)
        keys = [word_key(word) for word in words]
        if self._index.longest.keys().isdisjoint(keys):
            return ()
        spots = []
        start = 0
        for position, (word, key) in enumerate(zip(words, keys, strict=True)):
            if key in self._index.longest and word[0].isupper():
                names = self._names_at(position, words, keys)
                if names:
                    spots.append(Spot(start, position, words, keys, names))
            start += len(word) + 1
        return tuple(spots)

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
