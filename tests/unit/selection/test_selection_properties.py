"""Properties of selection over random pools and newsletters."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.newsletter import Newsletter
from digest.model.candidate import Candidate
from digest.selection import CandidateIndex, choose, explain, find_wanted
from digest.selection.filling import first_topic
from digest.testing.candidates import SLOT_AT, make_candidate, make_newsletter, make_situation

REGIONS, TOPICS, SOURCES = ("denver", "boulder"), ("business", "sports", "tech"), ("desk", "wire", "radio")
shares = st.sampled_from((0.1, 0.25, 0.5, 0.9))


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    """Draw a pool with ties, clusters, shared addresses and embargoes."""
    pool = []
    for number in range(draw(st.integers(0, 14))):
        story = make_candidate(
            f"s{number}",
            age_h=draw(st.sampled_from((-1, 0, 1, 1, 2, 10, 30, 60))),
            source=draw(st.sampled_from(SOURCES)),
            regions=draw(st.dictionaries(st.sampled_from(REGIONS), shares, max_size=2)),
            topics=draw(st.dictionaries(st.sampled_from(TOPICS), shares, max_size=2)),
            cluster=draw(st.sampled_from(("", "", "k1", "k2"))),
            canonical_url=f"https://news.example.com/{draw(st.sampled_from((str(number), str(number), 'x')))}",
            has_picture=draw(st.booleans()),
            language=draw(st.sampled_from(("", "en", "en-US", "es"))),
            categories=draw(st.sampled_from(((), ("Opinion",), ("Transit", "Opinion")))),
            headline=draw(st.sampled_from((f"Headline {number}", "Snow closes a road", "Your horoscope"))),
            guid=f"guid-{number}",
            text=draw(st.sampled_from(("", "snow closes a road\nlayoffs follow"))),
            embargo_until=draw(st.sampled_from((None, None, SLOT_AT + timedelta(hours=1)))),
        )
        pool.append(story)
    return pool


_keys: dict[str, st.SearchStrategy[Any]] = {
    "regions": st.sampled_from(("$region", "boulder", ["denver", "boulder"])),
    "topics": st.sampled_from((*TOPICS, ["tech", "sports"], "$topic")),
    "sources": st.sampled_from((*SOURCES, ["desk", "wire"])),
    "tags": st.sampled_from(("opinion", "transit")),
    "keywords": st.sampled_from(("snow*", ["layoff*", "strike"])),
    "phrases": st.just("closes a road"),
    "headline": st.sampled_from(("headline", "snow")),
    "languages": st.sampled_from(("en", ["es", "en"])),
    "max_age": st.sampled_from(("2h", "20h")),
    "has_picture": st.booleans(),
    "strictness": st.sampled_from((0.2, 0.6)),
}
_flat = st.lists(st.sampled_from(sorted(_keys)), max_size=2, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: _keys[name] for name in names})
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a rule of any keys, some with rules inside `all`, `any` and `none`."""
    rule: dict[str, Any] = dict(draw(_flat))
    for name in draw(st.lists(st.sampled_from(("all", "any", "none")), max_size=2, unique=True)):
        rule[name] = draw(st.lists(_flat, min_size=1, max_size=2))
    return rule


@st.composite
def newsletters(draw: st.DrawFn) -> Newsletter:
    """Draw a newsletter with caps, a reserve, weights, pins, bans, rules of its own for headlines, and a ladder."""
    caps = st.sampled_from((None, 1, 2))
    sections = [
        {
            "title": f"Section {number}",
            "match": draw(rules()),
            "limit": draw(st.integers(1, 3)),
            "layout": draw(st.sampled_from(("lead", "story", "headlines"))),
            "reserve": draw(st.booleans()),
            "max_per_source": draw(caps),
            "max_per_topic": draw(caps),
        }
        for number in range(draw(st.integers(1, 4)))
    ]
    return make_newsletter(
        region="denver",
        sections=sections,
        max_per_source=draw(caps),
        max_per_topic=draw(caps),
        topic="business",
        more_headlines={"limit": draw(st.integers(0, 3))} | draw(st.sampled_from(({}, {"match": {"topics": "tech"}}))),
        weights={
            "variety": draw(st.sampled_from((0, 0.25, 3))),
            "freshness": draw(st.sampled_from((0, 2))),
            "half_life": draw(st.sampled_from(("1h", "12h"))),
            "editor": draw(st.sampled_from(({}, {"radio": 2, "Opinion": -1.5, "tech": 1}))),
        },
        window=draw(st.sampled_from(({}, {"since": "fixed", "length": "12h"}))),
        pinned=draw(st.sampled_from(((), ("s3",), ("guid-5", "nobody")))),
        must_include=draw(st.sampled_from(((), ("https://news.example.com/x",), ("s4",)))),
        banned=draw(st.sampled_from(((), ("horoscope",), ("radio", "s2")))),
        min_stories=draw(st.integers(0, 4)),
        fallback=draw(
            st.sampled_from(
                ([], [{"window": "3d"}, {"regions": ["boulder"]}, {"match": {"topics": "tech"}, "title": "Tech"}])
            )
        ),
    )


situations = st.builds(
    make_situation,
    used=st.sampled_from((frozenset[str](), frozenset({"s1"}))),
    told=st.sampled_from((frozenset[str](), frozenset({"k2"}))),
    source_weights=st.just({"desk": 1.5}),
)


@settings(max_examples=40, deadline=None)
@given(newsletters(), candidates(), situations, st.randoms(use_true_random=False))
def test_order_of_input_does_not_matter(n: Newsletter, pool: list[Candidate], s: Any, rng: random.Random) -> None:
    """The same stories in any order give the same choice, reasons included."""
    shuffled = list(pool)
    rng.shuffle(shuffled)
    assert choose(n, shuffled, s) == choose(n, pool, s)


@settings(max_examples=40, deadline=None)
@given(newsletters(), candidates(), situations)
def test_no_event_twice_and_limits_hold(n: Newsletter, pool: list[Candidate], s: Any) -> None:
    """No story, cluster or address stands twice; limits and caps of sections and of the edition hold."""
    choice = choose(n, pool, s)
    by_id = {candidate.id: candidate for candidate in pool}
    chosen = [by_id[story_id] for story_id in choice.story_ids]
    for names in ([c.id for c in chosen], [c.cluster for c in chosen if c.cluster], [c.canonical_url for c in chosen]):
        assert len(names) == len(set(names))
    also = [other for section in choice.sections for story in section.stories for other in story.also]
    assert not set(also) & set(choice.story_ids)
    if n.pinned or n.must_include:
        return  # what an editor puts by hand counts in no cap and may fill a place beyond its limit
    assert len(choice.more) <= n.more_headlines.limit
    assert_caps(chosen, n.max_per_source, n.max_per_topic)
    for section in choice.sections:
        rule = n.sections[section.index]
        assert len(section.stories) <= rule.limit
        assert_caps([by_id[story.story_id] for story in section.stories], rule.max_per_source, rule.max_per_topic)


def assert_caps(stories: list[Candidate], per_source: int | None, per_topic: int | None) -> None:
    """Check that no source and no first topic comes more often than it may."""
    sources = Counter(story.source for story in stories)
    topics = Counter(first_topic(story.topics) for story in stories if story.topics)
    assert per_source is None or max(sources.values(), default=0) <= per_source
    assert per_topic is None or max(topics.values(), default=0) <= per_topic


@settings(max_examples=40, deadline=None)
@given(newsletters(), candidates(), situations, st.integers(0, 14))
def test_irrelevant_story_changes_nothing(n: Newsletter, pool: list[Candidate], s: Any, at: int) -> None:
    """A story that no rule takes leaves the whole choice as it was."""
    narrow = [
        section.model_copy(update={"match": section.match.model_copy(update={"sources": SOURCES})})
        for section in n.sections
    ]
    ladder = tuple(step for step in n.fallback if step.match is None)
    more = n.more_headlines.model_copy(update={"match": None})
    n = n.model_copy(update={"sections": tuple(narrow), "fallback": ladder, "more_headlines": more})
    stranger = make_candidate("stranger", source="elsewhere", regions={"denver": 1.0}, topics={"tech": 1.0})
    assert choose(n, [*pool[:at], stranger, *pool[at:]], s) == choose(n, pool, s)


@settings(max_examples=40, deadline=None)
@given(newsletters(), candidates(), situations)
def test_what_is_not_wanted_changes_nothing(n: Newsletter, pool: list[Candidate], s: Any) -> None:
    """Choosing among the stories that the rules could take, with their other versions, gives the same edition."""
    wanted = find_wanted(n, s)
    index = CandidateIndex(pool)
    kept = set()
    for position, story in enumerate(index.candidates):
        keys = (story.regions.keys() & wanted.regions, story.topics.keys() & wanted.topics)
        named = {story.id, story.guid, story.canonical_url} & wanted.names
        if wanted.is_everything or any(keys) or named or story.source in wanted.sources:
            kept.add(index.events[position])
    some = [story for position, story in enumerate(index.candidates) if index.events[position] in kept]
    assert choose(n, some, s) == choose(n, pool, s)


@settings(max_examples=40, deadline=None)
@given(newsletters(), candidates(), situations)
def test_every_story_is_chosen_or_refused_with_a_reason(n: Newsletter, pool: list[Candidate], s: Any) -> None:
    """`explain` agrees with `choose` on each story, and leaves none without a reason; refusals are never chosen."""
    choice = choose(n, pool, s)
    assert not {refused.story_id for refused in choice.refused} & set(choice.story_ids)
    for candidate in pool:
        selected, reasons = explain(n, pool, s, candidate.id)
        assert selected == (candidate.id in choice.story_ids)
        assert selected or any(not reason.took for reason in reasons)


@settings(max_examples=40, deadline=None)
@given(newsletters(), candidates(), situations)
def test_scores_add_up_and_order_sections(n: Newsletter, pool: list[Candidate], s: Any) -> None:
    """The total is the sum of the named parts, and each section runs from the best score down."""
    choice = choose(n, pool, s)
    for stories in [section.stories for section in choice.sections]:
        by_hand = [any(reason.rule == "pinned" for reason in story.reasons) for story in stories]
        assert by_hand == sorted(by_hand, reverse=True)
        totals = [story.score.total for story, pinned in zip(stories, by_hand, strict=True) if not pinned]
        assert all(first >= second - 1e-9 for first, second in itertools.pairwise(totals))
