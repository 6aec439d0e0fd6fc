"""Where names of places may begin in a run of capitalised words, remembered by run; the words around are not read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digest.routing.gazetteer import load_persons, name_key
from digest.routing.memo import Memo
from digest.routing.mention_patterns import SPLIT
from digest.routing.names import Known, Name, NameIndex
from digest.routing.word_lists import PLAIN_STARTS, SIDES, TITLES

_MOST_RUNS, _LONG_RUN = 30_000, 1_000
_MOST_WORDS = 5
_LETTERS = re.compile(r"[A-Za-z]*")


@dataclass(slots=True)
class Called:
    """A name that begins at a word of a run: how many words and characters it takes, and all that it may mean.

    `following` holds the first letters of the word behind it in the run; it is None where the run ends.
    """

    length: int
    size: int
    known: Known
    following: str | None


@dataclass(slots=True)
class Spot:
    """A word of a run where a name may begin.

    `start` is its place in the run, `names` has the longest first. The rest is of the word alone: whether it is as
    short as an abbreviation and all in capitals, and no name of the user's; whether the words before say that it is a
    person's name; whether a surname follows it; whether it ends with a possessive 's.
    """

    start: int
    position: int
    keys: Sequence[str]
    names: Sequence[Called]
    is_loud: bool
    is_person: bool
    has_surname: bool
    is_possessive: bool


@dataclass(slots=True)
class _Word:
    """A word of a run: its key, the words of the longest name that begins with it, what it means alone.

    No name begins with a word of `longest` 0. `letters` are the first letters of the word.
    """

    key: str
    longest: int
    alone: Called | None
    letters: str


class Spots:
    """Finds spots; runs come again, and most hold no name."""

    def __init__(self, index: NameIndex, *, most: int = _MOST_RUNS) -> None:
        self._index = index
        self._first_names, self._last_names = load_persons()
        self._words = Memo(self._look_up_word)
        self.known = Memo(self._look_up, most=most, long=_LONG_RUN)

    @property
    def remembered(self) -> int:
        """How many runs are remembered."""
        return len(self.known)

    def find(self, run: str) -> tuple[Spot, ...]:
        """Return where names may begin in a run."""
        return self.known[run]

    def _look_up_word(self, text: str) -> _Word:
        key = name_key(text[:-2] if text.endswith(("'s", "’s")) else text)
        letters = text if text.isalpha() and text.isascii() else _LETTERS.findall(text)[0]
        longest = self._index.longest.get(key, 0)
        if not longest or not text[0].isupper():
            return _Word(key, 0, None, letters)
        known = self._index.find_known(key)
        return _Word(key, longest, Called(1, len(text), known, None) if known else None, letters)

    def _look_up(self, run: str) -> tuple[Spot, ...]:
        texts = SPLIT.split(run) if "-" in run else run.split(" ")
        look_up = self._words
        words = [look_up[text] for text in texts]
        keys = [word.key for word in words]
        spots = []
        start = 0
        for position, word in enumerate(words):
            if word.longest:
                names = self._names_at(position, texts, words, keys)
                if names:
                    name = word.alone.known.name if word.alone else None
                    spots.append(self._spot(start, position, texts[position], keys, names, name))
            start += len(texts[position]) + 1
        return tuple(spots)

    def _names_at(
        self, position: int, texts: Sequence[str], words: Sequence[_Word], keys: Sequence[str]
    ) -> list[Called]:
        word = words[position]
        alone, left = word.alone, len(words) - position
        if left == 1:
            return [alone] if alone else []
        names = []
        # Two words are tried in any case, as the second may be the one that is known.
        for length in range(max(2, min(word.longest, left, _MOST_WORDS)), 1, -1):
            known = self._index.find_known(" ".join(keys[position : position + length]))
            if known is not None:
                size = len(" ".join(texts[position : position + length]))
                following = words[position + length].letters if length < left else None
                names.append(Called(length, size, known, following))
        if alone:
            names.append(Called(1, alone.size, alone.known, words[position + 1].letters))
        return names

    def _spot(
        self, start: int, position: int, text: str, keys: Sequence[str], names: Sequence[Called], name: Name | None
    ) -> Spot:
        is_loud = len(text) < 5 and text.isupper() and name is not None and not name.is_own
        is_person = position > 0 and self._is_person(keys[position - 1], name)
        is_possessive = text.endswith(("'s", "’s"))
        has_surname = not is_possessive and position + 1 < len(keys) and keys[position + 1] in self._last_names
        return Spot(start, position, keys, names, is_loud, is_person, has_surname, is_possessive)

    def _is_person(self, previous: str, name: Name | None) -> bool:
        """Tell whether a name is a person's by the word before: a title, a first name, or one that no list holds."""
        is_side = previous in SIDES or previous in PLAIN_STARTS
        if previous in TITLES or (previous in self._first_names and not is_side):
            return True
        if name is None or "s" not in name.flags or is_side or previous in self._index.states:
            return False
        return previous.isalpha() and not name.is_big and self._index.find(previous) is None
