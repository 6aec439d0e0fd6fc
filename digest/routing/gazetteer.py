"""The table of places, counties and metropolitan areas, looked up by name or by position; it judges no text.

Places come from GeoNames (500 people and more in the home country of the table, 15,000 in the world). Loading
takes about 0.15 s and happens on first use, once for the process.
"""

from __future__ import annotations

import functools
import gc
import gzip
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from importlib import resources
from itertools import count
from typing import NamedTuple

from digest.routing.states import US_STATES

KM_A_DEGREE = 111.2
_CELLS_A_ROW = 1000
_LONG_FORMS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
_JOIN = re.compile(r"[.’'`]")


class Place(NamedTuple):
    """A populated place; `flags` holds w (reads as an ordinary word), f (first name), s (surname)."""

    id: int
    name: str
    country: str
    state: str
    lat: float
    lon: float
    population: int
    county: str
    timezone: str
    flags: str
    odd_key: str = ""

    @property
    def label(self) -> str:
        """The name with its state or country, as `Boise, ID`."""
        return f"{self.name}, {self.state if self.country == 'US' and self.state else self.country}"


class County(NamedTuple):
    """A county; its centre is weighted by the people of its places."""

    fips: str
    name: str
    state: str
    lat: float
    lon: float
    population: int

    @property
    def label(self) -> str:
        """The name with its state, as `Polk County, IA`."""
        return f"{self.name}, {self.state}"


class Metro(NamedTuple):
    """A metropolitan or micropolitan area of the US Census: its title and counties (FIPS)."""

    title: str
    counties: tuple[str, ...]


class AreaCode(NamedTuple):
    """A telephone area code: its centre, and how far its places lie from it (root mean square)."""

    lat: float
    lon: float
    spread_km: float


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance of two points; good to 1 % below 500 km, which is all that routing asks."""
    east = abs(lon - other_lon)
    if east > 180:
        east = 360 - east
    east *= math.cos(math.radians((lat + other_lat) / 2))
    return KM_A_DEGREE * math.hypot(lat - other_lat, east)


def cell_of(lat: float, lon: float) -> int:
    """Return the number of the cell of one degree that a point lies in."""
    return math.floor(lat) * _CELLS_A_ROW + math.floor(lon)


def cells_around(cell: int) -> tuple[int, ...]:
    """Return a cell and the eight around it."""
    north, south = cell + _CELLS_A_ROW, cell - _CELLS_A_ROW
    return cell, cell - 1, cell + 1, north, north - 1, north + 1, south, south - 1, south + 1


def name_key(name: str) -> str:
    """Return the form in which names are compared: `St. Paul` and `Saint Paul` are the same."""
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = _JOIN.sub("", name).lower().replace("-", " ").split()
    if words and words[0] in _LONG_FORMS:
        words[0] = _LONG_FORMS[words[0]]
    return " ".join(words)


def read_table(name: str) -> Iterator[list[str]]:
    """Yield the rows of a shipped table."""
    for line in _read(name).splitlines():
        yield line.split("\t")


def _read(name: str) -> str:
    packed = (resources.files("digest.routing") / "data" / name).read_bytes()
    return gzip.decompress(packed).decode()


class Gazetteer:
    """All places by name and by position; `longest` counts words of long names by their first word."""

    def __init__(self, places: Iterable[Place], counties: Iterable[County], metros: Iterable[Metro]) -> None:
        self.places = list(places)
        self.counties = {county.fips: county for county in counties}
        self.metros = list(metros)
        self.by_name: dict[str, list[Place]] = {}
        self.longest: dict[str, int] = {}
        self._cells: dict[int, list[Place]] = {}
        for place in self.places:
            self.by_name.setdefault(place.odd_key or place.name.lower(), []).append(place)
            self._cells.setdefault(cell_of(place.lat, place.lon), []).append(place)
        for alias, place in self._short_forms():
            self.by_name.setdefault(alias, []).append(place)
        for key in self.by_name:
            words = key.count(" ") + 1
            if words > 2:
                first = key.partition(" ")[0]
                self.longest[first] = max(words, self.longest.get(first, 0))
        self.counties_by_name: dict[str, list[County]] = {}
        for county in self.counties.values():
            self.counties_by_name.setdefault(county_key(county.name), []).append(county)

    def _short_forms(self) -> list[tuple[str, Place]]:
        """Return names without a `City` that news leaves out, as in New York."""
        short = [("new york", place) for place in self.by_name.get("new york city", [])]
        for key, places in self.by_name.items():
            if key.startswith("city of "):
                short += [(key.removeprefix("city of "), place) for place in places]
        return short

    def near(self, lat: float, lon: float, radius_km: float) -> list[Place]:
        """Return the places within `radius_km`, the largest first."""
        tall = radius_km / KM_A_DEGREE
        wide = tall / max(0.05, math.cos(math.radians(min(89.0, abs(lat) + tall))))
        rows = range(int((lat - tall) // 1), int((lat + tall) // 1) + 1)
        columns = range(int((lon - wide) // 1), int((lon + wide) // 1) + 1)
        found = [
            place
            for row in rows
            for column in columns
            for place in self._cells.get(row * _CELLS_A_ROW + column, ())
            if distance_km(lat, lon, place.lat, place.lon) <= radius_km
        ]
        return sorted(found, key=lambda place: place.id)


def county_key(name: str) -> str:
    """Return a county's name without `County`, `Parish` and the like, as names are compared."""
    return re.sub(
        r" (county|parish|borough|census area|municipality|city and borough|city|municipio)$", "", name_key(name)
    )


@functools.cache
def load_gazetteer() -> Gazetteer:
    """Load the shipped tables (once for the process)."""
    # The tables are a hundred thousand small objects that stay: collecting in between only costs time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _build()
    finally:
        if collecting:
            gc.enable()


def _build() -> Gazetteer:
    # By columns: a table of this size, read row by row, takes three times as long.
    cells = _read("places.tsv.gz").rstrip("\n").replace("\n", "\t").split("\t")
    names, countries, states, lats, lons, people, fips, zones, flags, keys = (cells[n::10] for n in range(10))
    places = map(
        Place, count(), names, countries, states, map(float, lats), map(float, lons), map(int, people),
        fips, zones, flags, keys,
    )  # fmt: skip
    counties = (
        County(code, name, state, float(lat), float(lon), int(inhabitants))
        for code, name, state, lat, lon, inhabitants in read_table("counties.tsv.gz")
    )
    metros = (Metro(title, tuple(codes.split(","))) for _, title, _, codes in read_table("metros.tsv.gz"))
    return Gazetteer(places, counties, metros)


@functools.cache
def load_area_codes() -> dict[str, AreaCode]:
    """Load the telephone area codes of the United States."""
    return {
        code: AreaCode(float(lat), float(lon), float(spread))
        for code, lat, lon, spread in read_table("area_codes.tsv.gz")
    }


@functools.cache
def load_countries() -> dict[str, str]:
    """Load the names of countries by their ISO code."""
    return {code: name for code, name in read_table("countries.tsv.gz")}  # noqa: C416


@functools.cache
def load_persons() -> tuple[frozenset[str], frozenset[str]]:
    """Load the commonest first names and surnames, in lower case."""
    first, last = (frozenset(row[1:]) for row in read_table("persons.tsv.gz"))
    return first, last


def state_name(code: str) -> str:
    """Return the full name of a state of the United States, or the code itself."""
    return US_STATES.get(code, code)
