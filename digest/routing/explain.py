"""What a region contains, in figures and as a map; nothing is routed here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from digest.routing.distances import KM_A_DEGREE
from digest.routing.gazetteer import County, Place, load_gazetteer
from digest.routing.regions import Region

_SIZE = 480
_LABELS = 9
_LEAST_HEIGHT = 14


@dataclass(frozen=True, slots=True)
class RegionExplanation:
    """A region as people read it: its towns (largest first), counties with their share of people, rivals."""

    id: str
    name: str
    definition: str
    centres: tuple[Place, ...]
    rivals: tuple[Place, ...]
    towns: tuple[Place, ...]
    counties: tuple[tuple[County, float], ...]
    names: tuple[str, ...]

    @property
    def population(self) -> int:
        """People in the towns inside; towns within towns are counted once more."""
        return sum(town.population for town in self.towns)

    def text(self) -> str:
        """Return a few lines for the terminal."""
        shown = ", ".join(f"{town.name} ({town.population:,})" for town in self.towns[:12])
        counties = ", ".join(f"{county.label} ({share:.0%})" for county, share in self.counties[:12])
        lines = [
            f"{self.name} ({self.id}): {self.definition}",
            f"  {len(self.towns)} places, {self.population:,} people in them",
            f"  largest: {shown or 'none'}",
            f"  counties: {counties or 'none'}",
            f"  rivals: {', '.join(rival.label for rival in self.rivals) or 'none'}",
            f"  further names: {', '.join(self.names) or 'none'}",
        ]
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """Return the same as plain values: towns with their people, counties with the share inside, rivals."""
        return {
            "id": self.id,
            "name": self.name,
            "definition": self.definition,
            "population": self.population,
            "places": [{"name": town.label, "population": town.population} for town in self.towns],
            "counties": [{"name": county.label, "share": round(share, 4)} for county, share in self.counties],
            "rivals": [rival.label for rival in self.rivals],
            "names": list(self.names),
        }

    def svg(self) -> str:
        """Return a map of the towns (dots by size), the centres and the rivals, as an SVG document."""
        return _draw(self)


def explain_region(region: Region) -> RegionExplanation:
    """Return what a region contains."""
    gazetteer = load_gazetteer()
    towns = tuple(gazetteer.places[number] for number in sorted(region.inside))
    people: dict[str, int] = {}
    for town in towns:
        people[town.county] = people.get(town.county, 0) + town.population
    counties = [
        (gazetteer.counties[fips], min(1.0, inside / max(1, gazetteer.counties[fips].population)))
        for fips, inside in people.items()
        if fips in gazetteer.counties
    ]
    counties.sort(key=lambda pair: -pair[0].population * pair[1])
    return RegionExplanation(
        region.id, region.name, _define(region), region.centres, region.rivals, towns, tuple(counties), region.names
    )  # fmt: skip


def _define(region: Region) -> str:
    config = region.config
    parts = []
    if config.place or config.places:
        around = " and ".join(place.label for place in region.centres)
        parts.append(f"within {config.radius_km:g} km of {around}")
    if config.metro or config.counties:
        parts.append(f"{len(region.counties)} counties")
    if region.rivals:
        parts.append("nearer to it than to a rival")
    return ", ".join(parts)


def _draw(explanation: RegionExplanation) -> str:
    shown = [*explanation.towns, *explanation.rivals]
    if not shown:
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}"></svg>'
    north, south = max(p.lat for p in shown), min(p.lat for p in shown)
    west, east = min(p.lon for p in shown), max(p.lon for p in shown)
    shrink = math.cos(math.radians((north + south) / 2))
    scale = (_SIZE - 60) / max(north - south, (east - west) * shrink, 0.05)

    def spot(place: Place) -> tuple[float, float]:
        return 30 + (place.lon - west) * shrink * scale, 30 + (north - place.lat) * scale

    height = round((north - south) * scale + 60)
    title = escape(explanation.name)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {height}" role="img" aria-label="{title}"'
        ' font-family="sans-serif" font-size="11">',
        f'<rect width="{_SIZE}" height="{height}" fill="#f6f4ef"/>',
    ]
    parts += [_dot(*spot(town), town, "#b3402a") for town in explanation.towns]
    parts += [_dot(*spot(rival), rival, "#3a4a63") for rival in explanation.rivals]
    parts += _labels([*explanation.rivals, *explanation.towns[:40]], spot)
    length = 20 / KM_A_DEGREE * scale
    parts.append(
        f'<path d="M20 {height - 14}h{length:.1f}" stroke="#222"/><text x="20" y="{height - 18}">20 km</text></svg>'
    )
    return "\n".join(parts)


def _dot(x: float, y: float, place: Place, colour: str) -> str:
    radius = max(1.5, math.sqrt(place.population) / 90)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="0.6">'
        f"<title>{escape(place.label)}, {place.population:,}</title></circle>"
    )


def _labels(places: list[Place], spot: object) -> list[str]:
    """Name the largest places, leaving out those whose label would cover another."""
    taken: list[tuple[float, float]] = []
    labels = []
    for place in places:
        x, y = spot(place)  # type: ignore[operator]
        if all(abs(x - other_x) > 70 or abs(y - other_y) > _LEAST_HEIGHT for other_x, other_y in taken):
            taken.append((x, y))
            anchor = "end" if x > _SIZE - 90 else "start"
            shift = -6 if anchor == "end" else 6
            labels.append(
                f'<text x="{x + shift:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{escape(place.name)}</text>'
            )
        if len(labels) >= _LABELS:
            break
    return labels
