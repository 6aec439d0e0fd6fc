"""Choosing: gates, versions of an event, order of filling, caps, pins, the fallback ladder, skips."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from digest.model.candidate import Candidate
from digest.model.choice import Choice
from digest.selection import CandidateIndex, choose
from digest.testing.candidates import SLOT_AT, make_candidate, make_newsletter, make_situation

LEAD = {"title": "1 big thing", "limit": 1, "layout": "lead"}


def titles(newsletter: Any, choice: Choice) -> dict[str, list[str]]:
    """Return the chosen ids by section title."""
    chosen = {newsletter.sections[s.index].title: [story.story_id for story in s.stories] for s in choice.sections}
    return chosen | ({"more": [story.story_id for story in choice.more]} if choice.more else {})


def refusal(choice: Choice, story_id: str) -> str:
    """Return the rules that refused a story."""
    return ",".join(r.rule for refused in choice.refused if refused.story_id == story_id for r in refused.reasons)


def test_window_holds_both_ends() -> None:
    """Stories at either end of the window are in, those a second outside are not."""
    since = SLOT_AT - timedelta(hours=24)
    pool = [
        make_candidate("first", published_at=since, fetched_at=since),
        make_candidate("before", published_at=since - timedelta(seconds=1), fetched_at=since - timedelta(seconds=1)),
        make_candidate("last", published_at=SLOT_AT),
        make_candidate("after", published_at=SLOT_AT + timedelta(seconds=1)),
    ]
    assert set(choose(make_newsletter(), pool, make_situation()).story_ids) == {"first", "last"}


def test_late_arrival_is_not_lost() -> None:
    """A story published before the last edition but read after it is taken, unless the window is fixed."""
    late = make_candidate("late", age_h=26, fetched_at=SLOT_AT - timedelta(hours=3))
    assert choose(make_newsletter(), [late], make_situation()).story_ids == ("late",)
    fixed = make_newsletter(window={"since": "fixed", "length": "24h"})
    assert choose(fixed, [late], make_situation()).story_ids == ()


def test_late_arrival_is_at_most_half_a_day_late() -> None:
    """What was published long before the window is no news, however late it came; a weekly has late arrivals, too."""
    just_read = SLOT_AT - timedelta(hours=1)
    pool = [
        make_candidate("late", age_h=179, fetched_at=just_read),
        make_candidate("old", age_h=181, fetched_at=just_read),
    ]
    weekly = make_situation(window_h=168)
    assert choose(make_newsletter(), pool, weekly).story_ids == ("late",)


def test_first_edition_takes_no_late_arrivals() -> None:
    """The first reading of all sources brings old stories in; the first edition looks back `length` only."""
    story = make_candidate("old", age_h=37, fetched_at=SLOT_AT - timedelta(minutes=1))
    assert choose(make_newsletter(), [story], make_situation(window_h=36)).story_ids == ()


def test_window_never_reaches_further_back_than_its_maximum() -> None:
    """A newsletter that was off for a month looks back `window.max` only."""
    newsletter = make_newsletter(window={"max": "2d"})
    pool = [make_candidate("old", age_h=49), make_candidate("new", age_h=47)]
    assert choose(newsletter, pool, make_situation(window_h=24 * 30)).story_ids == ("new",)


@pytest.mark.parametrize(
    ("story", "situation", "gate"),
    [
        ({"embargo_until": SLOT_AT + timedelta(minutes=1)}, {}, "embargo"),
        ({}, {"used": frozenset({"s"})}, "used"),
        ({"cluster": "k"}, {"used_clusters": frozenset({"k"})}, "used"),
        ({"cluster": "k"}, {"told": frozenset({"k"})}, "told"),
        ({}, {"told": frozenset({"s"})}, "told"),
    ],
)
def test_gate_keeps_a_story_out(story: dict[str, Any], situation: dict[str, Any], gate: str) -> None:
    """What is under embargo or was told before does not stand in the edition, and the choice says why."""
    choice = choose(make_newsletter(), [make_candidate("s", **story)], make_situation(**situation))
    assert choice.story_ids == ()
    assert refusal(choice, "s") == gate


def test_used_story_keeps_out_its_other_versions() -> None:
    """Another outlet's version of a used story is not new."""
    pool = [make_candidate("a", cluster="k", age_h=30), make_candidate("b", cluster="k", source="other")]
    assert choose(make_newsletter(), pool, make_situation(used=frozenset({"a"}))).story_ids == ()


def test_embargo_that_ends_at_the_slot_is_over() -> None:
    """The instant named is the first at which the story may be told."""
    story = make_candidate("s", embargo_until=SLOT_AT)
    assert choose(make_newsletter(), [story], make_situation()).story_ids == ("s",)


@pytest.mark.parametrize(
    "banned",
    ["s", "guid-1", "https://news.example.com/s/?utm_source=x#top", "desk", "horoscope*", "weekly horoscopes"],
)
def test_banned_by_any_name(banned: str) -> None:
    """A ban names an id, a GUID, an address, a source or words of the headline."""
    story = make_candidate("s", guid="guid-1", headline="Your weekly horoscopes")
    choice = choose(make_newsletter(banned=[banned]), [story], make_situation(source_weights={"desk": 1.0}))
    assert choice.story_ids == ()
    assert refusal(choice, "s") == "banned"


def test_banned_source_is_not_a_word_of_headlines() -> None:
    """Banning the source `desk` does not ban stories about desks."""
    story = make_candidate("s", source="other", headline="The standing desk is over")
    situation = make_situation(source_weights={"desk": 1.0, "other": 1.0})
    assert choose(make_newsletter(banned=["desk"]), [story], situation).story_ids == ("s",)


def test_best_version_leads_and_names_the_others() -> None:
    """Source weight, completeness and a picture decide who leads; other outlets follow, each once."""
    pool = [
        make_candidate("wire", cluster="k", source="wire"),
        make_candidate("full", cluster="k", source="paper", word_count=700, has_picture=True, has_parts=True, age_h=3),
        make_candidate("copy", cluster="k", source="wire", age_h=4),
        make_candidate("radio", cluster="k", source="radio", age_h=2),
    ]
    (section,) = choose(make_newsletter(), pool, make_situation()).sections
    (story,) = section.stories
    assert story.story_id == "full"
    assert story.also == ("wire", "radio")


def test_same_address_is_the_same_event_even_over_two_clusters() -> None:
    """A shared canonical URL joins two clusters into one event."""
    url = "https://news.example.com/x"
    pool = [
        make_candidate("a", cluster="k1", source="a"),
        make_candidate("b", cluster="k1", source="b", canonical_url=url),
        make_candidate("c", cluster="k2", source="c", canonical_url=url),
        make_candidate("d", cluster="k2", source="d"),
    ]
    (section,) = choose(make_newsletter(), pool, make_situation()).sections
    (story,) = section.stories
    assert len(story.also) == 3


def test_versions_under_embargo_or_banned_are_not_named() -> None:
    """What may not be told is not told under "also in" either; stories beyond the candidates are."""
    pool = [
        make_candidate("a", cluster="k", source="a"),
        make_candidate("b", cluster="k", source="b", embargo_until=SLOT_AT + timedelta(hours=1)),
        make_candidate("c", cluster="k", source="c"),
    ]
    situation = make_situation(clusters={"k": ("a", "z")})
    (section,) = choose(make_newsletter(banned=["c"]), pool, situation).sections
    assert section.stories[0].also == ("z",)


def test_story_counts_more_with_more_outlets() -> None:
    """Of two equal stories, the one that others report too comes first."""
    pool = [
        make_candidate("alone", age_h=1),
        make_candidate("x", cluster="k"),
        make_candidate("y", cluster="k", source="b"),
    ]
    assert choose(make_newsletter(), pool, make_situation()).story_ids[0] == "x"


def test_score_parts_follow_weights() -> None:
    """Each part is its measure times its weight, and parts that count nothing are left out."""
    newsletter = make_newsletter(
        region="denver",
        sections=[{"title": "N", "match": {"regions": "$region"}}],
        weights={
            "aboutness": 2,
            "freshness": 1,
            "half_life": "6h",
            "source": 0.5,
            "editor": {"desk": 0.25, "money": 1},
        },
    )
    story = make_candidate("s", age_h=6, regions={"denver": 0.5}, has_picture=True, categories=("Money",))
    (section,) = choose(newsletter, [story], make_situation(source_weights={"desk": 3.0})).sections
    assert dict(section.stories[0].score.parts) == pytest.approx(
        {"aboutness": 1.0, "freshness": 0.5, "source": 1.5, "picture": 0.3, "editor": 1.25}
    )


def test_lead_takes_the_best_match_wherever_it_stands() -> None:
    """A section before the lead does not take the lead's story."""
    newsletter = make_newsletter(sections=[{"title": "Catch up quick", "limit": 2, "layout": "headlines"}, LEAD])
    pool = [make_candidate(name, age_h=age) for age, name in enumerate("abcd", 1)]
    chosen = titles(newsletter, choose(newsletter, pool, make_situation()))
    assert chosen == {"Catch up quick": ["b", "c"], "1 big thing": ["a"], "more": ["d"]}


def business_and_sports(reserve: bool) -> Any:
    """Return a newsletter whose first section could take the only story of a later one."""
    return make_newsletter(
        sections=[
            {"title": "Top", "limit": 2},
            {"title": "Sports", "match": {"topics": "sports"}, "limit": 1, "reserve": reserve},
        ],
        more_headlines={"limit": 0},
    )


def test_reserved_section_keeps_its_only_story() -> None:
    """With `reserve` a later section is not starved while the earlier one has another story; without it, it is."""
    pool = [
        make_candidate("game", age_h=1, topics={"sports": 0.9}),
        make_candidate("a", age_h=2),
        make_candidate("b", age_h=3),
    ]
    kept = titles(business_and_sports(True), choose(business_and_sports(True), pool, make_situation()))
    assert kept == {"Top": ["a", "b"], "Sports": ["game"]}
    starved = titles(business_and_sports(False), choose(business_and_sports(False), pool, make_situation()))
    assert starved == {"Top": ["game", "a"]}


def test_reserve_does_not_empty_the_earlier_section() -> None:
    """When there is one story for both, the earlier section has it."""
    newsletter = business_and_sports(True)
    chosen = titles(newsletter, choose(newsletter, [make_candidate("g", topics={"sports": 1.0})], make_situation()))
    assert chosen == {"Top": ["g"]}


def test_lead_keeps_its_best_from_a_reserved_section() -> None:
    """The best match of all leads, even when it is the only story of a section with `reserve`."""
    sections = [LEAD, {"title": "Sports", "match": {"topics": "sports"}, "limit": 1, "reserve": True}]
    newsletter = make_newsletter(sections=sections)
    pool = [make_candidate("game", age_h=1, topics={"sports": 0.9}), make_candidate("a", age_h=2)]
    assert titles(newsletter, choose(newsletter, pool, make_situation())) == {"1 big thing": ["game"], "more": ["a"]}


def test_reserve_looks_ahead_over_several_sections() -> None:
    """Two reserved sections that share candidates both get one, though each alone could spare either."""
    newsletter = make_newsletter(
        sections=[
            {"title": "Top", "limit": 1},
            {"title": "Money", "match": {"topics": ["money", "deals"]}, "limit": 1, "reserve": True},
            {"title": "Deals", "match": {"topics": "deals"}, "limit": 1, "reserve": True},
        ],
    )
    pool = [
        make_candidate("money", age_h=1, topics={"money": 0.9}),
        make_candidate("deal", age_h=2, topics={"deals": 0.9}),
        make_candidate("plain", age_h=9),
    ]
    chosen = titles(newsletter, choose(newsletter, pool, make_situation()))
    assert chosen == {"Top": ["plain"], "Money": ["money"], "Deals": ["deal"]}


def test_caps_per_source_and_topic() -> None:
    """Caps hold in a section and in the edition, and the refusal names the cap."""
    newsletter = make_newsletter(
        sections=[{"title": "Top", "limit": 5, "max_per_source": 2}, {"title": "Rest", "limit": 5, "max_per_topic": 1}],
        max_per_source=3,
        weights={"variety": 0},
    )
    pool = [make_candidate(f"s{n}", age_h=n + 1, topics={"tech": 0.5}) for n in range(6)]
    pool += [make_candidate("o", source="other", age_h=9, topics={"tech": 0.5, "law": 0.5})]
    choice = choose(newsletter, pool, make_situation())
    assert titles(newsletter, choice) == {"Top": ["s0", "s1", "o"], "Rest": ["s2"]}
    assert refusal(choice, "s3") == "cap"


def test_variety_lets_other_sources_through() -> None:
    """The second story of a source loses points against another source's first one."""
    pool = [make_candidate("a1", age_h=1), make_candidate("a2", age_h=1.5), make_candidate("b1", age_h=2, source="b")]
    assert choose(make_newsletter(), pool, make_situation()).story_ids == ("a1", "b1", "a2")
    plain = make_newsletter(weights={"variety": 0})
    assert choose(plain, pool, make_situation()).story_ids == ("a1", "a2", "b1")


def test_pinned_stories_lead_in_their_order() -> None:
    """Pins open the edition whatever they score, how old they are, and what the section takes."""
    newsletter = make_newsletter(
        sections=[LEAD, {"title": "Tech", "match": {"topics": "tech"}, "limit": 2}, {"title": "Rest", "limit": 2}],
        pinned=["old", "guid-plain"],
    )
    pool = [make_candidate("old", age_h=100), make_candidate("plain", age_h=9, guid="guid-plain")]
    pool += [make_candidate(f"t{n}", age_h=n, topics={"tech": 1.0}) for n in range(1, 4)]
    chosen = titles(newsletter, choose(newsletter, pool, make_situation()))
    assert chosen == {"1 big thing": ["old"], "Tech": ["t1", "t2"], "Rest": ["plain", "t3"]}


def test_pin_does_not_lift_embargo_ban_or_repeat() -> None:
    """A pin overrides the ranking, not what must not be told; a pin that is nowhere is reported."""
    newsletter = make_newsletter(pinned=["e", "u", "nowhere"])
    pool = [make_candidate("e", embargo_until=SLOT_AT + timedelta(days=1)), make_candidate("u"), make_candidate("ok")]
    choice = choose(newsletter, pool, make_situation(used=frozenset({"u"})))
    assert choice.story_ids == ("ok",)
    assert [refusal(choice, name) for name in ("e", "u", "nowhere")] == ["embargo", "used", "pinned"]


def test_must_include_stands_somewhere() -> None:
    """It takes a section that it fits, not the lead's place, or the list of further headlines even beyond its limit."""
    sections = [LEAD, {"title": "Tech", "match": {"topics": "tech"}, "limit": 1}]
    newsletter = make_newsletter(sections=sections, must_include=["weak", "misfit"], more_headlines={"limit": 0})
    pool = [make_candidate("weak", age_h=23, topics={"tech": 0.1}), make_candidate("misfit", age_h=24)]
    pool += [make_candidate("strong", age_h=1, topics={"tech": 0.9}), make_candidate("best", age_h=0.1)]
    chosen = titles(newsletter, choose(newsletter, pool, make_situation()))
    assert chosen == {"1 big thing": ["best"], "Tech": ["weak"], "more": ["misfit"]}


def test_more_headlines_take_what_sections_had_no_room_for() -> None:
    """Unless it has its own rule, the list takes what matches any section, and no story twice."""
    sections = [{"title": "Tech", "match": {"topics": "tech"}, "limit": 1}]
    pool = [make_candidate(f"t{n}", age_h=n + 1, topics={"tech": 0.5}) for n in range(4)] + [make_candidate("x")]
    newsletter = make_newsletter(sections=sections, more_headlines={"limit": 2})
    assert titles(newsletter, choose(newsletter, pool, make_situation())) == {"Tech": ["t0"], "more": ["t1", "t2"]}
    newsletter = make_newsletter(
        sections=sections, more_headlines={"limit": 2, "match": {"none": [{"topics": "tech"}]}}
    )
    assert titles(newsletter, choose(newsletter, pool, make_situation())) == {"Tech": ["t0"], "more": ["x"]}


@pytest.mark.parametrize(("count", "reason"), [(0, "0 stories found"), (1, "1 story found"), (2, "2 stories found")])
def test_too_few_stories_skip_the_edition(count: int, reason: str) -> None:
    """A thin day skips with the numbers in words."""
    pool = [make_candidate(f"s{n}") for n in range(count)]
    choice = choose(make_newsletter(min_stories=3), pool, make_situation())
    assert choice.skip_reason == f"{reason}, 3 needed"


def test_skip_names_caps_when_they_were_the_cause() -> None:
    """When stories were found but caps kept them out, the reason says so."""
    pool = [make_candidate(f"s{n}") for n in range(4)]
    choice = choose(make_newsletter(min_stories=3, max_per_source=1), pool, make_situation())
    assert choice.skip_reason == "1 story left after caps and limits (4 found), 3 needed"


def ladder(**values: Any) -> Any:
    """Return a Denver newsletter with three steps for thin days."""
    ordinary: dict[str, Any] = {
        "region": "denver",
        "sections": [
            {**LEAD, "match": {"regions": "$region"}},
            {"title": "City", "match": {"regions": "$region"}, "limit": 2},
        ],
        "more_headlines": {"limit": 2},
        "min_stories": 3,
        "fallback": [
            {"window": "3d", "title": "From the last days"},
            {"regions": ["boulder"], "title": "From around the region"},
            {"match": {"topics": "national"}, "title": "From around the country"},
        ],
    }
    return make_newsletter(**(ordinary | values))


def local(story_id: str, region: str, age_h: float) -> Candidate:
    return make_candidate(story_id, age_h=age_h, regions={region: 0.8})


NATIONAL = [make_candidate(f"n{n}", age_h=n, topics={"national": 0.9}) for n in (1, 2, 3)]


def test_ladder_is_not_touched_on_a_good_day() -> None:
    """With enough stories nothing of the ladder is used, and the edition says nothing of it."""
    pool = [*(local(f"d{n}", "denver", n) for n in (1, 2, 3)), local("b", "boulder", 1), *NATIONAL]
    choice = choose(ladder(), pool, make_situation())
    assert (choice.story_ids, choice.fallback) == (("d1", "d2", "d3"), "")


def test_ladder_climbs_only_as_far_as_needed() -> None:
    """A longer window is tried before a wider region, and that before the country."""
    two = [local("d1", "denver", 1), local("d2", "denver", 2)]
    older = choose(ladder(), [*two, local("old", "denver", 60), local("b", "boulder", 1), *NATIONAL], make_situation())
    assert (older.story_ids, older.fallback) == (("d1", "d2", "old"), "From the last days")
    wider = choose(ladder(), [*two, local("b", "boulder", 1), *NATIONAL], make_situation())
    assert (set(wider.story_ids), wider.fallback) == ({"d1", "d2", "b"}, "From around the region")
    country = choose(ladder(), [*two, *NATIONAL], make_situation())
    assert (country.story_ids, country.fallback) == (("d1", "d2", "n1", "n2"), "From around the country")
    assert any(reason.rule == "fallback" for reason in country.more[0].reasons)


def test_ladder_gives_an_empty_edition_a_lead() -> None:
    """With nothing local at all, the best story of the last step leads, and sections fill up to what is needed."""
    newsletter = ladder()
    chosen = titles(newsletter, choose(newsletter, NATIONAL, make_situation()))
    assert chosen == {"1 big thing": ["n1"], "more": ["n2", "n3"]}


def test_ladder_without_effect_is_not_claimed() -> None:
    """When no step brings a story, the edition is skipped and says nothing of the ladder."""
    choice = choose(ladder(), [local("d", "denver", 1)], make_situation())
    assert (choice.fallback, choice.skip_reason) == ("", "1 story found, 3 needed")


def test_index_serves_many_newsletters_alike() -> None:
    """A prepared index gives the same choice as the plain candidates."""
    pool = [local(f"d{n}", "denver", n) for n in range(1, 9)]
    assert choose(ladder(), CandidateIndex(pool), make_situation()) == choose(ladder(), pool, make_situation())


def test_no_candidates_are_no_error() -> None:
    """An empty pool gives an empty choice."""
    choice = choose(make_newsletter(), [], make_situation())
    assert (choice.story_ids, choice.found, choice.skip_reason) == ((), 0, "")
