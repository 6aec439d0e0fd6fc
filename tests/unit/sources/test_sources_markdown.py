from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import SourceError
from digest.sources.markdown import parse_markdown

NOW = datetime(2024, 5, 31, 12, tzinfo=UTC)
FULL = """---
headline: "Bridge opens: at last"
guid: bridge-1
url: https://news.example.com/bridge
published: 2024-05-30T07:30:00-06:00
categories: [City, Traffic]
tags: bridge, river
authors: [Ann Writer]
picture: bridge.png
picture_alt: A bridge
picture_credit: A. Person
language: en
embargo: 2024-06-01T06:00:00Z
summary: It opens.
---
The bridge **opens**.

**Why it matters:** Traffic.

- One
- Two
"""


def test_front_matter_fills_the_item() -> None:
    """Each key of the front matter lands in its field."""
    item, warnings = parse_markdown(FULL, now=NOW)
    assert warnings == []
    assert (item.title, item.guid, item.url) == ("Bridge opens: at last", "bridge-1", "https://news.example.com/bridge")
    assert item.published_at == datetime(2024, 5, 30, 13, 30, tzinfo=UTC)
    assert item.categories == ("City", "Traffic", "bridge", "river")
    assert item.authors == ("Ann Writer",)
    assert (item.pictures[0].url, item.pictures[0].alt, item.pictures[0].credit) == (
        "bridge.png",
        "A bridge",
        "A. Person",
    )
    assert item.embargo_until == datetime(2024, 6, 1, 6, tzinfo=UTC)
    assert item.summary == "It opens."
    assert "<strong>Why it matters:</strong>" in item.content


@pytest.mark.parametrize("line", ["age: 3h", "published: 3h", "date: 3h"])
def test_ages_count_from_now(line: str) -> None:
    """An age is a date that moves with the reading."""
    item, _ = parse_markdown(f"---\ntitle: T\n{line}\n---\nText", now=NOW)
    assert item.published_at == NOW - timedelta(hours=3)


def test_plain_dates_and_yaml_1_2() -> None:
    """A date without a time is midnight UTC; `no` and `07:30` are what is written."""
    item, _ = parse_markdown("---\ntitle: no\npublished: 2024-05-30\ncategories: [no, 07:30]\n---\nText", now=NOW)
    assert item.published_at == datetime(2024, 5, 30, tzinfo=UTC)
    assert item.title == "no"
    assert item.categories == ("no", "07:30")


def test_headlines_without_front_matter() -> None:
    """A first heading is the headline and no longer text; without one the first line makes it."""
    item, _ = parse_markdown("# Bridge opens\n\nThe text.", now=NOW)
    assert (item.title, item.content) == ("Bridge opens", "<p>The text.</p>\n")
    item, _ = parse_markdown("The **bridge** [opens](https://example.com). It rained.", now=NOW)
    assert item.title == "The bridge opens"


def test_strange_keys_and_dates_are_told() -> None:
    """A misspelt key or date is a warning that names the file, and the story is read."""
    item, warnings = parse_markdown("---\nheadlin: T\npublished: yesterday\n---\nText here.", now=NOW, name="a.md")
    assert item.title == "Text here"
    assert len(warnings) == 2
    assert "a.md" in warnings[0]
    assert "'headlin'" in warnings[0]
    assert "yesterday" in warnings[1]


@pytest.mark.parametrize(
    ("front", "place"),
    [
        ("title: [", ":"),
        ("title: T\n bad: : x", ":"),
        ("- a\n- b", ":2:1"),
        ("a: &x [1]\nb: *x", ":1:1"),
        ("title: a\ntitle: b", ":"),
    ],
)
def test_bad_front_matter_is_one_line(front: str, place: str) -> None:
    """YAML that cannot be read, repeats a key, or has aliases says where and what to do."""
    with pytest.raises(SourceError) as caught:
        parse_markdown(f"---\n{front}\n---\nText", now=NOW, source="desk", name="a.md")
    assert "\n" not in str(caught.value)
    assert f"a.md{place}" in caught.value.message
    assert caught.value.action


def test_a_rule_in_the_text_is_no_front_matter() -> None:
    """Three dashes further down are a rule."""
    item, _ = parse_markdown("Text one.\n\n---\n\nText two.", now=NOW)
    assert "Text two" in item.content


def test_html_in_markdown_is_left_to_cleaning() -> None:
    """Markdown passes HTML on; deep quotes come to an end."""
    item, _ = parse_markdown("# T\n\n" + ">" * 5_000 + " deep\n\n<script>alert(1)</script>", now=NOW)
    assert item.content.count("<blockquote>") < 50
