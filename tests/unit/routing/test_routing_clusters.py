"""Stories of one event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.story import Story
from digest.routing.clusters import LIVE, WINDOW, Clusterer
from digest.routing.fingerprints import stem
from digest.routing.members import MOST_MEMBERS, Cluster, Member

MakeStory = Callable[..., Story]
FIRE = (
    "Warehouse fire in Aurora forces evacuations",
    "A fire at a paint warehouse in Aurora sent smoke over Peoria Street.",
)
FIRE_TOO = (
    "Aurora paint warehouse burns, neighbors evacuated",
    "Smoke from a paint warehouse fire rose over Peoria Street in Aurora.",
)
QUAKE_HERE = (
    "Magnitude 6.1 earthquake shakes Santa Rosa",
    "A 6.1 quake hit near Santa Rosa, the Geological Survey said.",
)
QUAKE_THERE = (
    "Magnitude 7.2 earthquake strikes off Valparaiso",
    "A 7.2 quake hit off Valparaiso, Chile, on the coast.",
)


def test_two_outlets_of_one_event_share_a_cluster(make_story: MakeStory) -> None:
    """The second outlet's story joins the first one's cluster, whose id is the founder's."""
    first, second = make_story(*FIRE, id="a"), make_story(*FIRE_TOO, id="b", source="other")
    clusterer = Clusterer()
    assert [clusterer.add_story(first), clusterer.add_story(second)] == ["a", "a"]


def test_two_events_of_one_kind_stay_apart(make_story: MakeStory) -> None:
    """Two earthquakes with other places and numbers are two events."""
    clusterer = Clusterer()
    assert clusterer.add_story(make_story(*QUAKE_HERE, id="a")) == "a"
    assert clusterer.add_story(make_story(*QUAKE_THERE, id="b")) == "b"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("Four candidates run for mayor of Chiefland", "Chiefland voters will choose among two council members."),
            ("Man found shot at Chiefland dealership", "Police in Chiefland closed the road on Monday morning."),
        ),
        (
            ("Water main repaired in north DeKalb", "DeKalb crews finished repairs on Tuesday, the county said."),
            ("DeKalb may refuse plan for shops", "Planners in DeKalb heard neighbors who oppose the development."),
        ),
    ],
)
def test_stories_of_one_town_stay_apart(make_story: MakeStory, one: tuple[str, str], other: tuple[str, str]) -> None:
    """A town in common, however small, makes no event, even where the pool holds nothing else."""
    clusterer = Clusterer()
    assert [clusterer.add_story(make_story(*one, id="a")), clusterer.add_story(make_story(*other, id="b"))] == [
        "a",
        "b",
    ]


def test_reports_of_one_form_stay_apart(make_story: MakeStory) -> None:
    """Two companies' results share their words, not their names and figures."""
    forms = [
        ("Acme Tools Corp fourth quarter net", "Share 1.78 dollars against 1.64. Net 117 million. Sales 2.02 billion."),
        ("Globex Drug Inc fourth quarter net", "Share 0.13 dollars against 0.37. Net 3.7 million. Sales 189 million."),
    ]
    clusterer = Clusterer()
    ids = [clusterer.add_story(make_story(*form, id=name)) for form, name in zip(forms, "ab", strict=True)]
    assert ids == ["a", "b"]


def test_other_figures_speak_against_more_the_more_there_are(make_story: MakeStory) -> None:
    """One number that differs is an update of the count; many that differ are another event."""
    clusterer = Clusterer()
    clusterer.add_story(make_story("Ferry sinks off Batangas, 12 dead", "The ferry sank off Batangas.", id="a"))
    later = make_story("Ferry sinks off Batangas, 15 dead", "The ferry sank off Batangas at night.", id="b")
    assert clusterer.add_story(later) == "a"


def test_wire_copy_is_recognised(make_story: MakeStory) -> None:
    """The same wording from another outlet is the same event."""
    clusterer = Clusterer()
    clusterer.add_story(make_story(*FIRE, id="a"))
    assert clusterer.add_story(make_story(*FIRE, id="b", source="other")) == "a"


def test_stories_years_apart_do_not_merge(make_story: MakeStory) -> None:
    """Even the same wording does not merge over the window."""
    first = make_story(*FIRE, id="a")
    clusterer = Clusterer()
    clusterer.add_story(first)
    late = make_story(*FIRE, id="b", published_at=first.published_at + 2 * WINDOW)
    early = make_story(*FIRE, id="c", published_at=first.published_at - timedelta(days=900))
    assert [clusterer.add_story(late), clusterer.add_story(early)] == ["b", "c"]


def test_known_story_keeps_its_cluster(make_story: MakeStory) -> None:
    """Adding a story again changes nothing."""
    clusterer = Clusterer()
    clusterer.add_story(make_story(*FIRE, id="a"))
    assert clusterer.add_story(make_story("Quite another headline now", "x", id="a")) == "a"


def test_empty_stories_stay_alone(make_story: MakeStory) -> None:
    """Stories without words have nothing in common."""
    clusterer = Clusterer()
    assert [clusterer.add_story(make_story("", "", id=name)) for name in "abc"] == ["a", "b", "c"]


def test_memory_is_bounded(make_story: MakeStory) -> None:
    """Clusters without a new story for longest are closed."""
    clusterer = Clusterer()
    at = make_story("x").published_at
    for number in range(LIVE + 5):
        clusterer.add(f"s{number}", "".join(chr(97 + int(digit)) for digit in f"9{number:06}"), "", at)
    assert clusterer.live == LIVE


def test_stems_join_forms_of_a_word() -> None:
    """Plural, possessive and the common endings fall away."""
    assert {stem("fires"), stem("Fire's"), stem("fire")} == {"fir"}
    assert stem("evacuated") == stem("evacuating")
    assert stem("25,000") == "25000"


WORDS = st.sampled_from(["Aurora", "fire", "Denver", "council", "vote", "flood", "Boulder", "rescue", "12", "killed"])
TEXTS = st.lists(st.tuples(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=12), st.integers(0, 200)), max_size=14)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_rebuilding_gives_the_same_clusters(
    make_story: MakeStory, texts: list[tuple[list[str], list[str], int]]
) -> None:
    """The same stories in the same order give the same clusters; each id is one of the cluster's stories."""
    at = make_story("x").published_at
    stories = [
        make_story(" ".join(head), " ".join(body), id=f"s{number}", published_at=at + timedelta(hours=hours))
        for number, (head, body, hours) in enumerate(texts)
    ]
    clusterer = Clusterer()
    once = [clusterer.add_story(story) for story in stories]
    rebuilt = Clusterer.from_stories(stories)
    assert [rebuilt.add_story(story) for story in stories] == once
    members: dict[str, list[str]] = {}
    for story, cluster in zip(stories, once, strict=True):
        members.setdefault(cluster, []).append(story.id)
    assert all(cluster == ids[0] for cluster, ids in members.items())


@settings(max_examples=60, deadline=None)
@given(headline=st.text(max_size=60), body=st.text(max_size=200))
def test_any_text_is_clustered(make_story: MakeStory, headline: str, body: str) -> None:
    """Any text in any script gets a cluster."""
    assert Clusterer().add_story(make_story(headline, body, id="s")) == "s"


VECTORS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([0.5, 0.25, 0.0, -0.25]), max_size=5)


@given(vectors=st.lists(VECTORS, min_size=1, max_size=12), newcomer=VECTORS)
def test_newcomer_is_multiplied_with_all_members_at_once(
    vectors: list[dict[str, float]], newcomer: dict[str, float]
) -> None:
    """The founder and the latest members are compared, in the order they came; words may weigh nothing or less."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    cluster = Cluster("s0", at, at)
    for number, vector in enumerate(vectors):
        cluster.add(Member(f"s{number}", vector, {}, {}, frozenset()))
    kept = [0, *range(1, len(vectors))[1 - MOST_MEMBERS :]]
    assert [cluster.members[slot].id for slot in cluster.by_age] == [f"s{number}" for number in kept]
    assert set(cluster.words) == {word for number in kept for word in vectors[number]}
    wanted = [sum(newcomer[word] * vectors[number].get(word, 0.0) for word in newcomer) for number in kept]
    products = cluster.multiply(newcomer)
    assert [products[slot] for slot in cluster.by_age[: len(products)]] == wanted[: len(products)]
    assert len(products) == MOST_MEMBERS or not any(wanted[1:])
