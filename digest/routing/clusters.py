"""Which stories are about the same event, decided one story at a time; which version leads is decided elsewhere.

Precision first: a wrong merge loses a story. A story joins the cluster it resembles most, by words, names and numbers
weighed by their rarity and by the time between; else it founds one. The same stories in the same order always give
the same clusters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from digest.model.story import Story
from digest.routing.fingerprints import Fingerprint, Words, fingerprint
from digest.routing.gazetteer import load_gazetteer
from digest.routing.members import Cluster, Member
from digest.routing.vectors import find_vectors

JOIN_AT = 0.28
WINDOW = timedelta(days=5)
"""A cluster takes no story published longer than this after its latest one, or before its first."""
COMMON, PLAIN = 2_000.0, 2.0
"""Rarity is measured as if so many clusters had been seen; a word of this rarity in the language says nothing."""
OTHER_NAMES, OTHER_NUMBERS, FULL_NUMBERS = 0.5, 0.5, 3
"""What a resemblance loses when each story names names, or so many numbers, that the other does not."""
FEATURES, LOOKED_UP, POSTINGS, COMPARED = 30, 10, 100, 4
LIVE = 20_000
"""So many clusters can still grow; the ones without a new story for longest are closed."""
BEST_MEMBERS = 3
"""So many of the members count: those most alike."""


class Clusterer:
    """Incremental clusters; a cluster's id is the id of the story that founded it."""

    def __init__(self, *, join_at: float = JOIN_AT, window: timedelta = WINDOW) -> None:
        self._join_at = join_at
        self._window = window
        self._words = Words(find_vectors(), load_gazetteer())
        self._seen: dict[str, int] = {}
        self._cluster_of: dict[str, str] = {}
        self._clusters: dict[str, Cluster] = {}
        self._postings: dict[str, list[str]] = {}
        self._wordings: dict[int, str] = {}

    @classmethod
    def from_stories(cls, stories: Iterable[Story]) -> Clusterer:
        """Rebuild the clusters of stored stories, given in the order in which they were added."""
        clusterer = cls()
        for story in stories:
            clusterer.add_story(story)
        return clusterer

    @property
    def live(self) -> int:
        """How many clusters can still grow."""
        return len(self._clusters)

    def add_story(self, story: Story) -> str:
        """Add a story; return the id of its cluster."""
        text = (
            story.body
            if not story.summary or story.body.startswith(story.summary[:40])
            else f"{story.summary} {story.body}"
        )
        return self.add(story.id, story.headline, text, story.published_at, story.source)

    def add(self, story_id: str, headline: str, text: str, published_at: datetime, source: str = "") -> str:
        """Add a story and return the id of its cluster; a known id keeps its cluster."""
        if story_id in self._cluster_of:
            return self._cluster_of[story_id]
        mark = fingerprint(headline, text, self._words)
        vector = self._weigh(mark)
        names = {word: weight**2 for word, weight in vector.items() if word in mark.names} if mark.names else {}
        places = {word: weight for word, weight in vector.items() if word in mark.places} if mark.places else {}
        member = Member(story_id, vector, names, places, mark.numbers)
        cluster = self._find(member, mark, published_at)
        if cluster is None:
            cluster = self._clusters[story_id] = Cluster(story_id, published_at, published_at)
        cluster.first_at = min(cluster.first_at, published_at)
        cluster.last_at = max(cluster.last_at, published_at)
        self._keep(cluster, member, mark)
        return cluster.id

    def _weigh(self, mark: Fingerprint) -> dict[str, float]:
        """Return the features as a unit vector, weighed by their rarity in the language and among the clusters.

        Clusters are counted, not stories: the words of a widely told event stay rare.
        """
        total, seen = math.log(len(self._clusters) + COMMON), self._seen
        weights = []
        for word, (weight, rarity) in mark.features.items():
            if rarity > PLAIN:
                clusters = seen.get(word)
                among = (total - math.log(1.0 + clusters)) / total if clusters else 1.0
                weights.append((-(weight * (rarity - PLAIN) * among), word))
        weights.sort()
        heaviest = weights[:FEATURES]
        length = math.sqrt(sum([weight**2 for weight, _ in heaviest])) or 1.0
        return {word: -weight / length for weight, word in heaviest}

    def _find(self, member: Member, mark: Fingerprint, published_at: datetime) -> Cluster | None:
        same = self._clusters.get(self._wordings.get(mark.wording, ""))
        if same is not None and mark.features and self._in_time(same, published_at):
            return same
        best, best_score = None, self._join_at
        for cluster_id in self._most_voted(member):
            cluster = self._clusters.get(cluster_id)
            if cluster is not None and self._in_time(cluster, published_at):
                score = _resemblance(member, cluster, best_score)
                if score > best_score:
                    best, best_score = cluster, score
        return best

    def _most_voted(self, member: Member) -> list[str]:
        """Return the clusters that hold most of a story's heaviest features; of equal ones the smallest ids."""
        votes: dict[str, float] = {}
        for word, weight in islice(member.vector.items(), LOOKED_UP):
            for cluster_id in self._postings.get(word, ()):
                votes[cluster_id] = votes.get(cluster_id, 0.0) - weight
        least = sorted(votes.values())[:COMPARED]
        best = sorted([(vote, cluster_id) for cluster_id, vote in votes.items() if vote <= least[-1]])
        return [cluster_id for _, cluster_id in best[:COMPARED]]

    def _in_time(self, cluster: Cluster, published_at: datetime) -> bool:
        return cluster.first_at - self._window <= published_at <= cluster.last_at + self._window

    def _keep(self, cluster: Cluster, member: Member, mark: Fingerprint) -> None:
        self._cluster_of[member.id] = cluster.id
        self._wordings.setdefault(mark.wording, cluster.id)
        is_new = not cluster.members
        seen = self._seen
        for word in member.vector if is_new else member.vector.keys() - cluster.words:
            seen[word] = seen.get(word, 0) + 1
        cluster.add(member)
        for word in islice(member.vector, LOOKED_UP):
            postings = self._postings.get(word)
            if postings is None:
                self._postings[word] = [cluster.id]
            elif is_new or cluster.id not in postings:
                postings.append(cluster.id)
                if len(postings) > POSTINGS:
                    del postings[0]
        # The live clusters stand in the order of their last story, so that memory stays bounded.
        self._clusters[cluster.id] = self._clusters.pop(cluster.id)
        if len(self._clusters) > LIVE:
            del self._clusters[next(iter(self._clusters))]


def _resemblance(newcomer: Member, cluster: Cluster, least: float) -> float:
    """Return the mean resemblance of a story to the members that share most with it, 0 to 1.

    It is 0 where it cannot be over `least`.
    """
    shared = cluster.multiply(newcomer.vector)
    if max(shared) <= least:
        return 0.0
    if newcomer.places:
        shared = _balance(shared, cluster.multiply(newcomer.places))
    slots, members = cluster.by_age, cluster.members
    best = sorted([(shared[slot], number) for number, slot in enumerate(slots)], reverse=True)[:BEST_MEMBERS]
    if sum([score for score, _ in best]) <= least * len(best):
        return 0.0
    left = [score * _discount(newcomer, members[slots[number]], score) for score, number in best if score]
    return sum(left) / len(best)


def _balance(shared: Iterable[float], places: Iterable[float]) -> list[float]:
    """Return what two stories share; as much happens in one town, its places count no more than everything else."""
    return [score - max(0.0, 2 * place - score) for score, place in zip(shared, places, strict=True)]


def _discount(one: Member, other: Member, shared: float) -> float:
    """Return what is left of a resemblance in view of other names and other numbers."""
    left = 1.0
    if len(one.names) > 1 and len(other.names) > 1:
        left -= OTHER_NAMES * _conflict_of_names(one, other, shared)
    if one.numbers and other.numbers:
        left *= 1 - OTHER_NUMBERS * _conflict_of_numbers(one.numbers, other.numbers)
    return left


def _conflict_of_names(one: Member, other: Member, shared: float) -> float:
    """Return how far each story names what the other does not, against all that they share: 0 to 1.

    One story may name more than the other; that both have names of their own speaks for two events of one kind.
    """
    mine, theirs = one.vector, other.vector
    here = sum([part for name, part in one.names.items() if name not in theirs])
    if not here:
        return 0.0
    alone = min(here, sum([part for name, part in other.names.items() if name not in mine]))
    return alone / (shared + alone) if alone else 0.0


def _conflict_of_numbers(mine: frozenset[str], theirs: frozenset[str]) -> float:
    """Return the part of the numbers of the story with fewer ones that the other lacks; few numbers weigh little."""
    fewer = min(len(mine), len(theirs))
    return (1 - len(mine & theirs) / fewer) * min(1.0, fewer / FULL_NUMBERS)
