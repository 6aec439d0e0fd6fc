"""Local outlets of the United States: where a source is at home by its host, and which feeds to suggest for a place."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from digest.routing.distances import distance_km
from digest.routing.gazetteer import load_gazetteer, read_lines
from digest.routing.grounding import Home
from digest.routing.names import NameIndex
from digest.routing.places import resolve_place

_PLAIN_URL = re.compile(r"https?://(?:www\.)?([a-z0-9.-]+)(?:/|$)")
"""The host of most addresses, without the parts that only a few have."""
CHAIN_KM = 100.0
"""A host whose outlets lie further apart than this is a chain, and has no home."""


class Outlet(NamedTuple):
    """A newspaper or station, as the table has it; `feed` is empty where none is known."""

    host: str
    name: str
    kind: str
    county: str
    state: str
    lat: float
    lon: float
    feed: str


class SuggestedFeed(NamedTuple):
    """A feed near a place: the outlet's name, the feed's address, its distance in kilometres, its kind."""

    name: str
    url: str
    away_km: float
    kind: str


@functools.cache
def _load_rows() -> dict[str, str]:
    """Load the rows of the table by host (without `www.`), in lines: few are ever asked for."""
    found: dict[str, str] = {}
    for line in read_lines("outlets.tsv.gz"):
        host = line.partition("\t")[0]
        found[host] = f"{found[host]}\n{line}" if host in found else line
    return found


def find_outlets(host: str) -> tuple[Outlet, ...]:
    """Return the outlets of a host (without `www.`)."""
    rows = _load_rows().get(host)
    return _outlets_from(rows) if rows else ()


def _outlets_from(rows: str) -> tuple[Outlet, ...]:
    return tuple([_outlet_from(line.split("\t")) for line in rows.split("\n")])


def _outlet_from(row: list[str]) -> Outlet:
    host, name, kind, county, state, lat, lon, feed = row
    return Outlet(host, name, kind, county, state, float(lat), float(lon), feed)


def suggest_feeds(
    place: str, *, radius_km: float = 60.0, most: int = 12, home_country: str = "US"
) -> list[SuggestedFeed]:
    """Return feeds of outlets around a place such as `Boise, ID`, newspapers and near ones first.

    Raises NotFoundError when the place is unknown or ambiguous. Places outside the United States have none.
    """
    centre = resolve_place(place, home_country)
    found: dict[str, SuggestedFeed] = {}
    for rows in _load_rows().values():
        for outlet in _outlets_from(rows):
            away = distance_km(centre.lat, centre.lon, outlet.lat, outlet.lon)
            if outlet.feed and away <= radius_km:
                found.setdefault(outlet.host, SuggestedFeed(outlet.name, outlet.feed, round(away, 1), outlet.kind))
    return sorted(found.values(), key=lambda feed: (feed.kind != "newspaper", feed.away_km, feed.name))[:most]


class Homes:
    """Finds the home of a source: as the user wrote it, else by the host of its stories."""

    def __init__(self, index: NameIndex, home_country: str = "US") -> None:
        self._index = index
        self._home_country = home_country
        self._by_host: dict[str, Home | None] = {}

    def resolve(self, text: str) -> Home:
        """Return the home that `home:` names, a region id or a place.

        Raises NotFoundError when it is neither.
        """
        region = self._index.find_region(text)
        place = region.centres[0] if region and region.centres else resolve_place(text, self._home_country)
        regions = {region.id: 1.0} if region else self._index.regions_at(place.lat, place.lon, place.county)
        label = region.name if region else place.label
        return Home(place.lat, place.lon, place.state, place.country, tuple(regions), label)

    def find_by_url(self, url: str) -> Home | None:
        """Return the home of the outlet at that address, or None when it is unknown or a chain."""
        plain = _PLAIN_URL.match(url)
        host = plain[1] if plain else (urlsplit(url).hostname or "").removeprefix("www.")
        if host not in self._by_host:
            if len(self._by_host) > 50_000:
                self._by_host.clear()
            self._by_host[host] = self._find_by_host(host)
        return self._by_host[host]

    def _find_by_host(self, host: str) -> Home | None:
        outlets: tuple[Outlet, ...] = ()
        while "." in host and not outlets:
            outlets = find_outlets(host)
            host = host.partition(".")[2]
        # A row with a feed was seen at work; one without may stem from an old list.
        outlets = tuple(outlet for outlet in outlets if outlet.feed) or outlets
        if not outlets or _is_chain(outlets):
            return None
        first = outlets[0]
        regions = self._index.regions_at(first.lat, first.lon, first.county)
        county = load_gazetteer().counties.get(first.county)
        label = f"{first.name} ({county.label})" if county else first.name
        return Home(first.lat, first.lon, first.state, "US", tuple(regions), label)


def _is_chain(outlets: tuple[Outlet, ...]) -> bool:
    first = outlets[0]
    return any(distance_km(first.lat, first.lon, other.lat, other.lon) > CHAIN_KM for other in outlets)
