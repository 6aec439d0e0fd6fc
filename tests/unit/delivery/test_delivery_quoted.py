"""Quoted-printable of values: the fast ways give the same bytes as the plain one."""

from __future__ import annotations

import quopri

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.delivery.places import Place, encode_value, is_plain, is_plain_link
from digest.delivery.quoted import quote, quote_printable

_VALUES = st.one_of(
    st.text(max_size=300),
    st.text("aF. =-/:", max_size=300),
    st.text("aB. =-/:&<'", max_size=40).map("https://{}".format),
    st.from_regex(r"https://news\.example\.com/[A-Za-z0-9/_-]{0,200}", fullmatch=True),
)


@given(_VALUES)
@example("李小龙")
@example("\0")
@example("...")
@example("")
@example("http://a")
@example("https://")
@example("https://a b")
@example("https://a&b")
@example("https://a=b")
def test_what_is_plain_is_the_same_everywhere(value: str) -> None:
    """Nothing escapes a plain value in text or HTML, nor a plain link where a whole URL stands."""
    if is_plain(value):
        assert {encode_value(value, place, "x") for place in (Place.TEXT, Place.HTML)} == {value}
    if is_plain_link(value):
        assert is_plain(value)
        assert encode_value(value, Place.URL, "x") == value


@given(st.text([chr(code) for code in range(0x20, 0x7F)], max_size=300))
def test_what_is_printable_is_quoted_the_same(line: str) -> None:
    """`quote_printable` agrees with `quote`, and both can be read back."""
    assert quote_printable(line) == quote(line)
    assert quopri.decodestring(quote_printable(line)).decode("ascii") == line


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("a" * 73 + ".b", b"a" * 73 + b"=\r\n=2Eb"),
        ("a" * 73 + "From here", b"a" * 73 + b"=\r\n=46rom here"),
        ("a" * 72 + "=b", b"a" * 72 + b"=\r\n=3Db"),
        ("a" * 71 + "=b", b"a" * 71 + b"=\r\n=3Db"),
        ("a" * 150, b"a" * 73 + b"=\r\n" + b"a" * 73 + b"=\r\n" + b"a" * 4),
        (".a  b ", b"=2Ea =20b=20"),
    ],
)
def test_where_lines_are_cut(line: str, quoted: bytes) -> None:
    """A line takes 73 letters, is not cut through an escape, and begins with no dot and no `From `."""
    assert quote_printable(line) == quote(line) == quoted


@pytest.mark.parametrize("value", ["Ann Reader", "https://news.example.com/unsubscribe/" + "a1b2" * 40])
def test_usual_values_take_the_fast_way(value: str) -> None:
    """Names of plain letters and our own links are encoded once for all places."""
    assert is_plain(value)
    assert is_plain_link(value) == value.startswith("https://")
