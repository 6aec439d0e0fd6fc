"""Which of its namesakes each name of a text stands for, as probabilities chosen jointly; it routes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from math import cos, exp, hypot, radians
from typing import NamedTuple

from digest.routing.distances import KM_A_DEGREE, cells_around, distance_km
from digest.routing.mentions import NameUse, Reading
from digest.routing.names import Candidate, Name

SIZE, STATE, SUPPORT, SUPPORT_MOST = 1.3, 5.0, 3.0, 1.6
AT_HOME, NEAR_HOME, HOME_STATE = 4.0, 2.8, 1.4
FOREIGN, ABROAD = 3.0, 4.0
DOUBT = 0.5
PASSES = 2
TEMPERATURE = 0.7
SUPPORT_KM, HOME_KM, NEAR_HOME_KM = 80.0, 25.0, 120.0
LEAST_CHANCE, LEAST_SUPPORTER = 0.004, 0.03
HOPELESS = SUPPORT * SUPPORT_MOST + 4.0
"""A namesake this far below the best has no chance worth keeping, whatever supports it."""
_MEMO = 10_000


class Home(NamedTuple):
    """Where a source is at home; `regions` are those that hold it."""

    lat: float
    lon: float
    state: str
    country: str
    regions: tuple[str, ...]
    label: str


@dataclass(slots=True)
class Grounded:
    """A name with its weight and the probabilities of its candidates; what is left to 1 is "not a place"."""

    use: NameUse
    weight: float
    chances: list[tuple[Candidate, float]]


@dataclass(slots=True)
class _Plain:
    """The candidates of a name with their scores before any text is read, and which lie in a state or country.

    The home country is left out of `of_country`. `alone` has what was chosen without other names, by all of the text
    that this depends on: most names come again with the same few states around.
    """

    name: Name
    candidates: Sequence[Candidate]
    cells: Sequence[int]
    scores: list[float]
    of_state: Mapping[str, Sequence[int]]
    of_country: Mapping[str, Sequence[int]]
    alone: dict[tuple[object, ...], _Choice] = field(default_factory=dict)


@dataclass(slots=True)
class _Row:
    """The candidates of one name that have a chance in a text, what speaks for each, and the mass of "not a place"."""

    candidates: Sequence[Candidate]
    cells: Sequence[int]
    scores: list[float]
    nowhere: float

    def only(self, chosen: Sequence[bool]) -> _Row:
        """Return the row with the chosen candidates alone."""
        candidates, cells = list(compress(self.candidates, chosen)), list(compress(self.cells, chosen))
        return _Row(candidates, cells, list(compress(self.scores, chosen)), self.nowhere)


_Worth = tuple[str, float]
"""A state or country that the text names, and what this is worth to a candidate there."""
_Choice = tuple[_Row, list[float]]
"""Candidates with their chances."""


class Grounder:
    """Grounds the names of texts; what depends on a name and a home alone is remembered."""

    def __init__(self, home_country: str) -> None:
        self._home_country = home_country
        self._memos: dict[Home | None, dict[str, _Plain]] = {}
        self._remembered = 0

    def ground(self, reading: Reading, home: Home | None) -> list[Grounded]:
        """Choose among the namesakes of all names of a text, alone first, then with mutual support."""
        uses = list(reading.uses.values())
        states = dict(reading.states)
        for use in uses:
            if use.state:
                states[use.state] = states.get(use.state, 0) + 1
        named = sum(states.values())
        by_state = _shares(states, named, STATE)
        by_country = _shares(reading.countries, named + sum(reading.countries.values()), ABROAD)
        memo = self._memo_of(home)
        choices = [self._choose(use, self._plain(use.name, home, memo), by_state, by_country) for use in uses]
        rows, chances = [row for row, _ in choices], [chosen for _, chosen in choices]
        if len(rows) > 1:
            _support_each_other(rows, chances)
        return [
            Grounded(use, use.weight, list(zip(compress(row.candidates, mine), filter(None, mine), strict=True)))
            for use, row, mine in zip(uses, rows, chances, strict=True)
        ]

    def _memo_of(self, home: Home | None) -> dict[str, _Plain]:
        if self._remembered >= _MEMO:
            self._memos.clear()
            self._remembered = 0
        return self._memos.setdefault(home, {})

    def _plain(self, name: Name, home: Home | None, memo: dict[str, _Plain]) -> _Plain:
        """Return the namesakes with what their size and the source's home say; a nickname goes before places."""
        known = memo.get(name.key)
        if known is None or known.name is not name:
            nicknames = [candidate for candidate in name.candidates if candidate.kind in ("nickname", "region")]
            candidates = nicknames or name.candidates
            scores = [self._score_alone(candidate, home) for candidate in candidates]
            of_state: dict[str, list[int]] = {}
            of_country: dict[str, list[int]] = {}
            for at, candidate in enumerate(candidates):
                of_state.setdefault(candidate.state, []).append(at)
                if candidate.country != self._home_country:
                    of_country.setdefault(candidate.country, []).append(at)
            cells = [candidate.cell for candidate in candidates]
            known = memo[name.key] = _Plain(name, candidates, cells, scores, of_state, of_country)
            self._remembered += 1
        return known

    def _choose(
        self, use: NameUse, plain: _Plain, by_state: Mapping[str, float], by_country: Mapping[str, float]
    ) -> _Choice:
        """Return the namesakes that have a chance without the other names, each with its chance."""
        states = tuple([pair for pair in by_state.items() if pair[0] in plain.of_state])
        countries = tuple([pair for pair in by_country.items() if pair[0] in plain.of_country])
        asked = use.state, use.nowhere, states, countries
        known = plain.alone.get(asked)
        if known is None:
            row = _score(use, plain, states, countries)
            known = plain.alone[asked] = row, _softmax(row.scores, row.nowhere)
            self._remembered += 1
        return known

    def _score_alone(self, candidate: Candidate, home: Home | None) -> float:
        score = SIZE * candidate.size
        if candidate.country != self._home_country:
            score -= FOREIGN
        if home is not None and candidate.country == home.country:
            away = distance_km(candidate.lat, candidate.lon, home.lat, home.lon)
            if away <= HOME_KM:
                score += AT_HOME
            elif away <= NEAR_HOME_KM:
                score += NEAR_HOME
            elif candidate.state == home.state:
                score += HOME_STATE
        return score


def _shares(counts: Mapping[str, int], total: int, worth: float) -> dict[str, float]:
    """Return what the part each has of all is worth; a single mention is believed by half."""
    return {what: worth * count / (total + DOUBT) for what, count in counts.items()}


def _score(use: NameUse, plain: _Plain, states: Iterable[_Worth], countries: Iterable[_Worth]) -> _Row:
    """Return the namesakes that have a chance, with what speaks for each alone."""
    scores = plain.scores.copy()
    for of_place, worths in ((plain.of_state, states), (plain.of_country, countries)):
        for place, worth in worths:
            for at in of_place[place]:
                scores[at] += worth
    row = _Row(plain.candidates, plain.cells, scores, use.nowhere)
    if use.state:
        fitting = plain.of_state.get(use.state, ())
        row = row.only([at in fitting for at in range(len(scores))])
    if len(row.scores) > 1:
        least = max(use.nowhere, max(row.scores)) - HOPELESS
        if min(row.scores) <= least:
            row = row.only([score > least for score in row.scores])
    return row


def _softmax(scores: Sequence[float], nowhere: float) -> list[float]:
    """Return the chance of each; one not worth keeping is 0."""
    masses = [exp((score - nowhere) / TEMPERATURE) for score in scores]
    total = sum(masses) + 1.0
    least = LEAST_CHANCE * total
    return [mass / total if mass > least else 0.0 for mass in masses]


def _support_each_other(rows: Sequence[_Row], chances: list[list[float]]) -> None:
    """Choose again, each candidate being likelier by the likely candidates of other names around it."""
    neighbours = _Neighbours(rows)
    for _ in range(PASSES):
        support = neighbours.support(chances)
        if not support:
            return
        supported: dict[int, list[float]] = {}
        for (number, at), mass in support.items():
            if number not in supported:
                supported[number] = rows[number].scores.copy()
            supported[number][at] += SUPPORT * min(SUPPORT_MOST, mass)
        for number, scores in supported.items():
            chances[number] = _softmax(scores, rows[number].nowhere)


_Place = tuple[int, int]
"""A candidate by the number of its name, and its own among the namesakes."""


class _Neighbours:
    """Finds which candidates of other names lie around one, each asked for but once."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self._rows = rows
        self._known: dict[_Place, Sequence[_Place]] = {}
        cells: dict[int, list[_Place]] = {}
        self._cells = cells
        for number, row in enumerate(rows):
            for at, cell in enumerate(row.cells):
                if cell in cells:
                    cells[cell].append((number, at))
                else:
                    cells[cell] = [(number, at)]

    def support(self, chances: Sequence[Sequence[float]]) -> dict[_Place, float]:
        """Return the mass of likely candidates of other names around each candidate that has any."""
        support: dict[_Place, float] = {}
        known = self._known
        for number, mine in enumerate(chances):
            for at, chance in enumerate(mine):
                if chance > LEAST_SUPPORTER:
                    place = number, at
                    for other in known[place] if place in known else self._find_around(place):
                        support[other] = support.get(other, 0.0) + chance
        return support

    def _find_around(self, place: _Place) -> Sequence[_Place]:
        number, at = place
        rows, cells = self._rows, self._cells
        row = rows[number]
        found = []
        for cell in cells_around(row.cells[at]):
            if cell in cells:
                for other in cells[cell]:
                    there = other[0]
                    if there != number and _is_near(row.candidates[at], rows[there].candidates[other[1]]):
                        found.append(other)
        self._known[place] = found
        return found


def _is_near(one: Candidate, other: Candidate) -> bool:
    """Tell whether two candidates of adjoining cells lie within 80 km."""
    north = abs(one.lat - other.lat) * KM_A_DEGREE
    if north > SUPPORT_KM:
        return False
    east = (one.lon - other.lon) * cos(radians((one.lat + other.lat) / 2)) * KM_A_DEGREE
    return hypot(north, east) <= SUPPORT_KM
