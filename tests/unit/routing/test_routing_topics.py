"""Stories and their topics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.project import Project
from digest.config.topics import TopicConfig
from digest.errors import ConfigError
from digest.model.routes import Routes
from digest.model.story import Story
from digest.routing.checks import check_topics
from digest.routing.lexicon import Lexicon, points_of, words_of
from digest.routing.router import Router
from digest.routing.topic_definitions import define_topic, load_builtin
from digest.routing.topic_routes import TopicRouter, TopicText, opening
from digest.routing.vectors import find_vectors

MakeStory = Callable[..., Story]
CLIMATE: dict[str, Any] = {
    "about": "Climate change, emissions, renewable energy and the companies behind it.",
    "keywords": ["carbon capture", "heat pump*"],
    "not": ["political climate"],
}


def topics(routes: Routes) -> set[str]:
    """Return the ids of the topics told."""
    return {route.id for route in routes.topics}


@pytest.mark.parametrize(
    ("headline", "wanted"),
    [
        ("Stocks fall as the Federal Reserve raises interest rates", {"business"}),
        ("Quarterback throws four touchdowns in playoff win", {"sports"}),
        ("Senate passes voting rights bill after filibuster", {"politics"}),
        ("Chipmaker unveils faster processor for laptops", {"tech"}),
        ("New cancer drug helps patients live longer, doctors say", {"health"}),
        ("Actor and singer wed on a beach", set()),
    ],
)
def test_headline_goes_to_its_topic(router: Router, make_story: MakeStory, headline: str, wanted: set[str]) -> None:
    """Built-in topics take plain headlines, and what fits none goes nowhere."""
    assert topics(router.route([make_story(headline)])[0]) == wanted


def test_nested_topic_is_told_beside_its_parent(router: Router, make_story: MakeStory) -> None:
    """A merger is a deal and business."""
    body = "The software company agreed to acquire its rival for cash, in a takeover backed by a private equity firm."
    assert {"deals", "business"} <= topics(router.route([make_story("Acme to buy Globex in $2bn takeover", body)])[0])


def test_evidence_holds_terms_and_nearest_description(router: Router, make_story: MakeStory) -> None:
    """`why` can name the terms and the facet that spoke for a topic."""
    route = router.route([make_story("Quarterback throws four touchdowns")])[0].topics[0]
    notes = {evidence.note for evidence in route.evidence}
    assert {"strong term", "nearest description"} <= notes
    assert route.evidence[0].place == "headline"


def test_own_topic_of_one_sentence(make_project: Callable[..., Project], make_story: MakeStory) -> None:
    """A user's topic works from a sentence and a few keywords, in any order of definition."""
    router = Router.from_project(make_project({}, {"sports": {"use": "default"}, "climate": CLIMATE}))
    story = make_story("Heat pumps cut home emissions", "Sales of heat pumps rose as homes turn to clean energy.")
    assert topics(router.route([story])[0]) == {"climate"}
    assert topics(router.route([make_story("Coach praises the political climate of the league")])[0]) == {"sports"}


def test_topic_in_spanish_works_by_its_keywords(make_project: Callable[..., Project], make_story: MakeStory) -> None:
    """A topic in another language is told by its keywords."""
    definition = {"about": "Fútbol", "keywords": ["fútbol", "goles", "delantero*", "liga"]}
    router = Router.from_project(make_project({}, {"futbol": definition}))
    story = make_story("El fútbol vuelve: tres goles del delantero", "La liga empieza el sábado.")
    assert topics(router.route([story])[0]) == {"futbol"}


def test_category_of_the_feed_is_a_hint(make_project: Callable[..., Project], make_story: MakeStory) -> None:
    """A feed's own category tips a story that says little."""
    router = Router.from_project(make_project({}, {"sports": {"use": "default", "categories": ["Varsity"]}}))
    plain, hinted = router.route(
        [
            make_story("Big night for the hometown team"),
            make_story("Big night for the hometown team", categories=("varsity",)),
        ]
    )
    assert hinted.topics
    assert hinted.topics[0].share > max((r.share for r in (*plain.topics, *plain.near_topics)), default=0)


def test_strictness_changes_what_is_told() -> None:
    """Loose takes more than strict."""
    text = TopicText("City weighs tax on retailers", "Council members will vote on the plan next week.")
    told = {}
    for strictness in ("loose", "strict"):
        topic = define_topic("business", TopicConfig(use="default", strictness=strictness))
        told[strictness] = TopicRouter({"business": topic}, find_vectors()).route([text])[0][0]
    assert len(told["loose"]) >= len(told["strict"])
    assert define_topic("x", TopicConfig(about="x", strictness="strict")).least_share == 0.5


def test_without_vectors_the_lexicon_decides() -> None:
    """Without numpy or its file, keywords alone still route."""
    builtin = {name: define_topic(name, TopicConfig(use="default")) for name in ("business", "sports")}
    router = TopicRouter(builtin, None)
    told, _ = router.route([TopicText("Quarterback throws four touchdowns in playoff", "The coach praised the team.")])[
        0
    ]
    assert [route.id for route in told] == ["sports"]


def test_background_near_an_own_topic_is_dropped() -> None:
    """A user's food topic does not compete with the built-in food section."""
    food = define_topic("cooking", TopicConfig(about="Recipes for dinner, dessert and cooking at home."))
    assert "food" in TopicRouter({"cooking": food}, find_vectors()).dropped


def test_checks_tell_mistakes_and_near_topics() -> None:
    """Unknown built-ins, unknown parents and twins are told before anything is routed."""
    findings = check_topics(
        {
            "gardening": TopicConfig(use="default"),
            "green": TopicConfig(about="Plants", parent="nowhere"),
            "money": TopicConfig(about="The stock market and interest rates"),
            "markets": TopicConfig(about="Interest rates and the stock market"),
        }
    )
    assert {(f.id, f.path, f.level) for f in findings} == {
        ("gardening", "use", "error"),
        ("green", "parent", "error"),
        ("markets", "about", "warning"),
    }
    assert "cosine 1.00" in findings[-1].message


def test_shipped_topics_are_not_too_near() -> None:
    """The built-in topics raise no warning among themselves."""
    assert check_topics({name: TopicConfig(use="default") for name in load_builtin()}) == []


def test_unknown_builtin_stops_the_router(make_project: Callable[..., Project]) -> None:
    """A router is not made from mistaken definitions; all of them are told at once."""
    project = make_project(
        {"x": {"place": "Columbus"}}, {"gardening": {"use": "default"}}, [{"id": "s", "path": "p", "home": "Nowhere"}]
    )
    with pytest.raises(ConfigError) as caught:
        Router.from_project(project)
    assert {problem.path for problem in caught.value.problems} == {
        "regions.x.place",
        "topics.gardening.use",
        "sources.s.home",
    }


def test_vectors_know_what_is_alike() -> None:
    """The shipped vectors give the check values of their description."""
    vectors = find_vectors()
    assert vectors is not None
    rows = vectors.embed(
        [
            ("", "Stocks fall as Fed raises rates"),
            ("", "the stock market and interest rates"),
            ("", "football and basketball games"),
            ("", ""),
        ]
    )
    assert float(rows[0] @ rows[1]) == pytest.approx(0.745, abs=0.005)
    assert float(rows[0] @ rows[2]) == pytest.approx(0.121, abs=0.005)
    assert not rows[3].any()
    assert vectors.rarity("the") < vectors.rarity("police") < vectors.rarity("earthquake")


def test_lexicon_counts_words_prefixes_and_phrases() -> None:
    """Whole words, endings and phrases count; the title counts double; points are clipped."""
    lexicon = Lexicon([{2.0: ["heat pump*", "ipcc"], -2.0: ["political climate"]}, {1.0: ["気候"]}])
    title, body = lexicon.find("Heat pumps", "The IPCC met. The ipcc spoke of the political climate.")[0], None
    assert body is None
    assert {(hit.text, hit.points) for hit in title} == {
        ("heat pump*", 5.0),
        ("ipcc", 2.0),
        ("political climate", -2.5),
    }
    assert points_of(title) == 4.5
    assert [hit.text for hit in lexicon.find("", "東京の気候")[1]] == ["気候"]
    assert words_of("Wi-Fi’s Covid-19 U.S. AT&T") == ["wi", "fi", "covid", "19", "u.s", "at&t"]


def test_opening_takes_the_summary_first() -> None:
    """The summary stands before the body unless the body begins with it."""
    assert opening("In short.", "The long text.") == "In short. The long text."
    assert opening("The long", "The long text.") == "The long text."
    assert len(opening("", "word " * 500).split()) == 90


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=80)), max_size=4))
def test_topics_of_a_text_do_not_depend_on_its_neighbours(texts: list[tuple[str, str]]) -> None:
    """A batch gives each text what it gets alone, and shares stay within bounds."""
    topics = {name: define_topic(name, TopicConfig(use="default")) for name in ("business", "sports")}
    router = TopicRouter(topics, find_vectors())
    together = router.route([TopicText(*text) for text in texts])
    for text, (told, near) in zip(texts, together, strict=True):
        alone = router.route([TopicText(*text)])[0]
        assert [route.id for route in alone[0]] == [route.id for route in told]
        assert all(0 <= route.share <= 1 for route in (*told, *near))
