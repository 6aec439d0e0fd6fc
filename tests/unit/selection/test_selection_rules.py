"""The rule language: what matches, with which words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from digest.config.rules import Rule
from digest.selection.conditions import RuleScope, topic_families
from digest.selection.rules import CompiledRule, compile_rule
from digest.testing.candidates import SLOT_AT, make_candidate


def compiled(topic_parents: dict[str, str] | None = None, /, **rule: Any) -> CompiledRule:
    scope = RuleScope(("denver",), "deals", topic_families(topic_parents or {}), SLOT_AT)
    return compile_rule(Rule.model_validate(rule), scope)


STORY = make_candidate(
    "s",
    age_h=5,
    headline="Startup lands Series B",
    text="startup lands series b. the layoffs are over, und die straße ist frei",
    source="front-range",
    regions={"denver": 0.4},
    topics={"deals": 0.7},
    categories=("Opinion", "Money"),
    language="en-US",
    has_picture=True,
)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, True),
        ({"regions": "$region"}, True),
        ({"regions": ["austin", "denver"]}, True),
        ({"regions": "austin"}, False),
        ({"topics": "$topic"}, True),
        ({"topics": "sports"}, False),
        ({"sources": ["desk", "front-range"]}, True),
        ({"tags": "opinion"}, True),
        ({"categories": "OPINION", "tags": "weather"}, False),
        ({"keywords": "layoff*"}, True),
        ({"keywords": "layoff"}, False),
        ({"keywords": "series b"}, True),
        ({"phrases": "Series  B"}, True),
        ({"phrases": "eries b"}, False),
        ({"keywords": "STRASSE"}, False),
        ({"keywords": "Straße"}, True),
        ({"languages": "en"}, True),
        ({"languages": "es"}, False),
        ({"max_age": "5h"}, True),
        ({"max_age": "4h"}, False),
        ({"has_picture": True}, True),
        ({"has_picture": False}, False),
        ({"regions": "denver", "strictness": 0.5}, False),
        ({"regions": "denver", "strictness": 0.4}, True),
        ({"all": [{"regions": "denver"}, {"topics": "deals"}]}, True),
        ({"all": [{"regions": "denver"}, {"topics": "sports"}]}, False),
        ({"any": [{"regions": "austin"}, {"topics": "deals"}]}, True),
        ({"any": [{"regions": "austin"}, {"topics": "sports"}]}, False),
        ({"none": [{"tags": "opinion"}]}, False),
        ({"none": [{"tags": "weather"}]}, True),
        ({"strictness": 0.5, "all": [{"regions": "denver"}]}, False),
        ({"strictness": 0.5, "all": [{"regions": "denver", "strictness": 0.1}]}, True),
        ({"strictness": 0.5, "topics": "deals", "none": [{"regions": "denver"}]}, False),
    ],
)
def test_rule_holds_as_written(rule: dict[str, Any], expected: bool) -> None:
    """Each key means what its description says, and the story is also found through the rule's index keys."""
    ready = compiled(**rule)
    assert ready.matches(STORY) is expected
    keys = {("region", "denver"), ("topic", "deals"), ("source", "front-range")}
    if expected:
        assert all(option & keys for option in ready.key_options)


def test_parts_of_a_topic_count_as_the_topic() -> None:
    """A story about deals is in a section about business when deals is part of business, at any depth."""
    parents = {"deals": "business", "mergers": "deals"}
    assert compiled(parents, topics="business").matches(STORY)
    assert compiled(parents, topics="business").matches(make_candidate("m", topics={"mergers": 0.2}))
    assert not compiled(parents, topics="mergers").matches(STORY)


def test_topic_parents_in_a_circle_end() -> None:
    """A circle of parents neither loops nor matches strangers."""
    families = topic_families({"a": "b", "b": "c", "c": "a"})
    assert families["a"] >= {"b", "c"}
    assert not compiled({"a": "b", "b": "a"}, topics="a").matches(STORY)


def test_region_of_a_newsletter_without_one_stands_for_nothing() -> None:
    """`$region` takes no story when the newsletter has no region."""
    rule = compile_rule(Rule(regions=("$region",)), RuleScope((), None, {}, SLOT_AT))
    assert not rule.matches(STORY)
    assert "names none" in rule.explain(STORY)


def test_aboutness_is_the_mean_of_what_the_rule_names() -> None:
    """Region and topic weigh the same, and of alternatives the one that holds best."""
    assert compiled(all=[{"regions": "denver"}, {"topics": "deals"}]).find_aboutness(STORY) == pytest.approx(0.55)
    assert compiled(any=[{"regions": "denver"}, {"topics": "deals"}]).find_aboutness(STORY) == pytest.approx(0.7)
    assert compiled(sources="front-range").find_aboutness(STORY) is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"regions": "denver"}, "region denver (share 0.40)"),
        ({"regions": "denver", "strictness": 0.5}, "region denver (share 0.40), 0.50 needed"),
        ({"topics": ["sports", "tech"]}, "not routed to topic sports or tech"),
        ({"keywords": "layoff*"}, "“layoffs” in the text"),
        ({"keywords": ["merger", "sale"]}, "no “merger” or “sale” in the text"),
        ({"none": [{"tags": "opinion"}]}, "excluded: tagged Opinion"),
        ({"max_age": "2h"}, "published 5 h before the slot, 2 h at most (max_age)"),
        ({"headline": ["strike", "acquires*"]}, "no “strike” or “acquires*” in the headline"),
        (
            {"any": [{"topics": "sports"}, {"languages": "es"}]},
            "none of: not routed to topic sports | language en-US, and not es",
        ),
        ({}, "takes every story"),
    ],
)
def test_rule_explains_itself_with_evidence(rule: dict[str, Any], words: str) -> None:
    """What held or failed is told with what stands in the story."""
    assert compiled(**rule).explain(STORY) == words


def test_keywords_work_in_scripts_without_spaces() -> None:
    """A Japanese keyword is found inside a run of characters, a Cyrillic one as a whole word."""
    story = make_candidate("j", text="今日の東京都の天気。погода в москве")
    assert compiled(keywords="東京").matches(story)
    assert compiled(keywords="погода").matches(story)
    assert not compiled(keywords="москв").matches(story)


def test_text_falls_back_to_the_headline() -> None:
    """Without loaded text, keywords are looked for in the headline."""
    assert compiled(keywords="merger").matches(make_candidate("h", headline="A Merger at last"))


def test_max_age_is_counted_from_the_slot() -> None:
    """A story exactly as old as allowed still counts."""
    story = make_candidate("o", published_at=SLOT_AT - timedelta(hours=4))
    assert compiled(max_age="4h").matches(story)
