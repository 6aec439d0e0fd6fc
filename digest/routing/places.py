"""Resolving a place, metropolitan area or county that a user names; unknown and ambiguous names come back as errors."""

from __future__ import annotations

import difflib
import re

from digest.errors import NotFoundError
from digest.routing.gazetteer import (
    County,
    Gazetteer,
    Metro,
    Place,
    county_key,
    load_countries,
    load_gazetteer,
    name_key,
)
from digest.routing.states import AP_ABBREVIATIONS, COUNTRY_WORDS, PROVINCES, US_STATES

CLEAR_LEAD = 20
"""How many times larger than its largest namesake a bare name's place must be to be taken without asking."""


class AmbiguousPlaceError(NotFoundError):
    """A name that several comparable places bear; `choices` are the ways to say which."""

    def __str__(self) -> str:
        return f"{self.name!r} is ambiguous; write one of {'; '.join(self.choices)}"


def resolve_place(text: str, home_country: str = "US") -> Place:
    """Return the place a user means by `Boise, ID`, `Toronto, CA` or `Paris`; it knows its time zone.

    Raises NotFoundError with near names, or AmbiguousPlaceError with the choices when several places of
    comparable size fit (a bare name is taken when its place is twenty times larger than the next).
    """
    name, _, where = (part.strip() for part in text.partition(","))
    gazetteer = load_gazetteer()
    named = gazetteer.find(name_key(name))
    fitting = [place for place in named if not where or _lies_in(place, where, home_country)]
    if not where and any(place.country == home_country for place in fitting):
        fitting = [place for place in fitting if place.country == home_country]
    if where and home_country == "US" and any(place.country == "US" for place in fitting):
        fitting = [place for place in fitting if place.country == "US"]
    if not fitting:
        raise NotFoundError("place", text, _near_names(gazetteer, name, named))
    fitting = sorted(fitting, key=lambda place: -place.population)
    if not where and len(fitting) > 1 and fitting[0].population < CLEAR_LEAD * fitting[1].population:
        raise AmbiguousPlaceError("place", text, tuple(place.label for place in fitting[:6]))
    return fitting[0]


def resolve_metro(text: str) -> Metro:
    """Return the metropolitan area of that Census title, or whose title begins with that city.

    Raises NotFoundError or AmbiguousPlaceError with the titles.
    """
    wanted = text.strip().casefold()
    metros = load_gazetteer().metros
    exact = [metro for metro in metros if metro.title.casefold() == wanted]
    city, _, state = (part.strip() for part in wanted.partition(","))
    found = exact or [m for m in metros if _first_city(m.title) == city and (not state or _states(m.title, state))]
    if not found:
        near = difflib.get_close_matches(text, [metro.title for metro in metros], 4, 0.5)
        raise NotFoundError("metropolitan area", text, near)
    if len(found) > 1:
        raise AmbiguousPlaceError("metropolitan area", text, [metro.title for metro in found])
    return found[0]


def resolve_county(text: str) -> County:
    """Return the county that `Polk County, IA` means.

    Raises NotFoundError or AmbiguousPlaceError with the choices.
    """
    name, _, state = (part.strip() for part in text.partition(","))
    named = load_gazetteer().counties_by_name.get(county_key(name), [])
    found = [county for county in named if not state or county.state == _state_code(state)]
    same = [county for county in found if name_key(county.name) == name_key(name)]
    found = same or found
    if not found:
        raise NotFoundError("county", text, [county.label for county in named[:6]])
    if len(found) > 1:
        raise AmbiguousPlaceError("county", text, [county.label for county in found[:8]])
    return found[0]


def _state_code(text: str) -> str:
    """Return the code of a state written in full, in AP style or as a code."""
    plain = text.strip().rstrip(".")
    for code, name in US_STATES.items():
        if plain.casefold() in (code.casefold(), name.casefold()):
            return code
    return AP_ABBREVIATIONS.get(plain, plain.replace(".", "").upper())


def _lies_in(place: Place, where: str, home_country: str) -> bool:
    code = _state_code(where)
    if place.country == home_country and place.state == code:
        return True
    country, state = PROVINCES.get(where.title(), ("", ""))
    if country:
        return (place.country, place.state) == (country, state)
    called = {load_countries().get(place.country, ""), *COUNTRY_WORDS.get(place.country, ())}
    return place.country == where.strip().upper() or where.casefold() in {name.casefold() for name in called}


def _near_names(gazetteer: Gazetteer, name: str, named: list[Place]) -> tuple[str, ...]:
    """Return what the user may have meant: the same name elsewhere, else the same spelling but for a letter or two."""
    if named:
        return tuple(place.label for place in named[:6])
    key = name_key(name)
    alike = [other for other in gazetteer.names if other[:1] == key[:1] and abs(len(other) - len(key)) < 3]
    return tuple(gazetteer.find(other)[0].label for other in difflib.get_close_matches(key, alike, 4, 0.75))


def _first_city(title: str) -> str:
    return re.split(r"[-/,]", title.casefold())[0].strip()


def _states(title: str, state: str) -> bool:
    return state.upper() in title.rpartition(",")[2].strip().split("-")
