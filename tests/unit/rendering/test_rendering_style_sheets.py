"""Style sheets as the lint reads them."""

from __future__ import annotations

import logging

import cssutils
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.rendering.style_sheets import StyleRule, declarations_of, parse_css


@pytest.mark.parametrize(
    ("css", "rules"),
    [
        ("a{color:red}", [("a", (("color", "red"),), "")]),
        ("p, b { MARGIN : 0 !important ; }", [("p", (("margin", "0"),), ""), ("b", (("margin", "0"),), "")]),
        (
            "@media (prefers-color-scheme: dark) {.x{color:#fff}} i{top:1px}",
            [(".x", (("color", "#fff"),), "(prefers-color-scheme: dark)"), ("i", (("top", "1px"),), "")],
        ),
        ("@import url(https://www.example.com/x.css); a{color:red}", [("a", (("color", "red"),), "")]),
        ("@font-face{font-family:x} @keyframes k {from{top:0} to{top:1px}} a{top:0}", [("a", (("top", "0"),), "")]),
        ("/* a{color:red} */ b{content:'}{;'}", [("b", (("content", "'}{;'"),), "")]),
        ("i{background:url(data:a;b)}", [("i", (("background", "url(data:a;b)"),), "")]),
        ("@media screen{@media (width){a{top:0}}}", [("a", (("top", "0"),), "screen and (width)")]),
        ("}}a{top:0}{b{", [("a", (("top", "0"),), "")]),
    ],
)
def test_rules_of_a_sheet(css: str, rules: list[tuple[str, object, str]]) -> None:
    """Selectors one by one, names in lower case, the media query they stand under; other at-rules are left out."""
    assert [(rule.selector, rule.declarations, rule.media) for rule in parse_css(css)] == rules


_names = st.sampled_from(("color", "background-color", "margin", "font-family"))
_values = st.sampled_from(("red", "#fff", "0", "1px 2px", "Georgia, serif"))
_blocks = st.tuples(st.sampled_from((".a", "td", "p > b", "#x")), st.lists(st.tuples(_names, _values), min_size=1))


@settings(max_examples=60, deadline=None)
@given(st.lists(_blocks), st.booleans())
def test_agrees_with_cssutils(blocks: list[tuple[str, list[tuple[str, str]]]], inside: bool) -> None:
    """On sheets as mails have them, the rules are those that a full CSS library finds."""
    css = " ".join(f"{name}{{{'; '.join(f'{key}: {value}' for key, value in pairs)}}}" for name, pairs in blocks)
    css = f"@media screen {{ {css} }}" if inside else css
    sheet = cssutils.CSSParser(validate=False, loglevel=logging.CRITICAL).parseString(css)
    rules = [inner for rule in sheet for inner in (rule.cssRules if rule.type == rule.MEDIA_RULE else [rule])]
    expected = [(rule.selectorText, {p.name: str(p.value) for p in rule.style.getProperties()}) for rule in rules]
    assert [(rule.selector, dict(rule.declarations)) for rule in parse_css(css)] == expected


@given(st.text(alphabet="ab{}();:'\"/*@,!<->\\ \n"))
def test_any_text_is_read(css: str) -> None:
    """Nothing that stands where a style sheet should be stops the lint."""
    assert all(isinstance(rule, StyleRule) for rule in parse_css(css))
    assert isinstance(declarations_of(css), dict)
