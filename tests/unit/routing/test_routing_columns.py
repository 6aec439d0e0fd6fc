"""Tables by columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.routing.columns import pack, unpack

LINES = st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=("Cs",)), max_size=12), min_size=1)


@given(texts=LINES, small=st.lists(st.integers(0, 255)), signed=st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_table_comes_back_as_it_was(texts: list[str], small: list[int], signed: list[int]) -> None:
    """Texts of any script and numbers of each size are read as they were written, from the same bytes each time."""
    packed = pack({"name": ("s", texts), "few": ("B", small), "far": ("i", signed)})
    columns = unpack(packed)
    assert [list(columns[name]) for name in ("name", "few", "far")] == [texts, small, signed]
    assert pack({"name": ("s", texts), "few": ("B", small), "far": ("i", signed)}) == packed


def test_values_that_do_not_fit_are_told() -> None:
    """A text with a line end or a number too large for its column is refused, not cut."""
    with pytest.raises(ValueError, match="end of a line"):
        pack({"name": ("s", ["one\ntwo"])})
    with pytest.raises(ValueError, match="does not fit"):
        pack({"few": ("B", [256])})
