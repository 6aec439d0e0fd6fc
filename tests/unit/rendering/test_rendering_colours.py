"""Contrast as WCAG counts it."""

from __future__ import annotations

import pytest

from digest.rendering import contrast


def test_known_contrasts() -> None:
    """Black on white is 21, a colour on itself 1, a known grey 4.54; the order does not matter."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#b3402a", "#b3402a") == pytest.approx(1)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#16181d", "#f4f1ea") == contrast("#f4f1ea", "#16181d")


@pytest.mark.parametrize("colour", ["red", "#12", "#12345g", "b3402a", ""])
def test_other_notations_are_refused(colour: str) -> None:
    """A colour is written with a hash and three or six digits."""
    with pytest.raises(ValueError, match=r"colour|invalid literal"):
        contrast(colour, "#ffffff")
