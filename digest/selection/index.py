"""Candidates in an order and by key, built once for many newsletters; which stories are one event. No rules."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from digest.model.candidate import Candidate
from digest.selection.rules import Key


class CandidateIndex:
    """Candidates, newest first, by region, topic and source; a position stands for a story.

    Positions order stories that are otherwise equal: newest first, then by id. Two stories are one event when they
    share a cluster or a canonical URL, also over a third one.
    """

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        unique = {candidate.id: candidate for candidate in candidates}
        newest_first = sorted(unique.values(), key=attrgetter("id"))
        newest_first.sort(key=attrgetter("published_at"), reverse=True)
        self.candidates: tuple[Candidate, ...] = tuple(newest_first)
        self.published: list[float] = [candidate.published_at.timestamp() for candidate in newest_first]
        self._ages = [-stamp for stamp in self.published]
        self._postings: dict[str, dict[str, list[int]]] = {}  # by kind of key, made when one is asked for
        self.events: list[int] = _find_events(newest_first)
        self.versions: dict[int, list[int]] = _group(self.events)
        self.embargoed: list[int] = [p for p, candidate in enumerate(newest_first) if candidate.embargo_until]

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

    def find_of_source(self, source: str) -> Sequence[int]:
        """Return the positions of a source's stories."""
        return self._posting(("source", source))

    def find_versions(self, event: int) -> Sequence[int]:
        """Return the positions of all stories that are the event."""
        return self.versions.get(event) or [event]

    def span(self, oldest_at: datetime, newest_at: datetime) -> range:
        """Return the positions published within the bounds, both included."""
        return range(
            bisect_left(self._ages, -newest_at.timestamp()),
            bisect_right(self._ages, -oldest_at.timestamp()),
        )

    def select(self, options: Sequence[frozenset[Key]], span: range) -> Sequence[int]:
        """Return the positions of the span that have a key of the option with the fewest stories; all without one."""
        if not options:
            return span
        keys = min(options, key=lambda option: sum(len(self._posting(key)) for key in option))
        found: list[int] = []
        for key in keys:
            posting = self._posting(key)
            found += posting[bisect_left(posting, span.start) : bisect_left(posting, span.stop)]
        return found if len(keys) == 1 else sorted(set(found))

    def _posting(self, key: Key) -> Sequence[int]:
        kind, name = key
        if kind not in self._postings:
            self._postings[kind] = _find_postings(self.candidates, kind)
        return self._postings[kind].get(name, ())


def plain_url(url: str) -> str:
    """Return a URL without fragment, campaign parameters and closing slash; other names unchanged."""
    return url.split("#")[0].split("?utm_")[0].rstrip("/") if "://" in url else url


def _find_postings(candidates: Sequence[Candidate], kind: str) -> dict[str, list[int]]:
    """Return the positions of the stories of each region, topic or source."""
    postings: dict[str, list[int]] = {}
    if kind == "source":
        for position, candidate in enumerate(candidates):
            postings.setdefault(candidate.source, []).append(position)
        return postings
    shares = attrgetter("regions" if kind == "region" else "topics")
    for position, candidate in enumerate(candidates):
        for name in shares(candidate):
            postings.setdefault(name, []).append(position)
    return postings


def _find_events(candidates: Sequence[Candidate]) -> list[int]:
    """Join stories that share a cluster or a canonical URL; an event is the first position that belongs to it."""
    parents = list(range(len(candidates)))
    for names in (
        [candidate.cluster for candidate in candidates],
        [candidate.canonical_url for candidate in candidates],
    ):
        owners: dict[str, int] = {}
        for position, name in enumerate(names):
            if name and (owner := owners.setdefault(name, position)) != position:
                one, other = _root(parents, owner), _root(parents, position)
                parents[max(one, other)] = min(one, other)
    return [parent if parents[parent] == parent else _root(parents, parent) for parent in parents]


def _root(parents: list[int], position: int) -> int:
    while parents[position] != position:
        parents[position] = parents[parents[position]]
        position = parents[position]
    return position


def _group(events: Sequence[int]) -> dict[int, list[int]]:
    """Return the positions of each event that has several, by event."""
    versions: dict[int, list[int]] = {}
    for position, event in enumerate(events):
        if event != position:
            versions.setdefault(event, [event]).append(position)
    return versions
