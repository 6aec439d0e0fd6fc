"""Which of its namesakes each name of a text stands for, as probabilities chosen jointly; it routes nothing."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from digest.routing.gazetteer import distance_km
from digest.routing.mentions import NameUse, Reading
from digest.routing.names import Candidate

SIZE, STATE, SUPPORT, SUPPORT_MOST = 1.3, 5.0, 3.0, 1.6
AT_HOME, NEAR_HOME, HOME_STATE = 4.0, 2.8, 1.4
FOREIGN, ABROAD = 3.0, 4.0
DOUBT = 0.5
PASSES = 2
TEMPERATURE = 0.7
SUPPORT_KM, HOME_KM, NEAR_HOME_KM = 80.0, 25.0, 120.0
MOST_NAMESAKES = 16
"""Of names that dozens of places bear, only so many are weighed: the largest, and those with something for them."""


class Home(NamedTuple):
    """Where a source is at home; `regions` are those that hold it."""

    lat: float
    lon: float
    state: str
    country: str
    regions: tuple[str, ...]
    label: str


class _Context(NamedTuple):
    """What a whole text says of where it plays: shares of the states named, countries named, the home."""

    states: Mapping[str, float]
    countries: Mapping[str, float]
    home: Home | None
    home_country: str


@dataclass(slots=True)
class Grounded:
    """A name with the probabilities of its candidates; what is left to 1 is "not a place"."""

    use: NameUse
    chances: list[tuple[Candidate, float]]


def ground(reading: Reading, home: Home | None, home_country: str) -> list[Grounded]:
    """Choose among the namesakes of all names of a text, alone first, then with mutual support."""
    uses = list(reading.uses.values())
    states = reading.states + Counter(use.state for use in uses if use.state)
    context = _Context(_shares(states), _shares(reading.countries, states.total()), home, home_country)
    rows = []
    for use in uses:
        scored = [(candidate, _score_alone(candidate, context)) for candidate in _namesakes(use)]
        scored.sort(key=lambda pair: -pair[1])
        rows.append((use, scored))
    alone = [Grounded(use, _softmax(scored[:MOST_NAMESAKES], use.nowhere)) for use, scored in rows]
    if len(rows) < 2:
        return alone
    result = alone
    for _ in range(PASSES):
        near = _spread(result)
        result = [
            Grounded(use, _softmax([(c, score + _support(c, number, near)) for c, score in scored], use.nowhere))
            for number, (use, scored) in enumerate(rows)
        ]
    return result


def _namesakes(use: NameUse) -> Sequence[Candidate]:
    """Return what the name may stand for: with a state written, what lies there; else a nickname before the places."""
    candidates = use.name.candidates
    if use.state:
        return [candidate for candidate in candidates if candidate.state == use.state]
    named = [candidate for candidate in candidates if candidate.kind in ("nickname", "region")]
    return named or candidates


def _shares(counts: Counter[str], others: int = 0) -> dict[str, float]:
    """Return the part each name has of all; a single mention is believed by half."""
    total = counts.total() + others + DOUBT
    return {state: count / total for state, count in counts.items()}


def _score_alone(candidate: Candidate, context: _Context) -> float:
    home = context.home
    score = SIZE * candidate.size
    if candidate.state:
        score += STATE * context.states.get(candidate.state, 0.0)
    if candidate.country != context.home_country:
        score += ABROAD * context.countries.get(candidate.country, 0.0) - FOREIGN
    if home is not None and candidate.country == home.country:
        away = distance_km(candidate.lat, candidate.lon, home.lat, home.lon)
        if away <= HOME_KM:
            score += AT_HOME
        elif away <= NEAR_HOME_KM:
            score += NEAR_HOME
        elif candidate.state == home.state:
            score += HOME_STATE
    return score


def _softmax(scored: Sequence[tuple[Candidate, float]], nowhere: float) -> list[tuple[Candidate, float]]:
    top = max([nowhere, *(score for _, score in scored)])
    masses = [math.exp((score - top) / TEMPERATURE) for _, score in scored]
    total = sum(masses) + math.exp((nowhere - top) / TEMPERATURE)
    return [(c, mass / total) for (c, _), mass in zip(scored, masses, strict=True) if mass > 0.004 * total]


_Cells = dict[int, list[tuple[int, Candidate, float]]]


def _spread(alone: list[Grounded]) -> _Cells:
    """Put what is likely into cells of one degree, so that neighbours are found without comparing all pairs."""
    cells: _Cells = defaultdict(list)
    for number, grounded in enumerate(alone):
        for candidate, chance in grounded.chances:
            if chance > 0.03:
                cells[candidate.cells[0]].append((number, candidate, chance))
    return cells


def _support(candidate: Candidate, number: int, cells: _Cells) -> float:
    mass = 0.0
    lat, lon = candidate.lat, candidate.lon
    for cell in candidate.cells:
        if cell in cells:
            for other, neighbour, chance in cells[cell]:
                if other != number and distance_km(lat, lon, neighbour.lat, neighbour.lon) <= SUPPORT_KM:
                    mass += chance
    return SUPPORT * min(SUPPORT_MOST, mass)
