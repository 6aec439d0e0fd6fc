"""The table of places, counties and metropolitan areas, looked up by name or by position; it judges no text.

Places come from GeoNames (500 people and more in the home country of the table, 15,000 in the world). The tables are
read on first use, once for the process; a place becomes an object only when it is asked for.
"""

from __future__ import annotations

import functools
import gzip
import math
import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from typing import NamedTuple, cast, overload

from digest.routing.columns import Column, unpack
from digest.routing.distances import KM_A_DEGREE, cell_at, distance_km
from digest.routing.states import US_STATES

MILLI = 1000
"""The table holds positions in thousandths of a degree."""
BIG_NAME = 150_000
"""From this population on, a place's name that is also a person or a word is mostly the place."""
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


def name_key(name: str) -> str:
    """Return the form in which names are compared: `St. Paul` and `Saint Paul` are the same."""
    if name.isascii():
        if name.isalpha():
            name = name.lower()
            return _LONG_FORMS.get(name, name)
    else:
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = _JOIN.sub("", name).lower().replace("-", " ").split()
    if words and words[0] in _LONG_FORMS:
        words[0] = _LONG_FORMS[words[0]]
    return " ".join(words)


def read_table(name: str) -> Iterator[list[str]]:
    """Yield the rows of a shipped table."""
    for line in read_lines(name):
        yield line.split("\t")


def read_lines(name: str) -> list[str]:
    """Return the rows of a shipped table, each as it stands there."""
    return _read(name).splitlines()


def _read(name: str) -> str:
    return gzip.decompress(_read_packed(name)).decode()


def _read_packed(name: str) -> bytes:
    return (resources.files("digest.routing") / "data" / name).read_bytes()


class Places(Sequence[Place]):
    """All places by their number, the largest first, made of the columns of the table when asked for."""

    def __init__(self, columns: dict[str, Column]) -> None:
        def texts(name: str) -> list[str]:
            return cast("list[str]", columns[name])

        def numbers(name: str) -> array[int]:
            return cast("array[int]", columns[name])

        self._names = texts("name")
        self._coded = [
            (texts(f"{name}_texts"), numbers(name)) for name in ("country", "state", "county", "timezone", "flags")
        ]
        self._lats, self._lons = numbers("lat"), numbers("lon")
        self._people = numbers("population")

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, number: int) -> Place: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Place]: ...
    def __getitem__(self, number: int | slice) -> Place | Sequence[Place]:
        """Return the place of a number."""
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        country, state, county, timezone, flags = [texts[codes[number]] for texts, codes in self._coded]
        return Place(
            number, self._names[number], country, state, self._lats[number] / MILLI, self._lons[number] / MILLI,
            self._people[number], county, timezone, flags,
        )  # fmt: skip

    def flags_of(self, numbers: Iterable[int]) -> str:
        """Return the flags of any of these places, each once."""
        texts, codes = self._coded[4]
        return "".join(sorted(set("".join([texts[codes[number]] for number in numbers]))))

    def most_people(self, numbers: Iterable[int]) -> int:
        """Return the population of the largest of these places."""
        return max([self._people[number] for number in numbers], default=0)

    def near(self, numbers: Iterable[int], lat: float, lon: float, radius_km: float) -> list[int]:
        """Return those of the places that lie within `radius_km`."""
        lats, lons = self._lats, self._lons
        return [n for n in numbers if distance_km(lat, lon, lats[n] / MILLI, lons[n] / MILLI) <= radius_km]

    def of_counties(self, fips: Iterable[str]) -> list[Place]:
        """Return the places of counties, the largest first."""
        texts, codes = self._coded[2]
        wanted = {texts.index(county) for county in fips if county in texts}
        return [self[number] for number, code in enumerate(codes) if code in wanted]


class Gazetteer:
    """All places by name and by position, counties and metropolitan areas."""

    def __init__(self, columns: dict[str, Column], counties: Iterable[County], metros: Iterable[Metro]) -> None:
        self.places = Places(columns)
        self.counties = {county.fips: county for county in counties}
        self.metros = list(metros)
        self._by_name = _Groups(columns, "name_key")
        self._by_cell = _Groups(columns, "cell")
        heads, words = cast("list[str]", columns["head"]), cast("array[int]", columns["head_words"])
        keys, names = self._by_name.keys, cast("list[str]", columns["name_key"])
        # Most heads are names themselves: one text for both.
        self.longest = {
            names[keys[head]] if head in keys else head: count for head, count in zip(heads, words, strict=True)
        }
        """The first words of names, each with the words of the longest name that begins with it."""
        self.counties_by_name: dict[str, list[County]] = {}
        for county in self.counties.values():
            self.counties_by_name.setdefault(county_key(county.name), []).append(county)

    @property
    def names(self) -> Iterable[str]:
        """The names of all places, as they are compared."""
        return cast("Iterable[str]", self._by_name.keys)

    def knows(self, key: str) -> bool:
        """Whether a place or county bears that name."""
        return key in self._by_name.keys or key in self.counties_by_name

    def find(self, key: str) -> list[Place]:
        """Return the places of a name, as names are compared, the largest first."""
        return [self.places[number] for number in self._by_name.find(key)]

    def find_numbers(self, key: str) -> Sequence[int]:
        """Return the numbers of the places of a name."""
        return self._by_name.find(key)

    def is_mostly_place(self, key: str) -> bool:
        """Whether a name is a place's or county's and no person's or ordinary word's, or a large place's anyway."""
        if not self.knows(key):
            return False
        numbers = self._by_name.find(key)
        return not self.places.flags_of(numbers) or self.places[numbers[0]].population >= BIG_NAME

    def near(self, lat: float, lon: float, radius_km: float) -> list[Place]:
        """Return the places within `radius_km`, the largest first."""
        tall = radius_km / KM_A_DEGREE
        wide = tall / max(0.05, math.cos(math.radians(min(89.0, abs(lat) + tall))))
        rows = range(int((lat - tall) // 1), int((lat + tall) // 1) + 1)
        columns = range(int((lon - wide) // 1), int((lon + wide) // 1) + 1)
        around = [number for row in rows for column in columns for number in self._by_cell.find(cell_at(row, column))]
        return [self.places[number] for number in sorted(self.places.near(around, lat, lon, radius_km))]


class _Groups:
    """Numbers of places by a key: column `K`, where each key's numbers end, and the numbers."""

    def __init__(self, columns: dict[str, Column], name: str) -> None:
        self.keys: dict[str | int, int] = {key: at for at, key in enumerate(cast("list[str | int]", columns[name]))}
        self._ends = cast("array[int]", columns[f"{name}_ends"])
        self._numbers = cast("array[int]", columns[f"{name}_places"])

    def find(self, key: str | int) -> Sequence[int]:
        at = self.keys.get(key)
        if at is None:
            return ()
        return self._numbers[self._ends[at - 1] if at else 0 : self._ends[at]]


def county_key(name: str) -> str:
    """Return a county's name without `County`, `Parish` and the like, as names are compared."""
    return re.sub(
        r" (county|parish|borough|census area|municipality|city and borough|city|municipio)$", "", name_key(name)
    )


@functools.cache
def load_gazetteer() -> Gazetteer:
    """Load the shipped tables (once for the process)."""
    counties = (
        County(code, name, state, float(lat), float(lon), int(inhabitants))
        for code, name, state, lat, lon, inhabitants in read_table("counties.tsv.gz")
    )
    metros = (Metro(title, tuple(codes.split(","))) for _, title, _, codes in read_table("metros.tsv.gz"))
    return Gazetteer(unpack(_read_packed("places.gz")), counties, metros)


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
