from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.dates import parse_age, parse_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fri, 31 May 2024 07:05:09 GMT", "2024-05-31T07:05:09"),
        ("Fri, 31 May 2024 07:05:09 +0200", "2024-05-31T05:05:09"),
        ("31 May 24 07:05 EST", "2024-05-31T12:05:00"),
        ("Fri, 31 May 2024 24:00:00 GMT", "2024-06-01T00:00:00"),
        ("Thu, 01 Jul 2004 19:48:21 PDT", "2004-07-02T02:48:21"),
        ("2024-05-31T07:05:09Z", "2024-05-31T07:05:09"),
        ("2024-05-31T07:05:09.123+02:00", "2024-05-31T05:05:09"),
        ("2024-05-31", "2024-05-31T00:00:00"),
        ("2024-05", "2024-05-01T00:00:00"),
        ("20240531", "2024-05-31T00:00:00"),
        ("May 31, 2024, 7:05 p.m.", "2024-05-31T19:05:00"),
        ("Fri May 31 07:05:09 2024", "2024-05-31T07:05:09"),
    ],
)
def test_dates_of_feeds_become_utc(text: str, expected: str) -> None:
    """Each form that feeds write is the instant it means."""
    found = parse_date(text)
    assert found is not None
    assert found.replace(microsecond=0, tzinfo=None).isoformat() == expected
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text", ["", None, "yesterday", "soon", "31 Foo 2024", "0001-01-01", "99", "Fri, 99 May 2024 07:05:09 GMT"]
)
def test_what_is_no_date_is_none(text: str | None) -> None:
    """Words, impossible days and years long gone are not taken for dates."""
    assert parse_date(text) is None


@given(st.text(max_size=100))
def test_any_text_gives_a_date_or_none(text: str) -> None:
    """No text makes the parser fail, and what it returns is aware UTC."""
    found = parse_date(text)
    assert found is None or found.utcoffset() == timedelta(0)


@given(st.integers(min_value=31_536_000, max_value=7_226_582_400))
def test_iso_dates_round_trip(timestamp: int) -> None:
    """An ISO date in UTC comes back as the same instant."""
    moment = datetime.fromtimestamp(timestamp, UTC)
    assert parse_date(moment.isoformat()) == moment


def test_ages() -> None:
    """An age has units; a bare number or a word is none."""
    assert parse_age("1h 30m") == timedelta(minutes=90)
    assert parse_age("2d") == timedelta(days=2)
    assert parse_age("3") is None
    assert parse_age("") is None
