"""Inline markup as flat runs."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from digest.rendering.inline import MAX_RUNS, parse_inline, shorten_inline

_PIECES = (
    *("<a href='https://a.example/?x=1&y=2'>", "</a>", "<strong>", "</strong>", "<em>", "</em>", "<b", "&", "&amp;"),
    *("<script>", "</script>", "<!--", "-->", "words and ", "1 < 2", "]]>", '"', "<a href=javascript:x>", "</p>"),
)
_MARKUP = st.lists(st.sampled_from(_PIECES), max_size=40).map("".join)


@settings(max_examples=60, deadline=None)
@given(_MARKUP)
def test_output_is_well_formed(markup: str) -> None:
    """Whatever comes in, what goes out is XML of three kinds of tags, three deep at most."""
    tree = etree.fromstring(f"<p>{parse_inline(markup).__html__()}</p>")
    assert {e.tag for e in tree.iter()} <= {"p", "a", "strong", "em"}
    assert max(len(list(e.iterancestors())) for e in tree.iter()) <= 3
    assert all(a.get("href").startswith("https://") for a in tree.iter("a"))


@settings(max_examples=60, deadline=None)
@given(_MARKUP)
def test_cleaning_twice_changes_nothing(markup: str) -> None:
    """Markup that was cleaned is clean."""
    once = parse_inline(markup).__html__()
    assert parse_inline(once).__html__() == once


@settings(max_examples=200, deadline=None)
@given(_MARKUP, st.integers(min_value=2, max_value=60))
def test_shortened_text_stays_within_the_limit(markup: str, limit: int) -> None:
    """Shortening keeps the beginning, and never grows."""
    whole = parse_inline(markup)
    short = shorten_inline(whole, limit)
    assert len(short.text) <= max(limit, 1)
    assert whole.text.startswith(short.text.rstrip("…").rstrip())


def test_the_ellipsis_counts() -> None:
    """A run that fills the limit gives up a letter for it."""
    assert shorten_inline(parse_inline("ab<em>cd</em>"), 2).text == "a…"
    assert shorten_inline(parse_inline("ab<em>cd</em>"), 3).text == "ab…"


def test_looks_and_links_are_kept() -> None:
    """Strong, emphasis and links of the story reach the reader."""
    markup = 'Rents <strong>fell <em>again</em></strong>, says <a href="https://a.example/?a=1&amp;b=2">the city</a>.'
    assert parse_inline(markup).__html__() == (
        "Rents <strong>fell </strong><strong><em>again</em></strong>, says "
        '<a href="https://a.example/?a=1&amp;b=2">the city</a>.'
    )


def test_script_gives_nothing_and_unknown_tags_their_text() -> None:
    """What is not text is not read aloud."""
    assert parse_inline("<script>x()</script><u>under</u><style>p{}</style>").text == "under"


def test_template_syntax_is_text() -> None:
    """Braces of a story mean nothing."""
    assert parse_inline("{{ 7 * 7 }}").__html__() == "{{ 7 * 7 }}"


def test_depth_and_count_are_bounded() -> None:
    """Fifty thousand nested tags become one plain run; endless runs are cut."""
    assert len(parse_inline("<strong>" * 50_000 + "x").runs) <= 1
    assert len(parse_inline("<em>x</em>y" * 190).runs) <= MAX_RUNS


def test_links_can_be_numbered() -> None:
    """The text part names the address by a mark behind the words."""
    inline = parse_inline('See <a href="https://a.example/">the plan</a>.')
    assert re.fullmatch(r"See the plan \[1\]\.", inline.with_links(lambda url: "[1]"))
