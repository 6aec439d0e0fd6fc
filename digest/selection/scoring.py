"""What a story counts, as named parts, and which version of an event is the best; chooses nothing."""

from __future__ import annotations

import math

from digest.config.newsletter import Newsletter
from digest.model.candidate import Candidate
from digest.model.choice import Score
from digest.selection.index import CandidateIndex
from digest.selection.situation import Situation

PARTS = ("aboutness", "freshness", "source", "outlets", "picture", "parts", "editor", "variety")
"""The parts of a score, in the order they are told."""

Points = tuple[float, ...]
"""The weighted values of PARTS; the last one, variety, is only there for a story in its place."""

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
        self._known: dict[int, Points] = {}

    def points(self, position: int, aboutness: float) -> Points:
        """Return the parts of a story that is about its rule's names by this share (0 to 1)."""
        rest = self._known.get(position)
        if rest is None:
            rest = self._known[position] = self._measure(position)
        return (self._weights.aboutness * aboutness, *rest)

    def version_rank(self, position: int) -> float:
        """Return how good a version of its event is: source weight, freshness, completeness and a picture, added up."""
        candidate = self._index.candidates[position]
        complete = min(candidate.word_count / _FULL_STORY_WORDS, 1.0) + 0.5 * candidate.has_parts
        return self._source(candidate) + self._freshness(position) + complete + 0.3 * candidate.has_picture

    def outlets(self, position: int) -> int:
        """Return how many sources tell the event by the end of the window, stories outside the candidates included."""
        candidate = self._index.candidates[position]
        others = self._situation.clusters.get(candidate.cluster, ())
        positions = self._index.versions.get(self._index.events[position])
        if positions is None:
            return 1 + len(set(others) - {candidate.id})
        versions = [self._index.candidates[other] for other in positions]
        told = {v.source for v in versions if v.published_at <= self._situation.end_at}
        return max(1, len(told) + len(set(others) - {v.id for v in versions}))

    def _measure(self, position: int) -> Points:
        candidate, weights = self._index.candidates[position], self._weights
        return (
            weights.freshness * self._freshness(position),
            weights.source * self._source(candidate),
            weights.outlets * math.log2(self.outlets(position)),
            weights.picture * candidate.has_picture,
            weights.parts * candidate.has_parts,
            self._editors_points(candidate) if self._editor else 0.0,
        )

    def _freshness(self, position: int) -> float:
        age_s = max(0.0, self._slot_s - self._index.published[position])
        return float(0.5 ** (age_s / self._half_life_s))

    def _source(self, candidate: Candidate) -> float:
        return self._situation.source_weights.get(candidate.source, 1.0)

    def _editors_points(self, candidate: Candidate) -> float:
        names = {candidate.source, *candidate.topics, *(tag.casefold() for tag in candidate.categories)}
        return sum(self._editor[name] for name in sorted(names & self._editor.keys()))


def make_score(points: Points, penalty: float = 0.0) -> Score:
    """Return the score with its parts named, without those that count nothing."""
    return Score(tuple((name, value) for name, value in zip(PARTS, (*points, -penalty), strict=True) if value))
