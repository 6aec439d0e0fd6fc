"""Stories and the regions they are about."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.project import Project
from digest.config.regions import RegionConfig
from digest.model.routes import Routes
from digest.model.story import Story
from digest.routing.mention_patterns import (
    AFTER,
    COUNTY_AFTER,
    RUN,
    RUN_IN_ASCII,
    STATE_AFTER,
    STATE_STARTS,
    STREET_AFTER,
    TAIL,
)
from digest.routing.names import NameIndex
from digest.routing.regions import resolve_regions
from digest.routing.router import Router
from digest.routing.spots import Spots
from digest.routing.word_lists import TELLING

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
        ("One hurt in N. Dallas crash", "Police closed the road on Monday.", ["dallas"]),
        ("N. Denver wins prize", "The poet lives by the sea.", ["denver"]),
        ("J. Denver wins prize", "The poet lives by the sea.", []),
        ("Youth league signs up", "Call 952-555-0173 or 952-555-0121 to join.", ["twin-cities"]),
        ("Youth league signs up", "Call 952-555-0173 to join, or 952-555-0173.", []),
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


def test_what_stands_behind_a_name_is_told_from_its_first_word() -> None:
    """Every pattern of what may follow a name begins as the quick look at its first word expects."""
    follow = (AFTER, COUNTY_AFTER, STREET_AFTER)
    tails = [" police", "'s mayor", " city hall", " and Adams counties", " streets", " area voters", "-based firm"]
    assert all(any(pattern.match(tail) for pattern in follow) for tail in tails)
    for tail in tails:
        word = TAIL.match(tail)
        assert word is not None
        assert word[1] in TELLING
    for state in (", Colo.", ", N.C.", " West Virginia", ", D.C.", ", TX"):
        word = TAIL.match(state)
        assert word is not None
        assert STATE_AFTER.match(state)
        assert word[1] in STATE_STARTS or len(word[1]) < 3


CITIES = ["Denver", "Aurora, Colo.", "Springfield", "St. Paul", "Columbus, Ga.", "Boulder County", "Fort Worth"]
PIECES = st.sampled_from(
    [*CITIES, "police said", "in", "Mayor Dallas Smith", "303-555-0114", "Ohio", "the Cities", "."]
)


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.lists(PIECES, max_size=10).map(" ".join), max_size=6), data=st.data())
def test_routes_depend_on_nothing_routed_before(
    router: Router, make_story: MakeStory, texts: list[str], data: st.DataObject
) -> None:
    """A story gets the same routes alone, in a batch, in any order, however long the router is in use."""
    stories = [make_story(text[:50], text, id=f"s{number}") for number, text in enumerate(texts)]
    together = router.route(stories)
    order = data.draw(st.permutations(range(len(stories))))
    shuffled = router.route([stories[number] for number in order])
    assert [together[number] for number in order] == shuffled
    assert [router.route([story])[0] for story in stories] == together


def test_memory_of_runs_is_bounded() -> None:
    """Runs of words are forgotten in time, and found the same way again."""
    index = NameIndex(resolve_regions({"denver": RegionConfig(place="Denver, CO")})[0])
    spots = Spots(index, most=50)
    found = [spots.find(f"Denver{'x' * number}") for number in range(200)]
    assert spots.remembered <= 50
    assert [bool(one) for one in found] == [True] + [False] * 199
    assert spots.find("Denver") == found[0]


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


@given(
    st.lists(
        st.sampled_from(["St.", "Ste.", "Paul", "of", "the", " ", "-", "'s", ".", "O'Fallon", "A1_b", "in", "\n", "="])
    )
)
def test_runs_in_ascii_are_found_by_the_simpler_pattern(pieces: list[str]) -> None:
    """Both patterns find the same runs of capitalised words where the text is ASCII."""
    text = "".join(pieces)
    found = [match.span() for match in RUN_IN_ASCII.finditer(text)]
    assert found == [match.span() for match in RUN.finditer(text)]


@pytest.mark.parametrize("apostrophe", ["'", "’"])
@pytest.mark.parametrize(("before", "after"), [('"', '"'), ("“", "”"), ("— ", " –"), ("\xa0", "‘"), ("é ", " é")])
def test_typography_changes_no_route(
    router: Router, make_story: MakeStory, apostrophe: str, before: str, after: str
) -> None:
    """A name is found between marks of any typography, and its words are told as they stand in the text."""
    body = f"They met near {before}Denver{apostrophe}s council{after}, then left."
    told = router.route([make_story("Council meets", body)])[0].regions
    assert [(route.id, route.evidence[0].words) for route in told] == [("denver", f"Denver{apostrophe}s")]
