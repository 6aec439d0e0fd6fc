"""Subjects and preheaders that are longer than an inbox shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rendering.shortening import cut_line


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        (
            "Who pays for science at the bottom of the Atlantic? The bank of the cable",
            "Who pays for science at the bottom of the Atlantic?",
        ),
        ("Chicago's elevated tracks get quieter, one rubber pad at a time", "Chicago's elevated tracks get quieter…"),
        ("White House releases $1.9 billion for 44 small railroad stations", "White House releases $1.9 billion…"),
        (
            "Budget office puts a price on the child-care bill: $41 billion",
            "Budget office puts a price on the child-care bill…",
        ),
        (
            "The last mile of Atlanta's westside trail opens under the oaks",
            "The last mile of Atlanta's westside trail opens…",
        ),
        (
            "The last gap between Dallas and Fort Worth bike paths is a parking lot",
            "The last gap between Dallas and Fort Worth bike paths…",
        ),
        (
            "Pandemic lesson: classrooms with better air had a third fewer sick days",
            "Pandemic lesson: classrooms with better air…",
        ),
        (
            "“We will not leave this valley to the mill owners and their banks,” says mayor",
            "“We will not leave this valley to the mill owners…”",
        ),
        (
            "Council (which met in private for the third time this month) votes",
            "Council (which met in private for the third time…)",
        ),
        (
            'The word "resilience" and the phrase "whole of government approach to it" vanish',
            'The word "resilience" and the phrase…',
        ),
        (
            "Neighbors of the tall new buildings near old St. Paul streets complain",
            "Neighbors of the tall new buildings…",
        ),
    ],
)
def test_cut_where_a_reader_pauses(text: str, cut: str) -> None:
    """A sentence, clause or phrase stays whole; no article, preposition, number or half a quotation ends the line."""
    assert cut_line(text, 60) == cut


def test_other_languages_have_words_of_their_own() -> None:
    """What leans on the next word is known in some languages; elsewhere a line ends at any word."""
    german = "Überlandwerke bauen den größten Speicher der Republik mit Geld der Bürger"
    assert cut_line(german, 60, "de-AT") == "Überlandwerke bauen den größten Speicher der Republik…"
    assert cut_line(german, 60, "nl") == "Überlandwerke bauen den größten Speicher der Republik mit…"
    spanish = "El puente nuevo de la ciudad vieja abre para los peatones y las bicicletas"
    assert cut_line(spanish, 60, "es") == "El puente nuevo de la ciudad vieja abre para los peatones…"


def test_a_line_that_fits_is_left_alone() -> None:
    """Nothing is taken from a line within the limit, whatever it ends with."""
    assert cut_line("A line that ends with the", 60) == "A line that ends with the"


def test_scripts_without_spaces_end_at_their_own_marks() -> None:
    """Japanese is cut at a comma or full stop, else between letters, never before an accent."""
    assert (
        cut_line("見出しにはスペースがありません、句読点で切ります。" * 2, 30)
        == "見出しにはスペースがありません、句読点で切ります。"
    )
    assert cut_line("e\u0301" * 30, 21) == "e\u0301" * 10 + "…"


@given(st.text(alphabet="ab “”()\"'‘’,.;:—?éñ\u0301\u200d你。19", max_size=120), st.integers(20, 60))
def test_any_text_is_cut_within_the_limit(text: str, limit: int) -> None:
    """The result is never longer than asked, and never empty for a line with words."""
    cut = cut_line(text.strip(), limit)
    assert len(cut) <= limit
    assert cut or not text.strip()
