"""The stories that match one rule, one entry an event, best first; puts nothing into sections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from digest.selection.index import CandidateIndex
from digest.selection.rules import CompiledRule
from digest.selection.scoring import Points, Scorer
from digest.selection.screening import Screen


class Entry(NamedTuple):
    """An event as one rule sees it: the position of its best version, and what that counts."""

    position: int
    event: int
    points: Points
    total: float

    @property
    def order(self) -> tuple[float, int]:
        """What entries are sorted by: the score, then newest first, then the id."""
        return -self.total, self.position


class Ranker:
    """Matches, screens and ranks for one newsletter at one slot within one window; remembers who was kept out."""

    def __init__(self, index: CandidateIndex, screen: Screen, scorer: Scorer) -> None:
        self.index = index
        self.screen = screen
        self.scorer = scorer
        self.screened: dict[int, str] = {}
        self._passed: dict[int, bool] = {}

    def rank(self, rule: CompiledRule) -> list[Entry]:
        """Return the events that the rule takes, best first."""
        candidates, matches, screen = self.index.candidates, rule.matches, self.screen
        near = self.index.select(rule.key_options, oldest_at=screen.late_from_at, newest_at=screen.newest_at)
        matched = (position for position in near if matches(candidates[position]) and self._passes(position))
        entries = (self.entry(position, rule) for position in self._best_versions(matched))
        return sorted(entries, key=lambda entry: entry.order)

    def entry(self, position: int, rule: CompiledRule | None) -> Entry:
        """Return the entry of one story; without a rule it is about nothing."""
        about = rule.find_aboutness(self.index.candidates[position]) if rule else None
        points = self.scorer.points(position, about or 0.0)
        return Entry(position, self.index.events[position], points, sum(points))

    def _passes(self, position: int) -> bool:
        passed = self._passed.get(position)
        if passed is None:
            gate = self.screen.verdict(position)
            if gate and gate != "window":
                self.screened[position] = gate
            passed = self._passed[position] = not gate
        return passed

    def _best_versions(self, positions: Iterable[int]) -> list[int]:
        events, versions = self.index.events, self.index.versions
        single: list[int] = []
        several: dict[int, list[int]] = {}
        for position in positions:
            if events[position] in versions:
                several.setdefault(events[position], []).append(position)
            else:
                single.append(position)
        return single + [self.best_version(group) for group in several.values()]

    def best_version(self, positions: Iterable[int]) -> int:
        """Return the version that leads: the highest rank, then the newest, then the first id."""
        return min(positions, key=lambda position: (-self.scorer.version_rank(position), position))


def merge(ranks: Sequence[Sequence[Entry]]) -> list[Entry]:
    """Return every event once, with its best entry of all ranks, best first."""
    best: dict[int, Entry] = {}
    for entries in ranks:
        for entry in entries:
            known = best.get(entry.event)
            if known is None or entry.order < known.order:
                best[entry.event] = entry
    return sorted(best.values(), key=lambda entry: entry.order)
