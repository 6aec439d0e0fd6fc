"""Candidates in an order and by key, built once for many newsletters; which stories are one event. No rules."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property

from digest.model.candidate import Candidate
from digest.selection.rules import Key


class CandidateIndex:
    """Candidates, newest first, by region, topic and source; a position stands for a story.

    Positions order stories that are otherwise equal: newest first, then by id. Two stories are one event when they
    share a cluster or a canonical URL, also over a third one.
    """

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        unique = {candidate.id: candidate for candidate in candidates}
        newest_first = sorted(unique.values(), key=lambda c: (-c.published_at.timestamp(), c.id))
        self.candidates: tuple[Candidate, ...] = tuple(newest_first)
        self.published: list[float] = [candidate.published_at.timestamp() for candidate in newest_first]
        self._ages = [-stamp for stamp in self.published]
        self._postings: dict[Key, list[int]] = {}
        for position, candidate in enumerate(newest_first):
            for region in candidate.regions:
                self._postings.setdefault(("region", region), []).append(position)
            for topic in candidate.topics:
                self._postings.setdefault(("topic", topic), []).append(position)
            self._postings.setdefault(("source", candidate.source), []).append(position)
        self.events: list[int] = _find_events(newest_first)
        self.versions: dict[int, list[int]] = _group(self.events)

    @classmethod
    def of(cls, candidates: Iterable[Candidate] | CandidateIndex) -> CandidateIndex:
        """Return the index itself, or one made of the candidates."""
        return candidates if isinstance(candidates, CandidateIndex) else cls(candidates)

    @cached_property
    def position_of(self) -> dict[str, int]:
        """Position by story id."""
        return {candidate.id: position for position, candidate in enumerate(self.candidates)}

    @cached_property
    def event_of_cluster(self) -> dict[str, int]:
        """Event by cluster id."""
        return {c.cluster: event for c, event in zip(self.candidates, self.events, strict=True) if c.cluster}

    @cached_property
    def positions_by_name(self) -> dict[str, list[int]]:
        """Positions by what an editor may call a story: its id, its feed's id, its address."""
        names: dict[str, list[int]] = {}
        for position, candidate in enumerate(self.candidates):
            for name in {candidate.id, candidate.guid, plain_url(candidate.canonical_url)} - {""}:
                names.setdefault(name, []).append(position)
        return names

    def find_named(self, name: str) -> Sequence[int]:
        """Return the positions of stories with this id, GUID or URL."""
        found = self.positions_by_name
        return found.get(name, []) or found.get(plain_url(name), [])

    def select(self, options: Sequence[frozenset[Key]], *, oldest_at: datetime, newest_at: datetime) -> Sequence[int]:
        """Return positions published within the bounds (both included) that have a key of the most telling option."""
        low, high = -newest_at.timestamp(), -oldest_at.timestamp()
        first, last = bisect_left(self._ages, low), bisect_right(self._ages, high)
        if not options:
            return range(first, last)
        keys = min(options, key=lambda option: sum(len(self._postings.get(key, ())) for key in option))
        found: list[int] = []
        for key in keys:
            posting = self._postings.get(key, [])
            found += posting[bisect_left(posting, first) : bisect_left(posting, last)]
        return found if len(keys) == 1 else sorted(set(found))


def plain_url(url: str) -> str:
    """Return a URL without fragment, campaign parameters and closing slash; other names unchanged."""
    return url.split("#")[0].split("?utm_")[0].rstrip("/") if "://" in url else url


def _find_events(candidates: Sequence[Candidate]) -> list[int]:
    """Join stories that share a cluster or a canonical URL (union by the first position that has the name)."""
    parents = list(range(len(candidates)))
    owner: dict[tuple[str, str], int] = {}
    for position, candidate in enumerate(candidates):
        for name in (("cluster", candidate.cluster), ("url", plain_url(candidate.canonical_url))):
            if name[1]:
                one, other = _root(parents, owner.setdefault(name, position)), _root(parents, position)
                parents[max(one, other)] = min(one, other)
    return [_root(parents, position) for position in range(len(candidates))]


def _root(parents: list[int], position: int) -> int:
    while parents[position] != position:
        parents[position] = parents[parents[position]]
        position = parents[position]
    return position


def _group(events: Sequence[int]) -> dict[int, list[int]]:
    versions: dict[int, list[int]] = {}
    for position, event in enumerate(events):
        versions.setdefault(event, []).append(position)
    return {event: positions for event, positions in versions.items() if len(positions) > 1}
