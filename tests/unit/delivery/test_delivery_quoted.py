"""Quoted-printable of values: the fast ways give the same bytes as the plain one, or nothing."""

from __future__ import annotations

import quopri

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.delivery.places import is_plain
from digest.delivery.quoted import quote, quote_plain, quote_printable

_VALUES = st.one_of(
    st.text(max_size=300),
    st.text("aF. =-/:", max_size=300),
    st.from_regex(r"https://news\.example\.com/[A-Za-z0-9/_-]{0,200}", fullmatch=True),
)


@given(_VALUES)
@example("李小龙")
@example("FFF")
@example("...")
@example("")
@example("a" * 73 + "." + "b" * 20)
@example("a" * 73 + "From here")
def test_what_is_plain_is_quoted_the_same(value: str) -> None:
    """`quote_plain` agrees with `quote` or gives nothing, and takes only what HTML leaves alone, too."""
    plain = quote_plain(value)
    assert plain is None or (plain == quote(value) and is_plain(value))


@given(st.text([chr(code) for code in range(0x20, 0x7F)], max_size=300))
def test_what_is_printable_is_quoted_the_same(line: str) -> None:
    """`quote_printable` agrees with `quote`, and both can be read back."""
    assert quote_printable(line) == quote(line)
    assert quopri.decodestring(quote_printable(line)).decode("ascii") == line


@pytest.mark.parametrize("value", ["Ann Reader", "https://news.example.com/unsubscribe/" + "a1b2" * 40])
def test_usual_values_take_the_fast_way(value: str) -> None:
    """Names of plain letters and our own links are encoded in one pass."""
    assert quote_plain(value) == quote(value)
