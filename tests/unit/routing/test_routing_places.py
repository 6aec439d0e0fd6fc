"""Places, metropolitan areas and counties as users name them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import NotFoundError
from digest.routing.distances import distance_km
from digest.routing.gazetteer import load_gazetteer, name_key
from digest.routing.places import AmbiguousPlaceError, resolve_county, resolve_metro, resolve_place


@pytest.mark.parametrize(
    ("written", "label", "zone"),
    [
        ("Boise, ID", "Boise, ID", "America/Boise"),
        ("St. Paul, Minnesota", "Saint Paul, MN", "America/Chicago"),
        ("Ft. Worth, Tex.", "Fort Worth, TX", "America/Chicago"),
        ("Washington, D.C.", "Washington, DC", "America/New_York"),
        ("New York, NY", "New York City, NY", "America/New_York"),
        ("Madrid, ES", "Madrid, ES", "Europe/Madrid"),
        ("London, Ontario", "London, CA", "America/Toronto"),
        ("Denver", "Denver, CO", "America/Denver"),
    ],
)
def test_place_is_found_as_people_write_it(written: str, label: str, zone: str) -> None:
    """A place is found by name and state or country, with its time zone."""
    place = resolve_place(written)
    assert (place.label, place.timezone) == (label, zone)


def test_bare_columbus_is_ambiguous() -> None:
    """A name of several comparable cities is refused with the choices."""
    with pytest.raises(AmbiguousPlaceError) as caught:
        resolve_place("Columbus")
    assert caught.value.choices[:2] == ("Columbus, OH", "Columbus, GA")
    assert "write one of Columbus, OH; Columbus, GA" in str(caught.value)


def test_misspelt_place_is_told_with_near_names() -> None:
    """An unknown name comes back with the nearest spelling."""
    with pytest.raises(NotFoundError) as caught:
        resolve_place("Minneapols, MN")
    assert "Minneapolis, MN" in caught.value.choices


def test_place_in_wrong_state_is_told_with_its_states() -> None:
    """A known name in a state that has none comes back with the states that do."""
    with pytest.raises(NotFoundError) as caught:
        resolve_place("Denver, OH")
    assert "Denver, CO" in caught.value.choices


def test_metro_is_found_by_title_and_by_first_city() -> None:
    """A metropolitan area is named by its Census title, or by its first city and state."""
    by_title = resolve_metro("Fayetteville-Springdale-Rogers, AR")
    assert resolve_metro("Fayetteville, AR") == by_title
    assert "05143" in by_title.counties
    with pytest.raises(AmbiguousPlaceError):
        resolve_metro("Columbus")


def test_county_needs_its_state_where_there_are_many() -> None:
    """Polk County alone is ambiguous, with a state it is not."""
    assert resolve_county("Polk County, IA").fips == "19153"
    with pytest.raises(AmbiguousPlaceError):
        resolve_county("Polk County")
    with pytest.raises(NotFoundError):
        resolve_county("Nowhere County, IA")


def test_places_around_a_point_are_the_near_ones() -> None:
    """`near` returns what lies within the radius, the largest first."""
    gazetteer = load_gazetteer()
    found = gazetteer.near(39.739, -104.985, 30)
    assert [place.name for place in found[:2]] == ["Denver", "Aurora"]
    every = [p for p in gazetteer.places if distance_km(39.739, -104.985, p.lat, p.lon) <= 30]
    assert {place.id for place in found} == {place.id for place in every}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_as_a_place_is_found_or_refused(text: str) -> None:
    """Whatever a user writes, the answer is a place or an error that says so."""
    try:
        assert resolve_place(text).name
    except NotFoundError as error:
        assert error.kind == "place"


@given(st.text(max_size=30))
def test_name_key_is_stable(text: str) -> None:
    """The comparison form of a comparison form is itself, but for long forms and joined words."""
    once = name_key(text)
    assert once == once.lower()
    assert name_key(once).split() == name_key(name_key(once)).split()
