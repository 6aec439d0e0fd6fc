"""Colours as numbers: how well one reads on another; chooses none.

Contrast is that of WCAG 2.2: 4.5 or more is AA for text, 3 for large text.
"""

from __future__ import annotations

AA_TEXT = 4.5
"""Least contrast of ordinary text (WCAG 2.2, 1.4.3)."""
AA_LARGE = 3.0
"""Least contrast of text from 24 px, or 18.7 px bold (WCAG 2.2, 1.4.3)."""


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours written `#rrggbb` or `#rgb`, from 1 (the same) to 21 (black and white).

    Raises ValueError for anything else.
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: int) -> float:
    share = part / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _parts(colour: str) -> tuple[int, int, int]:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if not colour.startswith("#") or len(digits) != 6:
        raise ValueError(f"{colour!r} is not a colour; write it as #b3402a")
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
