"""Weighted words and phrases of all sections, found in one pass over a text; it decides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from digest.routing.memo import Memo

STRONG, ORDINARY, WEAK, AGAINST = 2.0, 1.0, 0.4, -2.0
PHRASE_TIMES, TITLE_TIMES = 1.25, 2.0
LEAST_POINTS, MOST_POINTS = -4.0, 8.0
_WORD = re.compile(r"[^\W_]+(?:[.&'’][^\W_]+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0fff\u3040-\u30ff\u3400-\u9fff]")


class Term(NamedTuple):
    """A word or phrase of a section, and its points."""

    section: int
    text: str
    points: float


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A term found in a text, with the points it got there; those of the lowest `rank` are told first."""

    text: str
    points: float
    in_title: bool
    rank: tuple[float, str]


_ANY: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Chunk:
    """What stands between two spaces: its words, the numbers of their terms, and whether a phrase may begin in it.

    Where only certain words may go on with that phrase, they are the `seconds`.
    """

    words: tuple[str, ...]
    terms: tuple[int, ...]
    begins: bool
    seconds: frozenset[str]

    def may_go_on(self, following: Sequence[_Chunk]) -> bool:
        """Tell whether what comes next may go on with the phrase; without `seconds` anything may."""
        if not self.seconds:
            return True
        if not following:
            return False
        words = following[0].words
        return not words or words[0] in self.seconds


def words_of(text: str) -> list[str]:
    """Split a text into lower-case words; hyphens separate, a possessive 's goes."""
    if text.isascii() and text.isalpha():
        return [text.lower()]
    words = _WORD.findall(text.lower())
    return [word[:-2] if word.endswith(("'s", "’s")) else word for word in words]


class Lexicon:
    """The terms of several sections, by word."""

    def __init__(self, sections: Sequence[Mapping[float, Iterable[str]]]) -> None:
        self._terms: dict[Term, int] = {}
        self._words: dict[str, list[int]] = {}
        self._prefixes: dict[str, list[int]] = {}
        self._phrases: dict[str, dict[str, list[tuple[tuple[str, ...], int]]]] = {}
        self._most_words = 1
        self._unspaced: list[tuple[str, int]] = []
        self._known = Memo(self._look_up)
        for number, section in enumerate(sections):
            for points, terms in section.items():
                for text in terms:
                    self._add(number, text.strip(), points)
        # For each term its section, and how it counts in the title and in the text.
        self._hits = [
            (term.section, _hit(term.text, term.points * TITLE_TIMES, True), _hit(term.text, term.points, False))
            for term in self._terms
        ]
        self._shortest = min(map(len, self._prefixes), default=1)
        self._heads = frozenset(prefix[: self._shortest] for prefix in self._prefixes)
        self._longest = max(map(len, self._prefixes), default=0)

    def _add(self, section: int, text: str, points: float) -> None:
        words = words_of(text)
        if not words:
            return
        if len(words) > 1:
            last = words[-1] + ("*" if text.endswith("*") else "")
            number = self._number(Term(section, text, points * PHRASE_TIMES))
            rest = (*words[1:-1], last)
            self._most_words = max(self._most_words, len(words))
            # By the first two words; a second one with an open end stands under "".
            second = "" if rest[0].endswith("*") else rest[0]
            self._phrases.setdefault(words[0], {}).setdefault(second, []).append((rest, number))
        elif _UNSPACED.search(text):
            text = text.rstrip("*").lower()
            self._unspaced.append((text, self._number(Term(section, text, points))))
        else:
            terms = self._prefixes if text.endswith("*") else self._words
            terms.setdefault(words[0], []).append(self._number(Term(section, text, points)))

    def _number(self, term: Term) -> int:
        return self._terms.setdefault(term, len(self._terms))

    def find(self, title: str, text: str) -> dict[int, list[Hit]]:
        """Return the distinct terms found, by section; those in the title count double."""
        return self.find_in_chunks(title.split(), text.split())

    def find_in_chunks(self, title: Sequence[str], text: Sequence[str]) -> dict[int, list[Hit]]:
        """Do the same for texts that are split at white space."""
        in_title = self._find(title)
        hits: dict[int, list[Hit]] = {}
        for number in sorted(in_title):
            section, hit, _ = self._hits[number]
            hits.setdefault(section, []).append(hit)
        for number in sorted(self._find(text) - in_title):
            section, _, hit = self._hits[number]
            hits.setdefault(section, []).append(hit)
        return hits

    def _find(self, chunks: Sequence[str]) -> set[int]:
        found: set[int] = set()
        known = list(map(self._known.__getitem__, chunks))
        for at, chunk in enumerate(known):
            if chunk.terms:
                found.update(chunk.terms)
            if chunk.begins and chunk.may_go_on(known[at + 1 : at + 2]):
                self._find_phrases(known, at, found)
        if self._unspaced:
            lower = " ".join(chunks).lower()
            found.update(number for text, number in self._unspaced if text in lower)
        return found

    def _find_phrases(self, chunks: Sequence[_Chunk], at: int, found: set[int]) -> None:
        """Find the phrases that begin in one chunk."""
        phrases = self._phrases
        words = list(chunks[at].words)
        first = len(words)
        wanted = first + self._most_words - 1
        while len(words) < wanted and (at := at + 1) < len(chunks):
            words += chunks[at].words
        for following, word in enumerate(words[:first], 1):
            if word in phrases and following < len(words):
                by_second = phrases[word]
                for second in (words[following], ""):
                    for rest, number in by_second.get(second, ()):
                        if _follows(words, following, rest):
                            found.add(number)

    def _look_up(self, chunk: str) -> _Chunk:
        words = tuple(words_of(chunk))
        terms = tuple([number for word in words for number in self._terms_of(word)])
        begins = not self._phrases.keys().isdisjoint(words)
        return _Chunk(words, terms, begins, self._seconds_of(words) if begins else _ANY)

    def _seconds_of(self, words: tuple[str, ...]) -> frozenset[str]:
        """Return the words that may follow a chunk of one word in a phrase; none where any may."""
        by_second = self._phrases[words[0]] if len(words) == 1 else {}
        return _ANY if "" in by_second else frozenset(by_second)

    def _terms_of(self, word: str) -> Sequence[int]:
        terms = self._words.get(word, ())
        if word[: self._shortest] not in self._heads:
            return terms
        beginnings = [word[:length] for length in range(self._shortest, min(len(word), self._longest) + 1)]
        return [*terms, *[number for beginning in beginnings for number in self._prefixes.get(beginning, ())]]


def _hit(text: str, points: float, in_title: bool) -> Hit:
    return Hit(text, points, in_title, (-abs(points), text))


def _follows(words: list[str], start: int, rest: tuple[str, ...]) -> bool:
    if start + len(rest) > len(words):
        return False
    for offset, wanted in enumerate(rest):
        word = words[start + offset]
        if word != wanted and not (wanted[-1] == "*" and word.startswith(wanted[:-1])):
            return False
    return True


def points_of(hits: Iterable[Hit]) -> float:
    """Return the points of a section: the sum, not below -4 nor above 8."""
    return max(LEAST_POINTS, min(MOST_POINTS, sum([hit.points for hit in hits])))
