"""What every configuration model shares: strictness, ids, durations; no file kind of its own."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DURATION = re.compile(r"(?:(\d+)w)?\s*(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?")


class ConfigModel(BaseModel):
    """Base of all configuration models: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, arbitrary_types_allowed=True)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Return the value itself: it never changes, and pydantic copies every default it gives."""
        return self


def parse_duration(value: Any) -> Any:
    """Turn `7d`, `36h`, `1h 30m` or `45s` into a timedelta; anything else is left to pydantic."""
    if not isinstance(value, str):
        if isinstance(value, bool | int | float):
            raise ValueError("write a duration with its unit, as 30m, 36h or 7d")
        return value
    text = value.strip()
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        raise ValueError(f"{value!r} is not a duration; write 45s, 30m, 36h, 7d or 2w")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def write_duration(length: timedelta) -> str:
    """Return a duration as a user writes it: `36h`, `7d`, `1h 30m`, `0s`; days only where nothing smaller is left."""
    seconds = round(length.total_seconds())
    if seconds and seconds % 86_400 == 0 and seconds > 86_400:
        return f"{seconds // 86_400}d"
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s"))
    return " ".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    WithJsonSchema({"type": "string", "pattern": r"^(\d+[wdhms]\s*)+$", "examples": ["30m", "36h", "7d"]}),
]
"""A length of time in YAML: digits with w, d, h, m or s, as `36h` or `1h 30m`."""


def _one_line(value: str) -> str:
    if value.isascii() and value.isprintable():
        return value
    if any(unicodedata.category(letter) == "Cc" or letter in _BIDI for letter in value):
        raise ValueError("holds a line break or a control character; write it on one line")
    return value


Line = Annotated[str, AfterValidator(_one_line)]
"""A text for a header or a title: one line, no control characters, nothing that turns the direction of writing."""

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)]
"""An id: lower-case letters, digits, `-`, `.` and `_`."""
