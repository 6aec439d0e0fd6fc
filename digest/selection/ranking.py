"""The stories that match one rule, one entry an event, best first; puts nothing into sections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import NamedTuple

from digest.selection.index import CandidateIndex
from digest.selection.rules import CompiledRule
from digest.selection.scoring import Scorer
from digest.selection.screening import Screen


class Entry(NamedTuple):
    """An event as one rule sees it. Entries sort by themselves: the higher score, then the newer, then the id.

    `cost` is the score below zero, `position` stands for the event's best version, `about` is its share (0 to 1) of
    what the rule names.
    """

    cost: float
    position: int
    about: float

    @property
    def total(self) -> float:
        """The score, variety not counted."""
        return -self.cost


class Ranker:
    """Matches, screens and ranks for one newsletter at one slot within one window."""

    def __init__(self, index: CandidateIndex, screen: Screen, scorer: Scorer) -> None:
        self.index = index
        self.screen = screen
        self.scorer = scorer
        self.screened: set[int] = set()
        self._ranks: dict[int, list[Entry]] = {}

    def rank(self, rule: CompiledRule) -> list[Entry]:
        """Return the events that the rule takes, best first; the same list for the same rule."""
        entries = self._ranks.get(id(rule))
        if entries is None:
            entries = self._ranks[id(rule)] = self._rank(rule)
        return entries

    def entry(self, position: int, rule: CompiledRule | None) -> Entry:
        """Return the entry of one story; without a rule it is about nothing."""
        about = (rule.find_aboutness(self.index.candidates[position]) if rule else None) or 0.0
        return Entry(-self.scorer.total(position, about), position, about)

    def best_version(self, positions: Iterable[int]) -> int:
        """Return the version that leads: the highest rank, then the newest, then the first id."""
        return min(positions, key=lambda position: (-self.scorer.version_rank(position), position))

    def _rank(self, rule: CompiledRule) -> list[Entry]:
        candidates, matches = self.index.candidates, rule.matches
        near: Sequence[int] = self.index.select(rule.key_options, self.screen.span)
        matched = near if rule.takes_all else [position for position in near if matches(candidates[position])]
        best = self._best_versions(self._passing(matched))
        if rule.names_nothing:
            costs = [-total for total in self.scorer.totals(best)]
            return sorted(map(Entry, costs, best, repeat(0.0)))
        return sorted(self.entry(position, rule) for position in best)

    def _passing(self, positions: Sequence[int]) -> list[int]:
        verdict = self.screen.verdict
        passing: list[int] = []
        for position in positions:
            gate = verdict(position)
            if not gate:
                passing.append(position)
            elif gate != "window":
                self.screened.add(position)
        return passing

    def _best_versions(self, positions: Sequence[int]) -> list[int]:
        events, versions = self.index.events, self.index.versions
        single: list[int] = []
        several: dict[int, list[int]] = {}
        for position in positions:
            if events[position] in versions:
                several.setdefault(events[position], []).append(position)
            else:
                single.append(position)
        return single + [self.best_version(group) if len(group) > 1 else group[0] for group in several.values()]


def merge(ranks: Sequence[list[Entry]], index: CandidateIndex) -> list[Entry]:
    """Return every event once, with its best entry of all ranks, best first."""
    unique = list({id(entries): entries for entries in ranks if entries}.values())
    if len(unique) == 1:
        return unique[0]
    seen: set[int] = set()
    merged: list[Entry] = []
    for entry in sorted(chain.from_iterable(unique)):
        event = index.events[entry.position]
        if event not in seen:
            seen.add(event)
            merged.append(entry)
    return merged
