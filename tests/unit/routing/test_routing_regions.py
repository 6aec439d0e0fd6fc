"""Regions on the map: what they contain, rivals, overlaps, explanation."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from digest.config.regions import RegionConfig
from digest.errors import NotFoundError
from digest.routing.checks import check_regions
from digest.routing.explain import explain_region
from digest.routing.gazetteer import load_gazetteer
from digest.routing.regions import Region, resolve_region
from digest.routing.router import Router
from digest.routing.router import explain_region as explain_by_id


def resolved(**definition: object) -> Region:
    """Return the region of a definition that has no mistakes."""
    region, problems = resolve_region("here", RegionConfig.model_validate(definition))
    assert region is not None
    assert not problems
    return region


def towns(region: Region) -> set[str]:
    """Return the labels of the places inside."""
    return {load_gazetteer().places[number].label for number in region.inside}


def test_place_and_radius_hold_the_suburbs() -> None:
    """A place with its radius holds its suburbs and not the next city."""
    inside = towns(resolved(place="Denver, CO"))
    assert {"Denver, CO", "Aurora, CO", "Boulder, CO"} <= inside
    assert "Colorado Springs, CO" not in inside


def test_rival_city_keeps_its_own_suburbs() -> None:
    """A city of comparable size claims what lies nearer to it, whether found or named."""
    region = resolved(place="Washington, DC", not_nearer=["Baltimore, MD"])
    assert [rival.label for rival in region.rivals] == ["Baltimore, MD"]
    assert "Arlington, VA" in towns(region)
    assert not towns(region) & {"Baltimore, MD", "Glen Burnie, MD"}


def test_rivals_are_found_without_being_named() -> None:
    """A rival within reach is found by its size alone."""
    assert "San Antonio, TX" in {rival.label for rival in resolved(place="Austin, TX").rivals}


def test_counties_and_metros_hold_their_counties_only() -> None:
    """A region by counties holds the places of those counties."""
    region = resolved(counties=["Polk County, IA", "Dallas County, IA"])
    assert {"Des Moines, IA", "Adel, IA"} <= towns(region)
    assert "Ames, IA" not in towns(region)
    metro = resolved(metro="Fayetteville-Springdale-Rogers, AR")
    assert {"Rogers, AR", "Fayetteville, AR"} <= towns(metro)


def test_not_names_leave_a_place_out() -> None:
    """A name that means something else there is left out."""
    assert "Aurora, CO" not in towns(resolved(place="Denver, CO", not_names=["Aurora"]))


def test_region_abroad_holds_its_cities() -> None:
    """A region in another country works with the larger places there."""
    region = resolved(place="Madrid, ES")
    assert any(label.startswith("Getafe") for label in towns(region))


def test_mistakes_come_with_their_path() -> None:
    """Every name that cannot be resolved is told with its place in the definition."""
    definition = {"place": "Columbus", "not_nearer": ["Nowhere, OH"], "counties": ["Polk County"]}
    findings = check_regions({"here": RegionConfig.model_validate(definition)})
    assert {(f.id, f.path, f.level) for f in findings} == {
        ("here", "place", "error"),
        ("here", "not_nearer.0", "error"),
        ("here", "counties.0", "error"),
    }


def test_overlap_is_a_warning_with_the_towns() -> None:
    """Two regions that share places are told, with the largest shared towns."""
    findings = check_regions(
        {"a": RegionConfig(place="Denver, CO"), "b": RegionConfig(place="Boulder, CO", radius_km=30)}
    )
    assert [(f.id, f.level) for f in findings] == [("a", "warning")]
    assert "Boulder, CO" in findings[0].message


def test_explanation_counts_towns_and_draws_a_map() -> None:
    """An explanation names towns, counties and rivals, and its map is well-formed."""
    explanation = explain_region(resolved(place="Washington, DC", not_nearer=["Baltimore, MD"]))
    assert explanation.population > 3_000_000
    assert "rivals: Baltimore, MD" in explanation.text()
    assert explanation.counties[0][1] > 0.5
    drawn = ElementTree.fromstring(explanation.svg())
    labels = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "Baltimore" in labels
    assert "Washington" in labels


def test_unknown_region_is_refused_with_the_known_ones(router: Router) -> None:
    """Asking about a region that is not configured names those that are."""
    with pytest.raises(NotFoundError) as caught:
        explain_by_id(router, "atlantis")
    assert "denver" in caught.value.choices
