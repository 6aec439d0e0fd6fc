"""What identifies a story's event: words, names and numbers as features; which stories match is decided elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from digest.routing.gazetteer import Gazetteer, name_key
from digest.routing.memo import Memo
from digest.routing.vectors import Vectors
from digest.routing.word_lists import STOP

OPENING_WORDS = 60
TITLE_WEIGHT, TEXT_WEIGHT, NAME_TIMES = 1.0, 0.5, 1.3
NUMBER_RARITY, SHORT_NUMBER_RARITY, UNKNOWN_RARITY = 4.0, 2.5, 5.0
PLACE_RARITY = 4.5
"""A place is no rarer than this, however small: much happens in one town, and its name alone tells no event."""
_TOKEN = re.compile(r"(\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’.&][^\W_]+)*)([.!?:]?)")
"""A word or number, and the mark behind it that ends a sentence."""


class Fingerprint(NamedTuple):
    """A story as features with (weight, rarity in the language), names, numbers, and a hash of the wording.

    `places` are the names that are mostly those of places, or stand in a headline where all is capitalised.
    """

    features: Mapping[str, tuple[float, float]]
    names: frozenset[str]
    places: frozenset[str]
    numbers: frozenset[str]
    wording: int


def fingerprint(headline: str, text: str, lookup: Words) -> Fingerprint:
    """Return what identifies the event of a story: headline and first 60 words."""
    body = text.removeprefix(headline).lstrip(" .\n")
    opening = body[:1500].split(None, OPENING_WORDS)[:OPENING_WORDS]
    marks = _Marks(lookup)
    words = headline.split()
    titled = sum(word[:1].isupper() for word in words) > 0.6 * max(1, len(words))
    marks.take(words, TITLE_WEIGHT, names_shown=not titled)
    marks.take(opening, TEXT_WEIGHT, names_shown=True)
    for name in marks.names & marks.features.keys():
        weight, rarity = marks.features[name]
        marks.features[name] = (weight * NAME_TIMES, rarity)
    names = frozenset(marks.names & marks.features.keys())
    return Fingerprint(
        marks.features, names, frozenset(marks.places), frozenset(marks.numbers), hash(frozenset(marks.features))
    )


class _Marks:
    """Features, names and numbers, gathered part by part."""

    def __init__(self, lookup: Words) -> None:
        self._lookup = lookup
        self.features: dict[str, tuple[float, float]] = {}
        self.names: set[str] = set()
        self.places: set[str] = set()
        self.numbers: set[str] = set()

    def take(self, chunks: Iterable[str], weight: float, *, names_shown: bool) -> None:
        """Add the words of one part of a story, split at white space."""
        starts_sentence = True
        known, features = self._lookup.known, self.features
        for chunk in chunks:
            for word, rarity, kind, ends in known[chunk]:
                if kind:
                    if kind == "number":
                        self.numbers.add(word)
                    elif kind != "word":
                        if kind == "place":
                            self.places.add(word)
                        if names_shown and not starts_sentence:
                            self.names.add(word)
                    if word not in features:
                        features[word] = (weight, rarity)
                starts_sentence = ends


_Word = tuple[str, float, str, bool]
"""A word: its stem, how rare it is, its kind (number, name, place, word or none); whether a sentence ends.

What is of no kind has no rarity. A bare tuple, as tens of them are taken apart for each story.
"""


class Words:
    """Stem and rarity of words, remembered by what stands between two spaces.

    `vectors` tell how rare a word is (without them all count the same), the gazetteer which one is a place.
    """

    def __init__(self, vectors: Vectors | None, gazetteer: Gazetteer) -> None:
        self._vectors = vectors
        self._gazetteer = gazetteer
        self.known = Memo(self._look_up)

    def _look_up(self, chunk: str) -> tuple[_Word, ...]:
        if chunk.isalpha():
            return (self._word(chunk, ends=False),)
        return tuple([self._word(token, ends=end != "") for token, end in _TOKEN.findall(chunk)])

    def _word(self, token: str, *, ends: bool) -> _Word:
        stemmed = stem(token)
        kind = _kind(token, stemmed)
        if not kind or stemmed in STOP:
            return stemmed, 0.0, "", ends
        if kind == "number":
            return stemmed, NUMBER_RARITY if len(token) > 2 else SHORT_NUMBER_RARITY, kind, ends
        bare = _bare(token)
        rarity = self._vectors.rarity(bare) if self._vectors else UNKNOWN_RARITY
        if kind == "name" and self._gazetteer.is_mostly_place(name_key(bare)):
            return stemmed, min(rarity, PLACE_RARITY), "place", ends
        return stemmed, rarity, kind, ends


def _bare(token: str) -> str:
    """Return a word in lower case without a possessive 's."""
    word = token.lower()
    return word[:-2] if word.endswith(("'s", "’s")) else word


def _kind(token: str, stemmed: str) -> str:
    """Tell what a token is; a single letter is nothing."""
    if token[0].isdigit():
        return "number"
    if len(stemmed) < 2:
        return ""
    return "name" if token[0].isupper() else "word"


def stem(token: str) -> str:
    """Return the form in which words are compared: no possessive, no plural, no ending in -ed or -ing."""
    word = token.lower()
    if not word.isalpha():
        word = word.replace("’", "'").removesuffix("'s")
        word = word.replace("'", "").replace(".", "") if not word[:1].isdigit() else word.replace(",", "")
    if len(word) > 3 and word[-1] == "s" and word[-2] not in "su":
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    if word.endswith("ing") and len(word) > 5:
        return word[:-3]
    if word.endswith("ed") and len(word) > 4:
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word
