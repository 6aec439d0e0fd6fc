"""Lengths of time, places and lists as a person reads them in reasons; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta


def span_text(span: timedelta) -> str:
    """Return a length of time in one or two units, as `40 min`, `3 h 20 min` or `2 d 4 h`."""
    minutes = max(0, round(span.total_seconds() / 60))
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    said = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(said[:2]) or "0 min"


def join_words(words: Iterable[str], last: str = "or") -> str:
    """Return "a, b or c" for reports."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
