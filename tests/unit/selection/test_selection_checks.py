"""What `digest check` hears of rules, and what the caller must load."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from digest.selection import longest_window, rule_reads_text, rules_that_never_match, window_start
from digest.testing.candidates import SLOT_AT, make_newsletter

PARENTS = {"deals": "business"}


def findings(match: dict[str, Any], **values: Any) -> dict[str, str]:
    newsletter = make_newsletter(sections=[{"title": "S", "match": match}], **values)
    return dict(rules_that_never_match(newsletter, topic_parents=PARENTS))


@pytest.mark.parametrize(
    ("match", "path", "words"),
    [
        ({"none": [{}]}, "none.0", "an empty rule takes every story, so that nothing is left here"),
        ({"tags": "x", "none": [{"tags": "X"}]}, "none.0", "every story that the rule takes is excluded here"),
        (
            {"regions": "denver", "all": [{"topics": "deals"}], "none": [{"tags": "x"}, {"topics": "business"}]},
            "none.1",
            "every story that the rule takes is excluded here (business includes deals)",
        ),
        (
            {"any": [{"topics": "deals"}, {"tags": "x"}], "none": [{"any": [{"topics": "business"}, {"tags": "x"}]}]},
            "any",
            "each of these rules is excluded by `none`",
        ),
        (
            {"regions": "denver", "any": [{"tags": "x"}, {"tags": "y", "none": [{"regions": "denver"}]}]},
            "any.1.none.0",
            "every story that the rule takes is excluded here",
        ),
        (
            {"has_picture": True, "all": [{"has_picture": False}]},
            "has_picture",
            "no story can have has_picture true and false at once",
        ),
        (
            {"languages": "en", "all": [{"languages": "es"}]},
            "languages",
            "no story can have languages en and es at once",
        ),
        (
            {"sources": "a", "all": [{"sources": ["b", "c"]}]},
            "sources",
            "no story can have sources a and b or c at once",
        ),
        ({"languages": "english"}, "languages.0", "'english' is no language's code; write en, es or pt-BR"),
        ({"keywords": ["snow*", "*"]}, "keywords.1", "'*' holds no word to look for"),
        ({"max_age": "0s"}, "max_age", "no story is as young as that"),
        ({"strictness": 0.5, "tags": "x"}, "strictness", "strictness has no effect"),
        ({"max_age": "30d"}, "max_age", "max_age has no effect: the newsletter never looks further back than 7 d 12 h"),
    ],
)
def test_rule_that_never_matches_is_found(match: dict[str, Any], path: str, words: str) -> None:
    """Each mistake is told with its place and its cure."""
    found = findings(match)
    assert f"sections.0.match.{path}" in found
    assert found[f"sections.0.match.{path}"].startswith(words)


@pytest.mark.parametrize(
    ("values", "path", "words"),
    [
        ({"min_stories": 20}, "min_stories", "every edition would be skipped: the sections and the further headlines"),
        ({"fallback": [{"window": "3d"}, {"title": "From the week"}]}, "fallback.1", "the step changes nothing"),
        ({"pinned": ["abc"], "banned": ["abc"]}, "pinned.0", "'abc' is banned as well"),
        ({"avoid_repeats_of": "denver"}, "avoid_repeats_of", "the newsletter names itself"),
    ],
)
def test_settings_that_defeat_the_newsletter_are_found(values: dict[str, Any], path: str, words: str) -> None:
    """What would skip every edition, or does nothing at all, is told before the morning it is needed."""
    found = findings({}, **values)
    assert list(found) == [path]
    assert found[path].startswith(words)


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"regions": "denver", "topics": ["business"], "strictness": 0.2},
        {"languages": "en", "all": [{"languages": "en-US"}]},
        {"any": [{"regions": "denver"}, {"topics": "deals"}], "none": [{"tags": "x"}]},
        {"topics": "business", "none": [{"topics": "deals"}]},
        {"regions": ["denver", "dallas"], "none": [{"regions": "dallas"}]},
        {"any": [{"topics": "deals"}, {"tags": "x"}], "none": [{"topics": "business"}]},
        {"sources": ["a", "b"], "all": [{"sources": ["b", "c"]}]},
    ],
)
def test_sound_rule_is_left_alone(match: dict[str, Any]) -> None:
    """No finding for a rule that some story can match."""
    assert findings(match) == {}


def test_all_places_of_rules_are_looked_at() -> None:
    """The further headlines and the ladder are checked like sections."""
    newsletter = make_newsletter(
        more_headlines={"match": {"none": [{}]}}, fallback=[{"window": "3d"}, {"match": {"none": [{}]}}]
    )
    paths = [path for path, _ in rules_that_never_match(newsletter, topic_parents={})]
    assert paths == ["more_headlines.match.none.0", "fallback.1.match.none.0"]


def test_text_is_needed_only_for_words() -> None:
    """Keywords anywhere in a rule ask for text."""
    assert rule_reads_text(make_newsletter(sections=[{"title": "S", "match": {"none": [{"phrases": "x y"}]}}]))
    assert not rule_reads_text(make_newsletter(sections=[{"title": "S", "match": {"tags": "x"}}]))


def test_longest_window_covers_every_rung() -> None:
    """The caller loads as far back as the widest window."""
    assert longest_window(make_newsletter()) == timedelta(days=7, hours=12)
    assert longest_window(make_newsletter(window={"since": "fixed", "length": "24h"})) == timedelta(hours=24)
    assert longest_window(make_newsletter(fallback=[{"window": "9d"}])) == timedelta(days=9, hours=12)


def test_window_starts_at_the_last_edition() -> None:
    """It reaches to the last edition, at most `max` back; the first edition and a fixed window use `length`."""
    newsletter = make_newsletter(window={"length": "36h", "max": "3d"})
    day = timedelta(days=1)
    assert window_start(newsletter, SLOT_AT, None) == SLOT_AT - 1.5 * day
    assert window_start(newsletter, SLOT_AT, SLOT_AT - day) == SLOT_AT - day
    assert window_start(newsletter, SLOT_AT, SLOT_AT - 9 * day) == SLOT_AT - 3 * day
    fixed = make_newsletter(window={"since": "fixed", "length": "12h"})
    assert window_start(fixed, SLOT_AT, SLOT_AT - day) == SLOT_AT - day / 2
