"""Explaining: every answer of `why` is in words, and agrees with the choice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from digest.selection import choose, explain, matching_ids
from digest.testing.candidates import SLOT_AT, make_candidate, make_newsletter, make_situation

NEWSLETTER = make_newsletter(
    region="denver",
    sections=[
        {"title": "1 big thing", "match": {"regions": "$region"}, "limit": 1, "layout": "lead"},
        {"title": "Business", "match": {"all": [{"regions": "$region"}, {"topics": "business"}]}, "limit": 1},
    ],
    more_headlines={"limit": 1},
    banned=["horoscope"],
    max_per_source=2,
)


def local(story_id: str, **values: Any) -> Any:
    return make_candidate(story_id, regions={"denver": 0.8}, **values)


POOL = [
    local("lead", age_h=1, cluster="k", word_count=500),
    local("echo", age_h=2, cluster="k", source="radio"),
    local("biz", age_h=3, topics={"business": 0.7}),
    local("capped", age_h=4),
    local("short", age_h=5, source="wire"),
    local("thin", age_h=20, source="paper"),
    make_candidate("austin", regions={"austin": 0.9}),
    local("old", age_h=90),
    local("secret", embargo_until=SLOT_AT + timedelta(hours=2)),
    local("stars", headline="Your horoscope"),
    local("told"),
]
SITUATION = make_situation(used=frozenset({"told"}))


def why(story_id: str) -> tuple[bool, dict[str, str]]:
    """Return whether it is selected, and the last text of each rule."""
    selected, reasons = explain(NEWSLETTER, POOL, SITUATION, story_id)
    return selected, {reason.rule: reason.text for reason in reasons}


def test_chosen_story_tells_section_evidence_score_and_rank() -> None:
    """A chosen story names its section, the shares, its score in parts, its rank, and the versions it leads."""
    selected, reasons = explain(NEWSLETTER, POOL, SITUATION, "lead")
    texts = [reason.text for reason in reasons]
    assert selected
    assert "published 1 h before the slot, within the window" in texts
    assert "section '1 big thing' takes it: region denver (share 0.80)" in texts
    assert any(text.startswith("score ") and "aboutness 2.40" in text for text in texts)
    assert "number 1 of 5 that fit section '1 big thing'" in texts
    assert "leads 1 other version of the same event, told under 'also in' (radio)" in texts
    assert any(text.startswith("section 'Business' does not take it: not routed to topic business") for text in texts)


def test_other_version_names_the_leader() -> None:
    """A duplicate says of which story, and that it is told under "also in"."""
    selected, told = why("echo")
    assert not selected
    assert told["duplicate"] == (
        "the same event as lead, 'Headline of lead' (desk), which leads in section '1 big thing': "
        "as a version it counts 2.94, this one 1.89 (source, freshness, completeness, picture)"
    )
    assert told["also"] == "told there under 'also in'"


def test_refusals_say_which_rule() -> None:
    """Each way to be left out has its own rule and words."""
    assert why("austin")[1]["match"] == (
        "section 'Business' does not take it: not routed to region denver; not routed to topic business"
    )
    assert why("old")[1]["window"] == "published 3 d 18 h before the slot; the window starts 1 d before it"
    assert why("secret")[1]["embargo"] == "under embargo until 2026-11-23 15:30 UTC"
    assert why("stars")[1]["banned"] == 'banned: "horoscope" in the headline'
    assert why("told")[1]["used"] == "told in an earlier edition of this newsletter"
    assert why("capped")[1]["cap"] == "the edition has 2 of source desk, the most it may have (max_per_source)"
    assert "is full (1)" in why("thin")[1]["limit"]
    assert why("nobody")[1]["pool"].startswith("no story nobody in the pool")


def test_every_answer_agrees_with_the_choice() -> None:
    """A story is selected in `explain` exactly when it stands in the edition; all others have a refusing reason."""
    chosen = choose(NEWSLETTER, POOL, SITUATION).story_ids
    assert set(chosen) == {"lead", "biz", "short"}
    for story in POOL:
        selected, reasons = explain(NEWSLETTER, POOL, SITUATION, story.id)
        assert selected == (story.id in chosen)
        assert selected or any(not reason.took for reason in reasons)


def test_skipped_edition_is_told() -> None:
    """When the edition is skipped, every answer ends with that."""
    newsletter = make_newsletter(min_stories=9)
    _, reasons = explain(newsletter, POOL[:2], SITUATION, "lead")
    assert reasons[-1].text == "the edition is skipped: 1 of 9 stories needed"


def test_pin_and_ladder_are_told() -> None:
    """A pinned story says so, and a story of the ladder names its step."""
    pinned = make_newsletter(pinned=["old"])
    assert any(reason.rule == "pinned" for reason in explain(pinned, POOL, SITUATION, "old")[1])
    thin = make_newsletter(min_stories=1, fallback=[{"window": "5d", "title": "From the week"}])
    selected, reasons = explain(thin, [POOL[7]], SITUATION, "old")
    assert selected
    assert "taken on step 1 of the fallback ladder (From the week)" in [reason.text for reason in reasons]


def test_matching_stories_are_those_the_rules_take() -> None:
    """What a newsletter could tell is listed whatever its age, rank or history; what no rule takes is not."""
    assert matching_ids(NEWSLETTER, POOL, SITUATION) == {story.id for story in POOL} - {"austin"}
    wider = NEWSLETTER.model_copy(
        update={"more_headlines": make_newsletter(more_headlines={"match": {}}).more_headlines}
    )
    assert matching_ids(wider, POOL, SITUATION) == {story.id for story in POOL}
