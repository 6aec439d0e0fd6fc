"""The audience language: what it means, and where it says that something is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.audience import AnyOf, Comparison, holds, parse_audience
from digest.model.subscriber import Subscriber

ANN = Subscriber(1, "ann@example.com", "ann@example.com", "Ann", "en", "America/Denver", {"plan": "pro", "age": "30"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('attributes.plan == "pro"', True),
        ("attributes.plan == 'pro' and attributes.age >= 30", True),
        ('attributes.plan == "free" or language == "en"', True),
        ('not attributes.plan == "pro"', False),
        ('language in ["es", "en"] and not domain in ["example.org"]', True),
        ("attributes.city", False),
        ("attributes.plan > 3", False),
        ("attributes.plan != 3", True),
        ('attributes.a == "x" and attributes.b == "y" or name == "Ann"', True),
        ('attributes.a == "x" and (attributes.b == "y" or name == "Ann")', False),
    ],
)
def test_what_expressions_mean(text: str, expected: bool) -> None:
    """`and` binds tighter than `or`; missing attributes are empty; numbers compare as numbers."""
    assert holds(parse_audience(text), ANN) is expected


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ("plan == 3", 1),
        ("attributes.plan = 3", 17),
        ('attributes.plan == "pro', 20),
        ("attributes.plan == pro", 20),
        ('name == "a" name', 13),
        ("(name", 6),
        ("name in [1 2]", 12),
        ("name not 3", 10),
        ("__import__('os')", 1),
        ("attributes", 1),
        ("name == 3; name", 10),
    ],
)
def test_what_is_wrong_is_told_with_its_column(text: str, column: int) -> None:
    """A mistake is told in one line with the column, and nothing is ever evaluated."""
    with pytest.raises(ValueError, match=rf"column {column}: expected .+, found"):
        parse_audience(text)


def test_a_list_is_any_of_its_values() -> None:
    """`in` is short for several comparisons."""
    expected = AnyOf((Comparison("name", "==", "a"), Comparison("name", "==", 2.0)))
    assert parse_audience('name in ["a", 2]') == expected


@pytest.mark.parametrize("text", ["(" * 600 + "name", "not " * 200 + "name", "name or " * 200 + "name"])
def test_no_expression_exhausts_the_parser(text: str) -> None:
    """Depth and length are bounded."""
    with pytest.raises(ValueError, match="at most"):
        parse_audience(text)


@given(st.text(alphabet="attributes.n()[]\"'= <>!,0123 orandnot", max_size=40) | st.text(max_size=30))
@settings(max_examples=150)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """Whatever stands in the file, the answer is an audience or a ValueError."""
    try:
        audience = parse_audience(text)
    except ValueError:
        return
    assert isinstance(holds(audience, ANN), bool)
