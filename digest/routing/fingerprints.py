"""What identifies a story's event: words, names and numbers as features; which stories match is decided elsewhere."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import NamedTuple

from digest.routing.vectors import Vectors
from digest.routing.word_lists import STOP

OPENING_WORDS = 60
_MEMO = 200_000
TITLE_WEIGHT, TEXT_WEIGHT, NAME_TIMES = 1.0, 0.5, 1.3
NUMBER_RARITY, SHORT_NUMBER_RARITY, UNKNOWN_RARITY = 4.0, 2.5, 5.0
_TOKEN = re.compile(r"(\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’.&][^\W_]+)*)([.!?:]?)")
"""A word or number, and the mark behind it that ends a sentence."""


class Fingerprint(NamedTuple):
    """A story as features with (weight, rarity in the language), names, numbers, and a hash of the wording."""

    features: Mapping[str, tuple[float, float]]
    names: frozenset[str]
    numbers: frozenset[str]
    wording: str


def fingerprint(headline: str, text: str, lookup: Words) -> Fingerprint:
    """Return what identifies the event of a story: headline and first 60 words."""
    body = text.removeprefix(headline).lstrip(" .\n")
    opening = " ".join(body[:1500].split()[:OPENING_WORDS])
    marks = _Marks(lookup)
    words = headline.split()
    titled = sum(word[:1].isupper() for word in words) > 0.6 * max(1, len(words))
    marks.take(headline, TITLE_WEIGHT, names_shown=not titled)
    marks.take(opening, TEXT_WEIGHT, names_shown=True)
    for name in marks.names & marks.features.keys():
        weight, rarity = marks.features[name]
        marks.features[name] = (weight * NAME_TIMES, rarity)
    wording = hashlib.blake2b(" ".join(sorted(marks.features)).encode(), digest_size=8).hexdigest()
    return Fingerprint(
        marks.features, frozenset(marks.names & marks.features.keys()), frozenset(marks.numbers), wording
    )


class _Marks:
    """Features, names and numbers, gathered part by part."""

    def __init__(self, lookup: Words) -> None:
        self._lookup = lookup
        self.features: dict[str, tuple[float, float]] = {}
        self.names: set[str] = set()
        self.numbers: set[str] = set()

    def take(self, part: str, weight: float, *, names_shown: bool) -> None:
        """Add the words of one part of a story."""
        starts_sentence = True
        known, look_up = self._lookup.known, self._lookup.look_up
        features = self.features
        for token, end in _TOKEN.findall(part):
            word, rarity, kind = known.get(token) or look_up(token)
            if kind == "number":
                self.numbers.add(word)
            elif kind == "name" and names_shown and not starts_sentence:
                self.names.add(word)
            starts_sentence = end != ""
            if kind and word not in features:
                features[word] = (weight, rarity)


class Words:
    """Stem and rarity of words, remembered; `vectors` tell how rare a word is, without them all count the same."""

    def __init__(self, vectors: Vectors | None) -> None:
        self._vectors = vectors
        self.known: dict[str, tuple[str, float, str]] = {}

    def look_up(self, token: str) -> tuple[str, float, str]:
        """Return the stem of a word as it stands in a text, its rarity, and its kind: number, name, word or none."""
        known = self.known.get(token)
        if known is None:
            if len(self.known) > _MEMO:
                self.known.clear()
            stemmed = stem(token)
            known = self.known[token] = (stemmed, self._rarity(token), _kind(token, stemmed))
        return known

    def _rarity(self, token: str) -> float:
        if token[0].isdigit():
            return NUMBER_RARITY if len(token) > 2 else SHORT_NUMBER_RARITY
        word = token.lower()
        if word.endswith(("'s", "’s")):
            word = word[:-2]
        return self._vectors.rarity(word) if self._vectors else UNKNOWN_RARITY


def _kind(token: str, stemmed: str) -> str:
    """Tell what a token is worth as a feature; a stop word or single letter is worth nothing."""
    if token[0].isdigit():
        return "number"
    if stemmed in STOP or len(stemmed) < 2:
        return ""
    return "name" if token[0].isupper() else "word"


def stem(token: str) -> str:
    """Return the form in which words are compared: no possessive, no plural, no ending in -ed or -ing."""
    word = token.lower().replace("’", "'")
    if word.endswith("'s"):
        word = word[:-2]
    word = word.replace("'", "").replace(".", "") if not word[:1].isdigit() else word.replace(",", "")
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")):
        word = word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    for ending, least in (("ing", 6), ("ed", 5)):
        if len(word) >= least and word.endswith(ending):
            return word[: -len(ending)]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word
