"""Which of its namesakes each name of a text stands for, as probabilities chosen jointly; it routes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import cos, exp, hypot, radians
from typing import NamedTuple

from digest.routing.gazetteer import KM_A_DEGREE, cells_around, distance_km
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
_MEMO = 20_000


class Home(NamedTuple):
    """Where a source is at home; `regions` are those that hold it."""

    lat: float
    lon: float
    state: str
    country: str
    regions: tuple[str, ...]
    label: str


class Grounded(NamedTuple):
    """A name with its weight and the probabilities of its candidates; what is left to 1 is "not a place"."""

    use: NameUse
    weight: float
    chances: list[tuple[Candidate, float]]


_Plain = list[tuple[float, str, str, Candidate]]
"""Candidates with a score, their state, and their country unless it is the home country."""
_Scored = list[tuple[float, Candidate]]


class Grounder:
    """Grounds the names of texts; what depends on a name and a home alone is remembered."""

    def __init__(self, home_country: str) -> None:
        self._home_country = home_country
        self._memos: dict[Home | None, dict[str, tuple[Name, _Plain]]] = {}
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
        rows = [_score(use, self._plain(use.name, home, memo), by_state, by_country) for use in uses]
        chances = [_softmax(row, use.nowhere) for use, row in zip(uses, rows, strict=True)]
        if len(rows) > 1:
            _support_each_other(uses, rows, chances)
        return [
            Grounded(use, use.weight, [(pair[1], chance) for pair, chance in zip(row, mine, strict=True) if chance])
            for use, row, mine in zip(uses, rows, chances, strict=True)
        ]

    def _memo_of(self, home: Home | None) -> dict[str, tuple[Name, _Plain]]:
        if self._remembered >= _MEMO:
            self._memos.clear()
            self._remembered = 0
        return self._memos.setdefault(home, {})

    def _plain(self, name: Name, home: Home | None, memo: dict[str, tuple[Name, _Plain]]) -> _Plain:
        """Return the namesakes with what their size and the source's home say; a nickname goes before places."""
        known = memo.get(name.key)
        if known is None or known[0] is not name:
            named = [candidate for candidate in name.candidates if candidate.kind in ("nickname", "region")]
            plain = [
                (self._score_alone(c, home), c.state, "" if c.country == self._home_country else c.country, c)
                for c in named or name.candidates
            ]
            known = memo[name.key] = name, plain
            self._remembered += 1
        return known[1]

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


def _score(use: NameUse, plain: _Plain, by_state: Mapping[str, float], by_country: Mapping[str, float]) -> _Scored:
    """Return the namesakes that have a chance, with what speaks for each alone."""
    if use.state:
        plain = [row for row in plain if row[1] == use.state]
    scored = [
        (score + by_state.get(state, 0.0) + by_country.get(country, 0.0), candidate)
        for score, state, country, candidate in plain
    ]
    if len(scored) < 2:
        return scored
    least = max([use.nowhere, *[pair[0] for pair in scored]]) - HOPELESS
    return [pair for pair in scored if pair[0] > least]


def _softmax(scored: _Scored, nowhere: float) -> list[float]:
    """Return the chance of each; one not worth keeping is 0."""
    masses = [exp((score - nowhere) / TEMPERATURE) for score, _ in scored]
    total = sum(masses) + 1.0
    least = LEAST_CHANCE * total
    return [mass / total if mass > least else 0.0 for mass in masses]


def _support_each_other(uses: Sequence[NameUse], rows: Sequence[_Scored], chances: list[list[float]]) -> None:
    """Choose again, each candidate being likelier by the likely candidates of other names around it."""
    neighbours = _Neighbours(rows)
    for _ in range(PASSES):
        support = neighbours.support(chances)
        if not support:
            return
        for number in {number for number, _ in support}:
            supported = [
                (pair[0] + SUPPORT * min(SUPPORT_MOST, support.get((number, at), 0.0)), pair[1])
                for at, pair in enumerate(rows[number])
            ]
            chances[number] = _softmax(supported, uses[number].nowhere)


_Place = tuple[int, int]
"""A candidate by the number of its name, and its own among the namesakes."""


class _Neighbours:
    """Finds which candidates of other names lie around one, each asked for but once."""

    def __init__(self, rows: Sequence[_Scored]) -> None:
        self._rows = rows
        self._cells: dict[int, list[_Place]] = {}
        self._known: dict[_Place, list[_Place]] = {}
        for number, row in enumerate(rows):
            for at, (_, candidate) in enumerate(row):
                self._cells.setdefault(candidate.cell, []).append((number, at))

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

    def _find_around(self, place: _Place) -> list[_Place]:
        number, at = place
        rows, cells = self._rows, self._cells
        one = rows[number][at][1]
        found = self._known[place] = [
            other
            for cell in cells_around(one.cell)
            if cell in cells
            for other in cells[cell]
            if other[0] != number and _is_near(one, rows[other[0]][other[1]][1])
        ]
        return found


def _is_near(one: Candidate, other: Candidate) -> bool:
    """Tell whether two candidates of adjoining cells lie within 80 km."""
    north = abs(one.lat - other.lat) * KM_A_DEGREE
    if north > SUPPORT_KM:
        return False
    east = (one.lon - other.lon) * cos(radians((one.lat + other.lat) / 2)) * KM_A_DEGREE
    return hypot(north, east) <= SUPPORT_KM
