"""Days and months in a newsletter's own language, as its pages show them; pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_skeleton


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Return the locale of a language as `es` or `pt-BR`; English where it is not known."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def direction_of(language: str) -> str:
    """Return `rtl` or `ltr`."""
    return str(locale_of(language).text_direction)


def day_words(day: date, language: str) -> str:
    """Return a day in short, as `Mon, Nov 23`."""
    return str(format_skeleton("MMMEd", _noon(day), locale=locale_of(language)))


def month_words(day: date, language: str) -> str:
    """Return a month, as `November 2026`."""
    return str(format_skeleton("yMMMM", _noon(day), locale=locale_of(language)))


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
