"""From grounded names to a story's regions, with evidence; which place a name means is decided before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from operator import attrgetter

from digest.model.routes import Evidence, Route
from digest.routing.gazetteer import load_area_codes
from digest.routing.grounding import Grounded, Grounder, Home
from digest.routing.mentions import Reading
from digest.routing.names import Candidate, NameIndex, nearest_label
from digest.routing.regions import Region
from digest.routing.walk import METONYMS, Walker

LEAST_WEIGHT = 0.5
LEAST_SHARE, LEAST_SHARE_HOME, LEAST_SHARE_ELSEWHERE = 0.30, 0.20, 0.30
STRICT_TIMES = 1.6
AREA_CODE_WEIGHT, HOME_WEIGHT = 0.7, 0.6
ANCHOR_POPULATION = 25_000
NEAR_MISS = 0.4
"""A region that gets this part of what it needs is a near miss."""


class _Tally:
    """The weight of one region, and what spoke for it."""

    __slots__ = ("anchored", "evidence", "names", "weight")

    def __init__(self) -> None:
        self.weight = 0.0
        self.names: set[str] = set()
        self.anchored = False
        self.evidence: list[Evidence] = []

    def add(self, weight: float, evidence: Evidence) -> None:
        self.weight += weight
        self.evidence.append(evidence)


class RegionRouter:
    """Routes stories to regions by the places they name and by the home of their source."""

    def __init__(self, regions: Mapping[str, Region], home_country: str = "US") -> None:
        self.regions = regions
        self.index = NameIndex(regions)
        self._walker = Walker(self.index)
        self._grounder = Grounder(home_country)
        self._notes: dict[tuple[str, str], str] = {}
        self._codes = {code: self.index.regions_at(area.lat, area.lon) for code, area in load_area_codes().items()}

    def route(self, headline: str, body: str, home: Home | None = None) -> tuple[tuple[Route, ...], tuple[Route, ...]]:
        """Return the regions a story is about and those it just missed, the strongest first."""
        if not self.regions:
            return (), ()
        reading = self._walker.read(headline, body)
        reaches_code = any(self._codes[code] for _, code in reading.area_codes)
        if not (reading.reaches or reaches_code or (home and home.regions)):
            return (), ()
        grounded = self._grounder.ground(reading, home)
        tallies, total = self._tally(grounded, reading, home)
        return self._decide(tallies, total, home, bool(grounded))

    def _tally(self, grounded: list[Grounded], reading: Reading, home: Home | None) -> tuple[dict[str, _Tally], float]:
        tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
        total = 0.0
        for name in grounded:
            total += name.weight * sum([chance for _, chance in name.chances])
            if name.use.name.reaches:
                self._add_name(name, tallies)
        seen: set[str] = set()
        for written, code in reading.area_codes[:2]:
            total += AREA_CODE_WEIGHT
            for region_id in self._codes[code]:
                tally = tallies[region_id]
                tally.add(AREA_CODE_WEIGHT, Evidence(written, AREA_CODE_WEIGHT, "text", f"area code {code}"))
                # A second number of the same code says that the first was no chance.
                tally.anchored = tally.anchored or code in seen
            seen.add(code)
        if home is not None:
            total += HOME_WEIGHT
            for region_id in home.regions:
                tally = tallies[region_id]
                tally.add(HOME_WEIGHT, Evidence(home.label, HOME_WEIGHT, "home", "where the source is at home"))
        return tallies, total

    def _add_name(self, name: Grounded, tallies: defaultdict[str, _Tally]) -> None:
        weight = name.weight
        inside: dict[str, tuple[float, Candidate, float]] = {}
        for candidate, chance in name.chances:
            for region_id, part in candidate.regions.items():
                so_far, best, best_chance = inside.get(region_id, (0.0, candidate, 0.0))
                if chance > best_chance:
                    best, best_chance = candidate, chance
                inside[region_id] = (so_far + chance * part, best, best_chance)
        for region_id, (chance, candidate, _) in inside.items():
            inside_weight = weight * chance
            if inside_weight < 0.05:
                continue
            tally = tallies[region_id]
            first = name.use.mentions[0]
            note = self._note(candidate, region_id)
            tally.add(inside_weight, Evidence(first.words, round(inside_weight, 2), first.place, note))
            tally.names.add(name.use.name.key)
            if _is_anchor(name, candidate):
                tally.anchored = True

    def _note(self, candidate: Candidate, region_id: str) -> str:
        """Say where a candidate lies; remembered, as there are no more of them than places in the regions."""
        key = candidate.label, region_id
        note = self._notes.get(key)
        if note is None:
            note = self._notes[key] = nearest_label(candidate, self.regions[region_id])
        return note

    def _decide(
        self, tallies: dict[str, _Tally], total: float, home: Home | None, named: bool
    ) -> tuple[tuple[Route, ...], tuple[Route, ...]]:
        routes, near = [], []
        for region_id, tally in tallies.items():
            share = tally.weight / total if total else 0.0
            is_home = home is not None and region_id in home.regions
            needed = LEAST_SHARE_HOME if is_home else LEAST_SHARE if home is None else LEAST_SHARE_ELSEWHERE
            if self.regions[region_id].config.strict:
                needed = min(0.9, needed * STRICT_TIMES)
            anchored = tally.anchored or len(tally.names) > 1 or (is_home and (bool(tally.names) or not named))
            evidence = tuple(sorted(tally.evidence, key=attrgetter("weight"), reverse=True)[:8])
            route = Route(region_id, round(min(1.0, share), 4), round(tally.weight, 3), evidence)
            if anchored and tally.weight >= LEAST_WEIGHT and share >= needed:
                routes.append(route)
            elif tally.weight >= NEAR_MISS * LEAST_WEIGHT and share >= NEAR_MISS * needed:
                near.append(route)
        return _strongest_first(routes), _strongest_first(near)[:3]


def _is_anchor(name: Grounded, candidate: Candidate) -> bool:
    use = name.use
    if use.name.key in METONYMS and not use.state:
        return False
    return bool(use.state) or use.is_county or candidate.population >= ANCHOR_POPULATION or candidate.kind != "place"


def _strongest_first(routes: list[Route]) -> tuple[Route, ...]:
    return tuple(sorted(routes, key=lambda route: (-route.share, route.id)))
