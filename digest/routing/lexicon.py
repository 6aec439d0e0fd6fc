"""Weighted words and phrases of all sections, found in one pass over a text; it decides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

STRONG, ORDINARY, WEAK, AGAINST = 2.0, 1.0, 0.4, -2.0
PHRASE_TIMES, TITLE_TIMES = 1.25, 2.0
LEAST_POINTS, MOST_POINTS = -4.0, 8.0
_WORD = re.compile(r"[^\W_]+(?:[.&'’][^\W_]+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0fff\u3040-\u30ff\u3400-\u9fff]")
_MEMO = 200_000


class Term(NamedTuple):
    """A word or phrase of a section, and its points."""

    section: int
    text: str
    points: float


class Hit(NamedTuple):
    """A term found in a text, with the points it got there."""

    text: str
    points: float
    in_title: bool


def words_of(text: str) -> list[str]:
    """Split a text into lower-case words; hyphens separate, a possessive 's goes."""
    words = _WORD.findall(text.lower())
    return [word[:-2] if word.endswith(("'s", "’s")) else word for word in words]


class Lexicon:
    """The terms of several sections, by word."""

    def __init__(self, sections: Sequence[Mapping[float, Iterable[str]]]) -> None:
        self.size = len(sections)
        self._words: dict[str, list[Term]] = {}
        self._prefixes: dict[str, list[Term]] = {}
        self._phrases: dict[str, list[tuple[tuple[str, ...], Term]]] = {}
        self._unspaced: list[Term] = []
        self._memo: dict[str, tuple[Term, ...]] = {}
        self._silent: set[str] = set()
        for number, section in enumerate(sections):
            for points, terms in section.items():
                for text in terms:
                    self._add(number, text.strip(), points)
        self._shortest = min(map(len, self._prefixes), default=1)
        self._longest = max(map(len, self._prefixes), default=0)

    def _add(self, section: int, text: str, points: float) -> None:
        words = words_of(text)
        if not words:
            return
        if len(words) > 1:
            last = words[-1] + ("*" if text.endswith("*") else "")
            term = Term(section, text, points * PHRASE_TIMES)
            self._phrases.setdefault(words[0], []).append(((*words[1:-1], last), term))
        elif _UNSPACED.search(text):
            self._unspaced.append(Term(section, text.rstrip("*").lower(), points))
        elif text.endswith("*"):
            self._prefixes.setdefault(words[0], []).append(Term(section, text, points))
        else:
            self._words.setdefault(words[0], []).append(Term(section, text, points))

    def find(self, title: str, text: str) -> list[list[Hit]]:
        """Return for each section the distinct terms found; those in the title count double."""
        title_words, text_words = words_of(title), words_of(text)
        in_text = self._terms(text_words) | self._written(text)
        in_title = self._terms(title_words) | self._written(title)
        hits: list[list[Hit]] = [[] for _ in range(self.size)]
        for term in in_title:
            hits[term.section].append(Hit(term.text, term.points * TITLE_TIMES, True))
        for term in in_text - in_title:
            hits[term.section].append(Hit(term.text, term.points, False))
        return hits

    def _terms(self, words: list[str]) -> set[Term]:
        found: set[Term] = set()
        memo, phrases = self._memo, self._phrases
        for word in set(words).difference(self._silent):
            found.update(memo.get(word) or self._look_up(word))
        if not phrases.keys().isdisjoint(words):
            for position, word in enumerate(words):
                for rest, term in phrases.get(word, ()):
                    if _follows(words, position + 1, rest):
                        found.add(term)
        return found

    def _look_up(self, word: str) -> tuple[Term, ...]:
        terms = list(self._words.get(word, ()))
        for length in range(self._shortest, min(len(word), self._longest) + 1):
            terms += self._prefixes.get(word[:length], ())
        if len(self._memo) + len(self._silent) > _MEMO:
            self._memo.clear()
            self._silent.clear()
        if not terms:
            self._silent.add(word)
            return ()
        return self._memo.setdefault(word, tuple(terms))

    def _written(self, text: str) -> set[Term]:
        """Find terms of scripts that put no space between words."""
        if not self._unspaced:
            return set()
        lower = text.lower()
        return {term for term in self._unspaced if term.text in lower}


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
    return max(LEAST_POINTS, min(MOST_POINTS, sum(hit.points for hit in hits)))
