"""What `digest check` hears of rules, and what the caller must load."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from digest.selection import longest_window, rule_reads_text, rules_that_never_match, window_start
from digest.testing.candidates import SLOT_AT, make_newsletter

KNOWN: dict[str, Any] = {"regions": {"denver", "dallas"}, "topics": {"business", "deals"}, "sources": {"desk"}}


def findings(match: dict[str, Any], **values: Any) -> dict[str, str]:
    newsletter = make_newsletter(sections=[{"title": "S", "match": match}], **values)
    return dict(rules_that_never_match(newsletter, **KNOWN))


@pytest.mark.parametrize(
    ("match", "path", "words"),
    [
        ({"regions": "dalas"}, "regions", "no region has the id 'dalas'; did you mean dallas?"),
        ({"topics": "zzz"}, "topics", "no topic has the id 'zzz'; add it to topics.yaml"),
        ({"all": [{"sources": "dsk"}]}, "all.0.sources", "no source has the id 'dsk'; did you mean desk?"),
        ({"regions": "$region"}, "regions", "$region stands for nothing: the newsletter has no region:"),
        ({"topics": "$topics"}, "topics", "$topics stands for nothing; write $region, $topic or an id"),
        ({"none": [{}]}, "none", "an empty rule takes every story, so that nothing is left here"),
        ({"tags": "x", "none": [{"tags": "x"}]}, "none", "the rule excludes just what it asks for"),
        (
            {"has_picture": True, "all": [{"has_picture": False}]},
            "all",
            "has_picture is asked to be true and false at once",
        ),
        ({"languages": "en", "all": [{"languages": "es"}]}, "all", "no story has all of these languages at once"),
        ({"strictness": 0.5, "tags": "x"}, "strictness", "strictness has no effect"),
        ({"max_age": "30d"}, "max_age", "max_age has no effect: the newsletter never looks further back than 7 d 12 h"),
    ],
)
def test_rule_that_never_matches_is_found(match: dict[str, Any], path: str, words: str) -> None:
    """Each mistake is told with its place and its cure."""
    found = findings(match)
    assert list(found) == [f"sections.0.match.{path}"]
    assert found[f"sections.0.match.{path}"].startswith(words)


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"regions": "denver", "topics": ["business"], "strictness": 0.2},
        {"languages": "en", "all": [{"languages": "en-US"}]},
        {"any": [{"regions": "denver"}, {"topics": "deals"}], "none": [{"tags": "x"}]},
    ],
)
def test_sound_rule_is_left_alone(match: dict[str, Any]) -> None:
    """No finding for a rule that some story can match."""
    assert findings(match) == {}


def test_all_places_of_rules_are_looked_at() -> None:
    """The further headlines and the ladder are checked like sections."""
    newsletter = make_newsletter(
        more_headlines={"match": {"topics": "x"}}, fallback=[{"match": {"regions": "y"}}, {"regions": ["z"]}]
    )
    paths = [path for path, _ in rules_that_never_match(newsletter, **KNOWN)]
    assert paths == ["more_headlines.match.topics", "fallback.0.match.regions", "fallback.1.regions"]


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
