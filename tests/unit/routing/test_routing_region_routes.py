"""Stories and the regions they are about."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.project import Project
from digest.model.routes import Routes
from digest.model.story import Story
from digest.routing.router import Router

MakeStory = Callable[..., Story]


def regions(routes: Routes) -> list[str]:
    """Return the ids of the regions told."""
    return [route.id for route in routes.regions]


@pytest.mark.parametrize(
    ("headline", "body", "wanted"),
    [
        ("Denver council backs bike lanes", "The Denver City Council voted Monday.", ["denver"]),
        ("Fire in Aurora", "AURORA, Colo. — A fire destroyed a shop, Aurora police said.", ["denver"]),
        ("Fire in Aurora", "AURORA, Ill. — A fire destroyed a shop, Aurora police said.", []),
        ("Columbus, Georgia, elects mayor", "Columbus residents voted.", []),
        ("Zoo in Columbus, Ohio, opens", "The zoo in Columbus opened its gates.", ["columbus"]),
        ("School plan moves on", "The Cities will vote. Minneapolis and St. Paul schools agreed.", ["twin-cities"]),
        ("John Denver remembered", "Denver sang for decades. Denver was born in Roswell.", []),
        ("Bridge work on Denver Avenue in Tulsa", "Crews closed Denver Avenue in Tulsa, Okla.", []),
        ("Hearing set in Baltimore", "BALTIMORE — The Baltimore Police Department said so.", []),
        ("Markets close higher", "NEW YORK — Stocks rose on Tuesday.", []),
    ],
)
def test_story_goes_where_it_is_about(
    router: Router, make_story: MakeStory, headline: str, body: str, wanted: list[str]
) -> None:
    """Names are read with the words around them: states, streets, persons, datelines."""
    assert regions(router.route([make_story(headline, body)])[0]) == wanted


def test_evidence_names_the_words_and_the_place(router: Router, make_story: MakeStory) -> None:
    """A route keeps the words as they stand in the text and what they were taken for."""
    route = router.route([make_story("Boulder flood", "Boulder, Colo., police warned residents.")])[0].regions[0]
    assert route.id == "denver"
    assert 0 < route.share <= 1
    evidence = route.evidence[0]
    assert (evidence.words, evidence.place) == ("Boulder", "headline")
    assert evidence.note.startswith("Boulder, CO, ")


def test_home_decides_between_namesakes(make_project: Callable[..., Project], make_story: MakeStory) -> None:
    """A source at home near another Columbus means that one."""
    sources = [
        {"id": "south", "path": "a", "home": "Columbus, GA"},
        {"id": "north", "path": "b", "home": "columbus"},
    ]
    router = Router.from_project(make_project(sources=sources))
    text = ("Columbus shop robbed", "Columbus police look for two men.")
    south, north = router.route([make_story(*text, source="south"), make_story(*text, source="north")])
    assert regions(south) == []
    assert regions(north) == ["columbus"]


def test_home_is_known_from_the_host(router: Router, make_story: MakeStory) -> None:
    """The table of outlets gives a home to a source that names none."""
    story = make_story("Board meets", "The board met.", url="https://www.dispatch.com/story/1")
    home = router.find_home(story)
    assert home is not None
    assert home.regions == ("columbus",)
    assert regions(router.route([story])[0]) == ["columbus"]


def test_just_missed_region_is_kept(router: Router, make_story: MakeStory) -> None:
    """A region that is mentioned beside others is a near miss, not a route."""
    body = "Offices in Chicago and Boston will close. So will one in Denver."
    routes = router.route([make_story("Bank shuts offices in Chicago and Boston", body)])[0]
    assert regions(routes) == []
    assert [route.id for route in routes.near_regions] == ["denver"]


def test_strict_region_needs_more(make_project: Callable[..., Project], make_story: MakeStory) -> None:
    """`strict` raises the share that a region needs."""
    story = make_story("Trial opens", "The case in Chicago follows one in Denver. Police in Boston agreed.")
    lax = Router.from_project(make_project({"denver": {"place": "Denver, CO"}}, {}))
    strict = Router.from_project(make_project({"denver": {"place": "Denver, CO", "strict": True}}, {}))
    assert regions(lax.route([story])[0]) == ["denver"]
    assert regions(strict.route([story])[0]) == []


def test_region_abroad_takes_its_stories(make_project: Callable[..., Project], make_story: MakeStory) -> None:
    """A region in another country is found by its cities and by its own names."""
    router = Router.from_project(make_project({"madrid": {"place": "Madrid, ES", "names": ["La Comunidad"]}}, {}))
    story = make_story("Huelga de metro en Madrid", "Madrid y Getafe, en España, se quedan sin trenes.")
    assert regions(router.route([story])[0]) == ["madrid"]


@settings(max_examples=80, deadline=None)
@given(headline=st.text(max_size=60), body=st.text(max_size=300))
def test_routing_is_total(router: Router, make_story: MakeStory, headline: str, body: str) -> None:
    """Any text in any script is routed without an error, the same way each time."""
    story = make_story(headline, body, id="s")
    first, second = router.route([story, story])
    assert first == second
    for route in (*first.regions, *first.topics, *first.near_regions, *first.near_topics):
        assert 0 <= route.share <= 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["Denver", "Columbus", "Ohio", "police", "in", "St.", "Paul", ",", "COUNTY", "—"])))
def test_words_of_places_in_any_order_are_routed(router: Router, make_story: MakeStory, words: list[str]) -> None:
    """Names, states and offices in any order never break the walk."""
    routes = router.route([make_story(" ".join(words[:6]), " ".join(words), id="s")])[0]
    assert {route.id for route in routes.regions} <= router.regions.keys()
