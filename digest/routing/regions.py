"""Regions as places on the map: what lies inside a definition, and which rival cities bound it; it reads no text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from digest.config.regions import RegionConfig
from digest.errors import NotFoundError
from digest.routing.distances import distance_km
from digest.routing.gazetteer import County, Gazetteer, Place, load_gazetteer, name_key
from digest.routing.places import resolve_county, resolve_metro, resolve_place

RIVAL_SHARE = 0.5
"""A city is a rival from this share of the region's main city on."""
RIVAL_REACH = 2.0
"""Rivals are looked for up to this many radii away; farther ones cannot claim a place inside."""


@dataclass(frozen=True, slots=True)
class PlaceProblem:
    """A name in a definition that no place answers to; `path` is dotted, inside the definition."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Region:
    """A definition resolved to places: its centres, rivals, counties, and the ids of all places inside."""

    id: str
    name: str
    config: RegionConfig
    centres: tuple[Place, ...]
    rivals: tuple[Place, ...]
    counties: tuple[County, ...]
    inside: frozenset[int]
    names: tuple[str, ...]

    def contains(self, lat: float, lon: float, county: str = "") -> bool:
        """Whether a point (of a county, where that is known) lies in the region."""
        if self.config.metro or self.config.counties:
            if county and county in {c.fips for c in self.counties}:
                return True
            if not (self.config.place or self.config.places):
                return not county and any(distance_km(lat, lon, c.lat, c.lon) < 30 for c in self.counties)
        nearest = min((distance_km(lat, lon, p.lat, p.lon) for p in self.centres), default=1e9)
        if nearest > self.config.radius_km:
            return False
        return all(distance_km(lat, lon, p.lat, p.lon) > nearest for p in self.rivals)


def resolve_region(
    region_id: str, config: RegionConfig, home_country: str = "US"
) -> tuple[Region | None, list[PlaceProblem]]:
    """Turn a definition into a region; instead of one, return the names that cannot be resolved."""
    problems: list[PlaceProblem] = []
    gazetteer = load_gazetteer()
    centres = _resolve_places(config, home_country, problems)
    counties = _resolve_counties(config, problems)
    rivals = _find_rivals(gazetteer, config, centres) + _resolve_rivals(config, home_country, problems)
    if problems:
        return None, problems
    if not centres:
        centres = _main_towns(gazetteer, counties)
    names = tuple(dict.fromkeys([config.name, *config.names]))
    draft = Region(
        region_id, config.name or (centres[0].name if centres else region_id), config, tuple(centres), tuple(rivals),
        tuple(counties), frozenset(), tuple(name for name in names if name),
    )  # fmt: skip
    inside = frozenset(place.id for place in _places_inside(gazetteer, draft))
    return _with_inside(draft, inside), []


def resolve_regions(
    definitions: Mapping[str, RegionConfig], home_country: str = "US"
) -> tuple[dict[str, Region], list[tuple[str, PlaceProblem]]]:
    """Resolve all definitions; return the good ones, and the problems with the id of their region."""
    regions: dict[str, Region] = {}
    problems: list[tuple[str, PlaceProblem]] = []
    for region_id, config in definitions.items():
        region, found = resolve_region(region_id, config, home_country)
        problems += [(region_id, problem) for problem in found]
        if region is not None:
            regions[region_id] = region
    return regions, problems


def find_overlaps(regions: Iterable[Region]) -> list[tuple[Region, Region, list[Place]]]:
    """Return the pairs of regions that share places, with the shared ones, the largest first."""
    places = load_gazetteer().places
    every = list(regions)
    overlaps = []
    for number, one in enumerate(every):
        for other in every[number + 1 :]:
            shared = sorted(one.inside & other.inside)
            if shared:
                overlaps.append((one, other, [places[index] for index in shared]))
    return overlaps


def _with_inside(region: Region, inside: frozenset[int]) -> Region:
    return Region(
        region.id, region.name, region.config, region.centres, region.rivals, region.counties, inside, region.names
    )


def _resolve_places(config: RegionConfig, home_country: str, problems: list[PlaceProblem]) -> list[Place]:
    wanted = [("place", config.place)] if config.place else []
    wanted += [(f"places.{number}", text) for number, text in enumerate(config.places)]
    return _resolve_each(wanted, home_country, problems)


def _resolve_rivals(config: RegionConfig, home_country: str, problems: list[PlaceProblem]) -> list[Place]:
    wanted = [(f"not_nearer.{number}", text) for number, text in enumerate(config.not_nearer)]
    return _resolve_each(wanted, home_country, problems)


def _resolve_each(wanted: list[tuple[str, str]], home_country: str, problems: list[PlaceProblem]) -> list[Place]:
    found = []
    for path, text in wanted:
        try:
            found.append(resolve_place(text, home_country))
        except NotFoundError as error:
            problems.append(PlaceProblem(path, str(error)))
    return found


def _resolve_counties(config: RegionConfig, problems: list[PlaceProblem]) -> list[County]:
    counties: list[County] = []
    known = load_gazetteer().counties
    try:
        if config.metro:
            counties += [known[fips] for fips in resolve_metro(config.metro).counties if fips in known]
    except NotFoundError as error:
        problems.append(PlaceProblem("metro", str(error)))
    for number, text in enumerate(config.counties):
        try:
            counties.append(resolve_county(text))
        except NotFoundError as error:
            problems.append(PlaceProblem(f"counties.{number}", str(error)))
    return list(dict.fromkeys(counties))


def _find_rivals(gazetteer: Gazetteer, config: RegionConfig, centres: list[Place]) -> list[Place]:
    """Find cities of comparable size around: at least half the main city, further than half the radius."""
    if not centres:
        return []
    least = RIVAL_SHARE * max(place.population for place in centres)
    named = {name_key(text.partition(",")[0]) for text in config.not_nearer}
    rivals: dict[int, Place] = {}
    for centre in centres:
        for place in gazetteer.near(centre.lat, centre.lon, RIVAL_REACH * config.radius_km):
            if place.population < least:
                break
            away = min(distance_km(place.lat, place.lon, c.lat, c.lon) for c in centres)
            if away > config.radius_km / 2 and name_key(place.name) not in named:
                rivals[place.id] = place
    return list(rivals.values())


def _main_towns(gazetteer: Gazetteer, counties: list[County]) -> list[Place]:
    wanted = {county.fips for county in counties}
    return gazetteer.places.of_counties(wanted)[:1]


def _places_inside(gazetteer: Gazetteer, region: Region) -> list[Place]:
    refused = {name_key(name) for name in region.config.not_names}
    candidates: dict[int, Place] = {}
    if region.counties:
        fips = {county.fips for county in region.counties}
        candidates |= {place.id: place for place in gazetteer.places.of_counties(fips)}
    if region.config.place or region.config.places:
        for centre in region.centres:
            for place in gazetteer.near(centre.lat, centre.lon, region.config.radius_km):
                candidates[place.id] = place
    return [
        place
        for place in candidates.values()
        if not (refused and name_key(place.name) in refused) and region.contains(place.lat, place.lon, place.county)
    ]
