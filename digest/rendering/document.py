"""Mailed markup as the lint reads it: elements with their colours and places, style sheets by media; judges nothing."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import Any

from lxml import etree
from lxml import html as lxml_html
from lxml.cssselect import CSSSelector

from digest.model.slots import split_at_marks
from digest.rendering.style_sheets import StyleRule, parse_css

Element = Any
"""An lxml element; lxml has no types."""

_CONDITIONAL = re.compile(r"<!--\[if [^\]]*\]>.*?<!\[endif\]-->", re.DOTALL)


class Document:
    """The HTML of an edition, with a link in place of each slot."""

    def __init__(self, html: str, marker: str) -> None:
        self.html = "".join(
            literal + (f"https://slot.invalid/{slot}" if slot is not None else "")
            for literal, slot in split_at_marks(html, marker)
        )
        self.slots = frozenset(slot for _, slot in split_at_marks(html, marker) if slot is not None)
        self.root: Element = lxml_html.document_fromstring(self.html)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """All elements of the body, without comments."""
        body = self.root.find("body")
        return tuple(e for e in body.iter() if isinstance(e.tag, str)) if body is not None else ()

    @cached_property
    def rules(self) -> tuple[StyleRule, ...]:
        """All rules of all style sheets outside conditional comments."""
        return tuple(rule for style in self.root.iter("style") for rule in parse_css(style.text or ""))

    @cached_property
    def css(self) -> str:
        """The text of all style sheets outside conditional comments."""
        return "\n".join(style.text or "" for style in self.root.iter("style"))

    @cached_property
    def visible_text(self) -> str:
        """The text of the body outside comments."""
        return " ".join(text.strip() for e in self.elements for text in (e.text, e.tail) if text and text.strip())

    @cached_property
    def conditionals(self) -> tuple[str, ...]:
        """The conditional comments for Outlook."""
        return tuple(_CONDITIONAL.findall(self.html))

    def matches(self, selector: str) -> tuple[Element, ...]:
        """Return the elements that a selector matches; none for one that lxml does not know."""
        compiled = _selector(selector)
        return tuple(compiled(self.root)) if compiled is not None else ()


def place_of(element: Element) -> str:
    """Return where an element is, as a person finds it: its tag and the first words in it."""
    words = " ".join("".join(element.itertext()).split()) or element.get("alt") or element.get("src") or ""
    return f"<{element.tag}> “{words[:50]}”" if words else f"<{element.tag}>"


@lru_cache(maxsize=1024)
def _selector(selector: str) -> CSSSelector | None:
    try:
        return CSSSelector(selector, translator="html")
    except (etree.XPathError, SyntaxError, ValueError):
        return None
