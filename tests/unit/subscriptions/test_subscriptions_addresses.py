"""Addresses: what is taken, how they compare, what is refused in one line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.subscriptions.addresses import normalise_address


@pytest.mark.parametrize(
    ("text", "email", "key"),
    [
        (" Ann.Example+News@Example.COM\n", "Ann.Example+News@example.com", "ann.example+news@example.com"),
        ("ann@mail.test", "ann@mail.test", "ann@mail.test"),
        ("ann@sub.example", "ann@sub.example", "ann@sub.example"),
        ("o'neil@example.com", "o'neil@example.com", "o'neil@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
    ],
)
def test_what_is_taken(text: str, email: str, key: str) -> None:
    """The local part keeps its letters, the domain becomes ASCII in lower case, the key is lower case."""
    assert normalise_address(text) == (email, key)


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "ann", "ann@", "@example.com", "ann@localhost", "ann@mail.local", "ann@x.invalid"),
        *("a b@example.com", "ann@example.com SIZE=1", "ann@example.com\r\nBcc: bob@example.com"),
        *("ann\x00@example.com", "ann@example.com\u202e", "ann@@example.com", "ann..x@example.com"),
        *(".ann@example.com", "ann@-x.example", "ann@x-.example", "änn@example.com", '"a b"@example.com'),
        *("ann@[127.0.0.1]", "ann@1.2.3.4", "ann@ab--c.example", "<ann@example.com>"),
        *("ann@" + "x" * 64 + ".com", "a" * 65 + "@example.com", "ann@" + "abcdefgx." * 40 + "com"),
    ],
)
def test_what_is_refused(text: str) -> None:
    """Anything that could not be mailed to, or could break out of a header, is refused in one line."""
    with pytest.raises(ValueError, match=r".+") as caught:
        normalise_address(text)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=30) | st.emails())
@settings(max_examples=150)
def test_an_address_stays_what_it_became(text: str) -> None:
    """Normalising twice is normalising once, and the result is ASCII on one line with one @."""
    try:
        email, key = normalise_address(text)
    except ValueError:
        return
    assert normalise_address(email) == (email, key)
    assert email.isascii()
    assert email.isprintable()
    assert email.count("@") == 1
    assert key == email.lower()
