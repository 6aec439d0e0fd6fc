"""What identifies the event of a story: its words, names and numbers as weighted features; which stories match is not decided here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import NamedTuple

from digest.routing.vectors import Vectors

OPENING_WORDS = 60
TITLE_WEIGHT, TEXT_WEIGHT, NAME_TIMES = 1.0, 0.5, 1.3
NUMBER_RARITY, SHORT_NUMBER_RARITY, UNKNOWN_RARITY = 4.0, 2.5, 5.0
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’.&][^\W_]+)*")
_SENTENCE_ENDS = frozenset(".!?:")
_STOP = frozenset(
    [
        "a",
        "about",
        "after",
        "again",
        "against",
        "all",
        "also",
        "am",
        "amid",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "day",
        "did",
        "do",
        "does",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "further",
        "get",
        "gets",
        "go",
        "goes",
        "had",
        "has",
        "have",
        "he",
        "her",
        "here",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "inside",
        "into",
        "is",
        "it",
        "its",
        "just",
        "last",
        "latest",
        "like",
        "live",
        "made",
        "make",
        "makes",
        "may",
        "me",
        "more",
        "most",
        "mr",
        "mrs",
        "ms",
        "my",
        "new",
        "news",
        "no",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "on",
        "once",
        "one",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "per",
        "photo",
        "photos",
        "report",
        "reported",
        "reports",
        "s",
        "said",
        "same",
        "say",
        "says",
        "see",
        "set",
        "she",
        "should",
        "show",
        "shows",
        "so",
        "some",
        "still",
        "such",
        "t",
        "take",
        "takes",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "today",
        "too",
        "top",
        "two",
        "under",
        "until",
        "up",
        "update",
        "updated",
        "updates",
        "us",
        "use",
        "very",
        "video",
        "vs",
        "was",
        "watch",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "why",
        "will",
        "with",
        "world",
        "would",
        "year",
        "years",
        "yesterday",
        "you",
        "your",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "week",
        "month",
        "first",
        "time",
        "people",
        "says",
        "told",
        "according",
    ]
)


class Fingerprint(NamedTuple):
    """What a story consists of: features with (weight, rarity in the language), names, numbers, a hash of the wording."""

    features: Mapping[str, tuple[float, float]]
    names: frozenset[str]
    numbers: frozenset[str]
    wording: str


def fingerprint(headline: str, text: str, vectors: Vectors | None = None) -> Fingerprint:
    """Return what identifies the event of a story: headline and first 60 words.

    `vectors` tell how rare a word is in the language; without them all words count the same.
    """
    body = text.removeprefix(headline).lstrip(" .\n")
    opening = " ".join(body[:1500].split()[:OPENING_WORDS])
    marks = _Marks(vectors)
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

    def __init__(self, vectors: Vectors | None) -> None:
        self._vectors = vectors
        self.features: dict[str, tuple[float, float]] = {}
        self.names: set[str] = set()
        self.numbers: set[str] = set()

    def take(self, part: str, weight: float, *, names_shown: bool) -> None:
        """Add the words of one part of a story."""
        starts_sentence = True
        for found in _TOKEN.finditer(part):
            token = found[0]
            word = stem(token)
            is_number = token[0].isdigit()
            if is_number:
                self.numbers.add(word)
            elif names_shown and token[0].isupper() and not starts_sentence and word not in _STOP:
                self.names.add(word)
            starts_sentence = part[found.end() : found.end() + 1] in _SENTENCE_ENDS
            if word not in _STOP and (len(word) > 1 or is_number) and word not in self.features:
                self.features[word] = (weight, self._rarity(token))

    def _rarity(self, token: str) -> float:
        if token[0].isdigit():
            return NUMBER_RARITY if len(token) > 2 else SHORT_NUMBER_RARITY
        word = token.lower()
        if word.endswith(("'s", "’s")):
            word = word[:-2]
        return self._vectors.rarity(word) if self._vectors else UNKNOWN_RARITY


def stem(token: str) -> str:
    """Return the form in which words are compared: no possessive, no plural, no ending in -ed or -ing."""
    word = token.lower().replace("’", "'")
    if word.endswith("'s"):
        word = word[:-2]
    word = word.replace("'", "").replace(".", "") if not word[:1].isdigit() else word.replace(",", "")
    for ending, least in (("ing", 6), ("ies", 5), ("ed", 5), ("es", 5), ("s", 4)):
        if len(word) >= least and word.endswith(ending) and not word.endswith(("ss", "us")):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word
