"""Where in a text names may stand: runs of capitalised words, telephone numbers; knows no name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.routing.mention_patterns import RUN, RUN_IN_ASCII

_TYPOGRAPHIC = (("’", "'"), ("“", '"'), ("”", '"'), ("—", "="), ("–", "="), ("‘", '"'), ("\xa0", "="))
"""Marks of good typography that mean to a run no more than a mark of ASCII does."""
_SHAPES = bytes(48 if 48 <= code < 58 else 45 if code in b"-. " else 63 for code in range(256))
_PHONE_END = b"0-0000"
"""Seldom there, and quickly looked for: without it, no telephone number."""


def find_runs(text: str) -> Iterator[re.Match[str]]:
    """Yield the runs of capitalised words as matches; their spans are those in the text."""
    plain = text
    if not text.isascii():
        for mark, same in _TYPOGRAPHIC:
            plain = plain.replace(mark, same)
    pattern = RUN_IN_ASCII if plain.isascii() else RUN
    return pattern.finditer(plain)


def may_hold_phone(text: str) -> bool:
    """Tell whether a text holds the end of a telephone number, the last digits with what stands before them."""
    return _PHONE_END in text.encode("ascii", "replace").translate(_SHAPES)
