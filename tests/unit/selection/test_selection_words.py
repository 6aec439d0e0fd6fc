"""Keywords and phrases as patterns: whole words, any script, any character."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.selection.words import compile_words


def finds(text: str, *words: str) -> bool:
    return compile_words(words).search(text) is not None


def test_words_are_whole_words() -> None:
    """Neither the beginning nor the end of another word counts."""
    assert finds("the bank's loan", "bank")
    assert not finds("embankment", "bank")
    assert not finds("banks", "bank")
    assert finds("banks", "bank*")


def test_spaces_match_any_white_space() -> None:
    """A phrase is found over a line break."""
    assert finds("series\n  b round", "Series B")


def test_marks_are_plain_characters() -> None:
    """What means something in a pattern stands for itself here."""
    assert finds("written in c++ today", "c++")
    assert finds("a q&a (live)", "(live)")
    assert not finds("cxx", "c..")


def test_nothing_to_look_for_finds_nothing() -> None:
    """Empty words and a lone star match no text."""
    assert not finds("anything", "", "  ", "*")
    assert not finds("anything")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=12), max_size=4), st.text(max_size=30))
def test_any_words_compile(words: list[str], text: str) -> None:
    """No keyword of any script breaks the pattern, and a word is found in itself."""
    compile_words(tuple(words)).search(text.lower())
    for word in words:
        if word.strip().strip("*").strip():
            assert finds(" ".join(word.lower().split()).replace("*", ""), word.replace("*", ""))
