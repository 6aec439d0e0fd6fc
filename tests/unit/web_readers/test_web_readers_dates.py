"""Dates of a newsletter's pages in its own language."""

from __future__ import annotations

from datetime import date

import pytest

from digest.web.readers.dates import day_words, direction_of, month_words

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("en", "Sun, Nov 22", "November 2026"),
        ("es-MX", "dom 22 de nov", "noviembre de 2026"),
        ("de", "So., 22. Nov.", "November 2026"),
        ("qqq", "Sun, Nov 22", "November 2026"),
    ],
)
def test_dates_in_words(language: str, day: str, month: str) -> None:
    """Names and order are the language's; an unknown language reads English."""
    assert day_words(DAY, language) == day
    assert month_words(DAY, language) == month


def test_direction() -> None:
    """Arabic and Hebrew run from right to left."""
    assert [direction_of(language) for language in ("ar", "he", "en", "es-MX", "qqq")] == [
        "rtl",
        "rtl",
        "ltr",
        "ltr",
        "ltr",
    ]
