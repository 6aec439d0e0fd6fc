"""Scores stories against topics and the background that competes with them, and says which are told, with evidence."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, NamedTuple

from digest.model.routes import Evidence, Route
from digest.routing.lexicon import Hit, Lexicon, points_of
from digest.routing.topic_definitions import Topic, load_builtin
from digest.routing.vectors import Vectors

if TYPE_CHECKING:
    from digest.routing.vectors import Matrix

TEMPERATURE, LEXICON_TIMES, EVEN_FACETS = 0.07, 2.0, 7.0
BACKGROUND_TIMES = 0.75
TOO_CLOSE = 0.60
SECOND_SHARE = 0.40
PARENT_SHARE = 0.15
CATEGORY_BONUS = 2.0
NESTED_POINTS, NESTED_WORDS = 3.5, 20
FIRST_WORDS = 90
NEAR_MISS = 0.6
_RANK = attrgetter("rank")


class TopicText(NamedTuple):
    """What is read of a story for its topics: headline, opening words, feed categories, hints of the source."""

    title: str
    text: str
    categories: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(slots=True)
class _Scored:
    """A text with its terms by section, its number of words, the share of each section, the cosines to all facets."""

    text: TopicText
    hits: Mapping[int, list[Hit]]
    words: int
    shares: Sequence[float]
    cosines: Sequence[float] | None


class TopicRouter:
    """Routes batches of texts to topics."""

    def __init__(self, topics: Mapping[str, Topic], vectors: Vectors | None) -> None:
        self._vectors = vectors
        self._nested = [topic for topic in topics.values() if topic.parent in topics]
        self._topics = [topic for topic in topics.values() if topic.parent not in topics]
        self.dropped: list[str] = []
        background = self._keep_background(topics)
        self._sections = self._topics + background
        self._all = self._sections + self._nested
        self._lexicon = Lexicon([topic.terms for topic in self._all])
        self._facets = [facet for section in self._sections for facet in section.facets or (section.id,)]
        ends = list(accumulate(len(section.facets) or 1 for section in self._sections))
        self._rows = [slice(start, end) for start, end in pairwise([0, *ends])]
        self._first_rows = [rows.start for rows in self._rows]
        self._section_of = [number for number, rows in enumerate(self._rows) for _ in range(rows.start, rows.stop)]
        self._facet_matrix = vectors.embed([("", facet) for facet in self._facets]) if vectors else None
        self._prior = [math.log(EVEN_FACETS / max(1, len(section.facets))) for section in self._sections]

    def _keep_background(self, topics: Mapping[str, Topic]) -> list[Topic]:
        """Drop the sections that a topic of the user's own is about."""
        sections = [section for section in load_builtin("background").values() if section.id not in topics]
        own = [("", facet) for topic in topics.values() if topic.is_own for facet in topic.facets]
        if self._vectors is None or not own:
            return sections
        mine = self._vectors.embed(own)
        kept = []
        for section in sections:
            theirs = self._vectors.embed([("", facet) for facet in section.facets])
            if float((theirs @ mine.T).max()) >= TOO_CLOSE:
                self.dropped.append(section.id)
            else:
                kept.append(section)
        return kept

    def route(self, texts: Sequence[TopicText]) -> list[tuple[tuple[Route, ...], tuple[Route, ...]]]:
        """Return for each text the topics it is about and those it just missed."""
        if not (self._topics or self._nested):
            return [((), ()) for _ in texts]
        chunks = [(text.title.split(), text.text.split()) for text in texts]
        hits = [self._lexicon.find_in_chunks(title, text) for title, text in chunks]
        bases = [self._bases(found, text) for found, text in zip(hits, texts, strict=True)]
        cosines, shares = self._shares(bases, chunks)
        routes = []
        for number, text in enumerate(texts):
            words = sum(map(len, chunks[number]))
            nearest = cosines[number] if cosines is not None else None
            routes.append(self._route_one(_Scored(text, hits[number], words, shares[number], nearest)))
        return routes

    def _bases(self, hits: Mapping[int, list[Hit]], text: TopicText) -> list[float]:
        """Return what speaks for each section beside the cosine."""
        bases = self._prior.copy()
        for number, found in hits.items():
            if number < len(self._sections):
                times = LEXICON_TIMES if number < len(self._topics) else LEXICON_TIMES * BACKGROUND_TIMES
                bases[number] += times * points_of(found) / 4
        if text.categories or text.hints:
            said = {category.casefold() for category in text.categories}
            for number, section in enumerate(self._sections):
                if section.categories & said or section.id in text.hints:
                    bases[number] += CATEGORY_BONUS
        return bases

    def _shares(
        self, bases: Sequence[Sequence[float]], chunks: Sequence[tuple[Sequence[str], Sequence[str]]]
    ) -> tuple[list[list[float]] | None, list[list[float]]]:
        """Return the cosines to all facets, where there are vectors, and each section's share, text by text."""
        if self._vectors is None or self._facet_matrix is None or not bases:
            return None, [self._shares_without_vectors(base) for base in bases]
        import numpy as np

        matrix = self._vectors.embed_chunks(chunks)
        # einsum, as the thread pool of a matrix product costs more than so small a product.
        cosines: Matrix = np.einsum("ij,kj->ik", matrix, self._facet_matrix)
        scores = np.asarray(bases).take(self._section_of, axis=1) + cosines / TEMPERATURE
        masses = np.exp(scores - scores.max(axis=1, keepdims=True))
        sums = np.add.reduceat(masses, self._first_rows, axis=1)
        shares: list[list[float]] = (sums / sums.sum(axis=1, keepdims=True)).tolist()
        return cosines.tolist(), shares

    def _shares_without_vectors(self, bases: Sequence[float]) -> list[float]:
        top = max(bases, default=0.0)
        masses = [(rows.stop - rows.start) * math.exp(base - top) for rows, base in zip(self._rows, bases, strict=True)]
        total = sum(masses) or 1.0
        return [mass / total for mass in masses]

    def _route_one(self, scored: _Scored) -> tuple[tuple[Route, ...], tuple[Route, ...]]:
        shares, hits = scored.shares, scored.hits
        told: list[Route] = []
        near: list[Route] = []
        order = sorted(range(len(self._topics)), key=shares.__getitem__, reverse=True)
        for rank, number in enumerate(order):
            topic, share = self._topics[number], shares[number]
            needed = topic.least_share if rank == 0 else max(SECOND_SHARE, topic.least_share)
            if share < NEAR_MISS * topic.least_share:
                break
            evidence = self._evidence(hits.get(number, ()), self._nearest(number, scored.cosines))
            route = Route(topic.id, round(share, 4), round(share, 4), evidence)
            (told if share >= needed else near).append(route)
        for offset, topic in enumerate(self._nested):
            self._take_nested(topic, hits.get(len(self._sections) + offset, []), scored, told, near)
        for topic in self._nested:
            if any(route.id == topic.id for route in told):
                self._take_parent(topic, shares, told, near)
        return tuple(told), tuple(near[:3])

    def _nearest(self, number: int, cosines: Sequence[float] | None) -> tuple[str, float] | None:
        """Return the facet of a section that is nearest to the text, with its cosine."""
        if cosines is None:
            return None
        rows = self._rows[number]
        return max(zip(self._facets[rows], cosines[rows], strict=True), key=itemgetter(1))

    def _take_nested(
        self, topic: Topic, hits: list[Hit], scored: _Scored, told: list[Route], near: list[Route]
    ) -> None:
        text = scored.text
        if not (hits or text.categories or text.hints):
            return
        points = sum([hit.points for hit in hits])
        if topic.categories & {category.casefold() for category in text.categories} or topic.id in text.hints:
            points += CATEGORY_BONUS
        strength = points / (max(1, scored.words) / NESTED_WORDS) ** 0.3
        needed = NESTED_POINTS * topic.least_share / 0.3
        if strength < NEAR_MISS * needed:
            return
        share = min(1.0, strength / (2 * needed))
        route = Route(topic.id, round(share, 4), round(strength, 3), self._evidence(hits, None))
        (told if strength >= needed else near).append(route)

    def _take_parent(self, topic: Topic, shares: Sequence[float], told: list[Route], near: list[Route]) -> None:
        """Tell the parent beside its nested topic, unless the story is plainly about something else."""
        number = next(n for n, section in enumerate(self._topics) if section.id == topic.parent)
        if shares[number] < PARENT_SHARE or any(route.id == topic.parent for route in told):
            return
        near[:] = [route for route in near if route.id != topic.parent]
        child = next(route for route in told if route.id == topic.id)
        told.append(Route(topic.parent, round(shares[number], 4), round(shares[number], 4), child.evidence))

    @staticmethod
    def _evidence(hits: Iterable[Hit], facet: tuple[str, float] | None) -> tuple[Evidence, ...]:
        strongest = sorted(hits, key=_RANK)[:6]
        found = [_as_evidence(hit) for hit in strongest]
        if facet is not None:
            found.append(Evidence(facet[0], round(facet[1], 3), "text", "nearest description"))
        return tuple(found)


@functools.lru_cache(maxsize=20_000)
def _as_evidence(hit: Hit) -> Evidence:
    """Return a term as evidence; the same few come again and again."""
    return Evidence(hit.text, round(hit.points, 2), "headline" if hit.in_title else "text", _strength(hit))


def _strength(hit: Hit) -> str:
    points = hit.points / 2 if hit.in_title else hit.points
    if points < 0:
        return "term against"
    return "strong term" if points >= 2 else "term" if points >= 1 else "weak term"


def opening(summary: str, body: str) -> str:
    """Return the first 90 words that stand for a story, the summary first."""
    text = body if not summary or body.startswith(summary[:40]) else f"{summary} {body}"
    return " ".join(text[:1200].split(None, FIRST_WORDS)[:FIRST_WORDS])
