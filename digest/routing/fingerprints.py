"""What identifies the event of a story: its words, names and numbers as weighted features; which stories match is not decided here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import NamedTuple

OPENING_WORDS = 60
TITLE_WEIGHT, TEXT_WEIGHT = 2.0, 1.0
NAME_TIMES, NUMBER_TIMES = 1.5, 1.2
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’.&][^\W_]+)*")
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
    """A story's features with their weight before rarity, those that are names, its numbers, a hash of the wording."""

    features: Mapping[str, float]
    names: frozenset[str]
    numbers: frozenset[str]
    wording: str


def fingerprint(headline: str, text: str) -> Fingerprint:
    """Return what identifies the event of a story: headline and first 60 words."""
    body = text.removeprefix(headline).lstrip(" .\n")
    opening = " ".join(body[:1500].split()[:OPENING_WORDS])
    features: dict[str, float] = {}
    names: set[str] = set()
    numbers: set[str] = set()
    capitals = sum(word[:1].isupper() for word in headline.split())
    titled = capitals > 0.6 * max(1, len(headline.split()))
    for part, weight, names_shown in ((headline, TITLE_WEIGHT, not titled), (opening, TEXT_WEIGHT, True)):
        starts_sentence = True
        for found in _TOKEN.finditer(part):
            token = found[0]
            word = stem(token)
            if token[0].isdigit():
                numbers.add(word)
            elif names_shown and token[0].isupper() and not starts_sentence and word not in _STOP:
                names.add(word)
            starts_sentence = part[found.end() : found.end() + 1] in ".!?:" and found.end() < len(part)
            if word not in _STOP and (len(word) > 1 or token[0].isdigit()):
                features[word] = max(features.get(word, 0.0), weight)
    for word in names:
        if word in features:
            features[word] *= NAME_TIMES
    wording = hashlib.blake2b(" ".join(sorted(features)).encode(), digest_size=8).hexdigest()
    return Fingerprint(features, frozenset(names & features.keys()), frozenset(numbers), wording)


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
