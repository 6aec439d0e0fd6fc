"""The index of all that a text may call a place: places, counties, nicknames, the user's names; no text is read."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest.routing.distances import cell_of, distance_km
from digest.routing.gazetteer import BIG_NAME, County, Place, load_countries, load_gazetteer, name_key
from digest.routing.nicknames import NICKNAMES
from digest.routing.regions import Region
from digest.routing.states import AP_ABBREVIATIONS, COUNTRY_WORDS, PROVINCES, US_STATES
from digest.routing.word_lists import PLAIN_STARTS

_AP_KEYS = {name_key(short): code for short, code in AP_ABBREVIATIONS.items() if "." not in short}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing a name may stand for.

    `regions` maps region ids to the part (0 to 1) of it that lies inside; `cell` is its cell of one degree.
    """

    label: str
    lat: float
    lon: float
    size: float
    population: int
    country: str
    state: str
    kind: str
    regions: Mapping[str, float]
    cell: int


@dataclass(frozen=True)
class Name:
    """A key of the index: whether it also reads as a person or a word, and its candidates, made when asked for.

    `reaches` tells that some candidate lies in a region, `is_own` that it is a nickname or a name of the user's.
    """

    key: str
    flags: str
    needs_the: bool
    reaches: bool
    is_big: bool
    is_own: bool
    make_candidates: Callable[[], tuple[Candidate, ...]] = field(repr=False)

    @functools.cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """All that the name may stand for: the user's own meaning and nicknames first, then the largest."""
        return self.make_candidates()

    @functools.cached_property
    def states(self) -> frozenset[str]:
        """The states that the candidates lie in."""
        return frozenset(candidate.state for candidate in self.candidates)


@dataclass(frozen=True, slots=True)
class Known:
    """All that a key may mean: a place or the like, a county, a state or province, a country, by their codes.

    `short` is the state of which the key is an abbreviation.
    """

    key: str
    name: Name | None
    county: Name | None
    state: str
    short: str
    country: str
    is_context: bool


class NameIndex:
    """Candidates by name for one set of regions."""

    def __init__(self, regions: Mapping[str, Region]) -> None:
        gazetteer = load_gazetteer()
        self._gazetteer = gazetteer
        self._regions = regions
        self._names: dict[str, Name] = {}
        self._known: dict[str, Known] = {}
        self._counties: dict[str, Name] = {}
        self._own: dict[str, list[Candidate]] = {}
        self._needs_the: set[str] = set()
        self._region_of: dict[int, dict[str, float]] = {}
        for region in regions.values():
            for place_id in region.inside:
                self._region_of.setdefault(place_id, {})[region.id] = 1.0
        self._county_regions = self._share_counties()
        self.longest: dict[str, int] = dict(gazetteer.longest)
        """The first words of all names, each with the words of the longest name that begins with it."""
        for key in gazetteer.counties_by_name:
            self._lengthen(key)
        self._add_nicknames()
        self._add_own_names()
        self.states = {name_key(name): code for code, name in US_STATES.items()}
        self.provinces = {name_key(name): code for name, (_, code) in PROVINCES.items()}
        self.countries = _country_keys()
        context = frozenset((*self.states, *self.provinces, *self.countries, *map(name_key, AP_ABBREVIATIONS)))
        self.context = context
        for key in context:
            self._lengthen(key)

    def knows(self, key: str) -> bool:
        """Whether a text may mean a place, county, state or country by that name."""
        if key in PLAIN_STARTS:
            return False
        return key in self.context or key in self._own or self._gazetteer.knows(key)

    def find_known(self, key: str) -> Known | None:
        """Return all that a text may mean by a name, or None where it means nothing."""
        known = self._known.get(key)
        if known is None and self.knows(key):
            state = self.states.get(key) or self.provinces.get(key) or ""
            country = self.countries.get(key, "")
            known = self._known[key] = Known(
                key, self.find(key), self.find_county(key), state, _AP_KEYS.get(key, ""), country, key in self.context
            )
        return known

    def find(self, key: str) -> Name | None:
        """Return what a name may stand for, or None."""
        name = self._names.get(key)
        if name is None:
            numbers, own = self._gazetteer.find_numbers(key), self._own.get(key, [])
            if not (numbers or own):
                return None
            name = self._names[key] = self._make_name(key, numbers, own)
        return name

    def find_county(self, key: str) -> Name | None:
        """Return the counties of that name (without the word county), or None."""
        if key not in self._counties and key in self._gazetteer.counties_by_name:
            candidates = tuple(map(self._county_candidate, self._gazetteer.counties_by_name[key]))
            reaches = any(candidate.regions for candidate in candidates)
            is_big = any(candidate.population >= BIG_NAME for candidate in candidates)
            self._counties[key] = Name(f"{key} county", "", False, reaches, is_big, False, lambda: candidates)
        return self._counties.get(key)

    def find_region(self, region_id: str) -> Region | None:
        """Return the region of that id, or None."""
        return self._regions.get(region_id)

    def regions_at(self, lat: float, lon: float, county: str = "") -> dict[str, float]:
        """Return the regions a point lies in, each with 1."""
        return {region.id: 1.0 for region in self._regions.values() if region.contains(lat, lon, county)}

    def _make_name(self, key: str, numbers: Sequence[int], own: Sequence[Candidate]) -> Name:
        places = self._gazetteer.places
        people = max(places.most_people(numbers), max([candidate.population for candidate in own], default=0))
        return Name(
            key,
            flags="" if own else places.flags_of(numbers),
            needs_the=key in self._needs_the,
            reaches=not self._region_of.keys().isdisjoint(numbers) or any(candidate.regions for candidate in own),
            is_big=people >= BIG_NAME,
            is_own=bool(own),
            # No method of the index: it would keep itself alive.
            make_candidates=functools.partial(_make_candidates, own, numbers, places, self._region_of),
        )

    def _county_candidate(self, county: County) -> Candidate:
        return Candidate(
            county.label, county.lat, county.lon, math.log10(max(county.population, 1000)), county.population,
            "US", county.state, "county", self._county_regions.get(county.fips, {}),
            cell_of(county.lat, county.lon),
        )  # fmt: skip

    def _share_counties(self) -> dict[str, dict[str, float]]:
        """Return for each county the part of its people that live in each region."""
        people: dict[tuple[str, str], int] = {}
        for region in self._regions.values():
            for place_id in region.inside:
                place = self._gazetteer.places[place_id]
                people[place.county, region.id] = people.get((place.county, region.id), 0) + place.population
        shares: dict[str, dict[str, float]] = {}
        for (fips, region_id), inside in people.items():
            county = self._gazetteer.counties.get(fips)
            if county is not None and inside > 0.1 * county.population:
                shares.setdefault(fips, {})[region_id] = min(1.0, inside / max(1, county.population))
        return shares

    def _add_nicknames(self) -> None:
        for nickname, label in NICKNAMES.items():
            name, _, state = label.partition(", ")
            places = self._gazetteer.find(name_key(name))
            place = next((p for p in places if p.state == state and p.country == "US"), None)
            if place is not None:
                self._add_own(nickname, replace(_as_candidate(place, self._region_of), kind="nickname"))

    def _add_own_names(self) -> None:
        for region in self._regions.values():
            for name in region.names:
                centre = region.centres[0]
                # What the user calls the region means this region, whoever else bears the name.
                self._own.pop(_without_the(name), None)
                label = f"{name} ({region.id})"
                candidate = replace(
                    _as_candidate(centre, self._region_of), label=label, kind="region", regions={region.id: 1.0}
                )
                self._add_own(name, candidate)

    def _add_own(self, name: str, candidate: Candidate) -> None:
        key = _without_the(name)
        self._own.setdefault(key, []).append(candidate)
        if name.lower().startswith("the ") and " " not in key:
            self._needs_the.add(key)
        self._lengthen(key)

    def _lengthen(self, key: str) -> None:
        first, _, rest = key.partition(" ")
        self.longest[first] = max(self.longest.get(first, 0), 1 + len(rest.split()))


def _as_candidate(place: Place, region_of: Mapping[int, Mapping[str, float]]) -> Candidate:
    return Candidate(
        place.label, place.lat, place.lon, math.log10(max(place.population, 100)), place.population,
        place.country, place.state, "place", region_of.get(place.id, {}), cell_of(place.lat, place.lon),
    )  # fmt: skip


def _make_candidates(
    own: Sequence[Candidate],
    numbers: Iterable[int],
    places: Sequence[Place],
    region_of: Mapping[int, Mapping[str, float]],
) -> tuple[Candidate, ...]:
    return (*own, *[_as_candidate(places[number], region_of) for number in numbers])


def nearest_label(candidate: Candidate, region: Region) -> str:
    """Say where a candidate lies, as `Aurora, CO, 13 km from Denver`."""
    if candidate.kind != "place" or not region.centres:
        return candidate.label
    centre = min(region.centres, key=lambda c: distance_km(candidate.lat, candidate.lon, c.lat, c.lon))
    away = distance_km(candidate.lat, candidate.lon, centre.lat, centre.lon)
    return candidate.label if away < 1 else f"{candidate.label}, {away:.0f} km from {centre.name}"


def _without_the(name: str) -> str:
    return name_key(name).removeprefix("the ")


def _country_keys() -> dict[str, str]:
    keys = {name_key(name): code for code, name in load_countries().items()}
    for code, words in COUNTRY_WORDS.items():
        keys |= {name_key(word): code for word in words}
    # The country is rarer in our news than the state, and Saint Helena and the like are towns.
    for town in ("georgia", "saint helena", "jersey", "guam", "puerto rico"):
        keys.pop(town, None)
    return keys
