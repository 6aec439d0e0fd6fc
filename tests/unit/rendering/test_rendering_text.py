"""The text part's helpers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.slots import slot_mark
from digest.rendering.text import WIDTH, Links, tidy_text, wrap_text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abc é-", min_size=1, max_size=12), max_size=60))
def test_lines_fit_the_width_and_keep_the_words(words: list[str]) -> None:
    """Wrapping changes nothing but the spaces."""
    text = " ".join(words)
    wrapped = wrap_text(text, "* ")
    assert all(len(line) <= WIDTH for line in wrapped.splitlines())
    assert wrapped.removeprefix("* ").split() == text.split()


def test_addresses_and_marks_are_never_broken() -> None:
    """What is longer than a line stands alone on it."""
    mark = slot_mark("zq0123456789abcdefabcdx", "preferences_url")
    address = "https://news.example.com/" + "long-word/" * 12
    lines = wrap_text(f"See {address} and {mark} for more " * 2).splitlines()
    assert address in lines
    assert sum(mark in line for line in lines) == 2


def test_links_are_numbered_once_each() -> None:
    """The same address keeps its number."""
    links = Links()
    assert [links.mark(url) for url in ("https://a.example", "https://b.example", "https://a.example", "")] == [
        "[1]",
        "[2]",
        "[1]",
        "",
    ]
    assert links.all == ((1, "https://a.example"), (2, "https://b.example"))


def test_text_is_tidy() -> None:
    """Blank lines do not pile up, lines do not end in spaces."""
    assert tidy_text("\n\na  \n\n\n\nb") == "a\n\nb\n"
