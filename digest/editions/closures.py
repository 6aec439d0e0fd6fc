"""Public holidays and pauses: which days are closed, and why; owns the `holidays` library, moves nothing."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from digest.config.schedule import Pause, Schedule


def find_holiday(schedule: Schedule, day: date) -> str:
    """Return the name of the public holiday on this day in the schedule's country or region; "" when there is none.

    Raises ValueError with the choices for a country or region that is not known.
    """
    if schedule.holidays is None:
        return ""
    return _holidays_of(schedule.holidays, day.year).get(day, "")


def find_pause(schedule: Schedule, day: date) -> Pause | None:
    """Return the pause that the day lies in."""
    return next((pause for pause in schedule.pauses if pause.start <= day <= pause.end), None)


def check_place(place: str) -> None:
    """Raise ValueError with the choices unless the place is a known country, or country and region as `US-CO`."""
    _split_place(place)


@lru_cache(maxsize=512)
def _holidays_of(place: str, year: int) -> Mapping[date, str]:
    # Imported late: the library is only needed where a schedule names holidays.
    import holidays

    country, region = _split_place(place)
    return dict(holidays.country_holidays(country, subdiv=region, years=year, expand=False))


@lru_cache(maxsize=64)
def _split_place(place: str) -> tuple[str, str | None]:
    known = _known_places()
    country, _, region = place.partition("-")
    if country not in known:
        near = difflib.get_close_matches(country.upper(), sorted(known), n=5, cutoff=0.3)
        hint = f"; near ones: {', '.join(near)}" if near else ""
        raise ValueError(f"no holidays are known for country {country!r}; write US, or US-CO for a region{hint}")
    if region and region not in known[country]:
        choices = ", ".join(known[country]) or "none, write the country alone"
        raise ValueError(f"no holidays are known for region {region!r} of {country}; choices: {choices}")
    return country, region or None


@lru_cache(maxsize=1)
def _known_places() -> Mapping[str, list[str]]:
    """Return regions by country; cached, as the library looks through all its countries each time (15 ms)."""
    from holidays.utils import list_supported_countries

    known: dict[str, list[str]] = list_supported_countries()
    return known
