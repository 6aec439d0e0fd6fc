"""What a story counts, as named parts, and which version of an event is the best; chooses nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable

from digest.config.newsletter import Newsletter
from digest.model.candidate import Candidate
from digest.model.choice import Score
from digest.selection.index import CandidateIndex
from digest.selection.situation import Situation

_FULL_STORY_WORDS = 400
"""From this length on a version counts as complete."""


class Scorer:
    """Scores positions of an index for one newsletter at one slot; remembers what does not depend on the section."""

    def __init__(self, newsletter: Newsletter, situation: Situation, index: CandidateIndex) -> None:
        self._weights = newsletter.weights
        self._editor = {name.casefold(): points for name, points in newsletter.weights.editor.items()}
        self._situation = situation
        self._slot_s = situation.slot_at.timestamp()
        self._half_life_s = max(1.0, newsletter.weights.half_life.total_seconds())
        self._index = index
        self._known: dict[int, float] = {}

    def total(self, position: int, aboutness: float) -> float:
        """Return what a story counts that is about its rule's names by this share (0 to 1)."""
        rest = self._known.get(position)
        if rest is None:
            rest = self._known[position] = self._rest(position)
        return self._weights.aboutness * aboutness + rest

    def totals(self, positions: Iterable[int]) -> list[float]:
        """Return what stories count that are about nothing the rule names."""
        known, rest = self._known, self._rest
        for position in positions:
            if position not in known:
                known[position] = rest(position)
        return [known[position] for position in positions]

    def score(self, position: int, aboutness: float, penalty: float = 0.0) -> Score:
        """Return the score with its parts named, without those that count nothing."""
        weights, candidate = self._weights, self._index.candidates[position]
        parts = (
            ("aboutness", weights.aboutness * aboutness),
            ("freshness", weights.freshness * self._freshness(position)),
            ("source", weights.source * self._source(candidate)),
            ("outlets", weights.outlets * math.log2(self._outlets(position))),
            ("picture", weights.picture * candidate.has_picture),
            ("parts", weights.parts * candidate.has_parts),
            ("editor", self._editors_points(candidate)),
            ("variety", -penalty),
        )
        return Score(tuple(part for part in parts if part[1]))

    def version_rank(self, position: int) -> float:
        """Return how good a version of its event is: source weight, freshness, completeness and a picture, added up."""
        candidate = self._index.candidates[position]
        complete = min(candidate.word_count / _FULL_STORY_WORDS, 1.0) + 0.5 * candidate.has_parts
        return self._source(candidate) + self._freshness(position) + complete + 0.3 * candidate.has_picture

    def _rest(self, position: int) -> float:
        """Return all parts but aboutness and variety in one number (the hot path: no names, no tuples)."""
        index, weights, situation = self._index, self._weights, self._situation
        candidate = index.candidates[position]
        age_s = max(0.0, self._slot_s - index.published[position])
        total: float = weights.freshness * 0.5 ** (age_s / self._half_life_s)
        total += weights.source * situation.source_weights.get(candidate.source, 1.0)
        if index.events[position] in index.versions or candidate.cluster in situation.clusters:
            total += weights.outlets * math.log2(self._outlets(position))
        if candidate.has_picture:
            total += weights.picture
        if candidate.has_parts:
            total += weights.parts
        return total + self._editors_points(candidate) if self._editor else total

    def _outlets(self, position: int) -> int:
        """Return how many sources tell the event by the end of the window, stories outside the candidates included."""
        candidate = self._index.candidates[position]
        end_at = self._situation.end_at
        versions = [self._index.candidates[p] for p in self._index.find_versions(self._index.events[position])]
        told = {version.source for version in versions if version.published_at <= end_at}
        others = self._situation.clusters.get(candidate.cluster, ())
        return max(1, len(told) + len(set(others) - {version.id for version in versions}))

    def _freshness(self, position: int) -> float:
        age_s = max(0.0, self._slot_s - self._index.published[position])
        return float(0.5 ** (age_s / self._half_life_s))

    def _source(self, candidate: Candidate) -> float:
        return self._situation.source_weights.get(candidate.source, 1.0)

    def _editors_points(self, candidate: Candidate) -> float:
        names = {candidate.source, *candidate.topics, *(tag.casefold() for tag in candidate.categories)}
        return sum(self._editor[name] for name in sorted(names & self._editor.keys()))
