"""Where a slot stands in a message, and how a value is encoded for that place; does not encode for transfer."""

from __future__ import annotations

import enum
import html
import re
from collections.abc import Iterator
from string import ascii_letters, digits
from urllib.parse import quote as percent_encode

from digest.delivery.errors import MessageError
from digest.errors import RenderError


class Place(enum.Enum):
    """A kind of place; a value is encoded once for each kind."""

    TEXT = "plain text"
    HTML = "HTML text or a quoted attribute"
    URL = "a whole URL in an attribute"
    URL_PART = "a part of a URL in an attribute"


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LINK_LETTERS = frozenset(f"{ascii_letters}{digits}._~:/?#@!$()*+,;=%-\n")  # nothing that HTML or a header would escape
_PLAIN_LINKS = bytes(code if chr(code) in _LINK_LETTERS else ord("?") for code in range(256))  # changes all others
_LINK_LINES = re.compile(r"https?://.{2,800}(?:\nhttps?://.{2,800})*").fullmatch
_ALLOWED_URL = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>\"]+\Z", re.IGNORECASE)
_URL_ATTRIBUTES = frozenset({"href", "src", "action", "background", "cite", "poster"})
# What stands between two conditional comments is markup too: Outlook reads it.
_TOKEN = re.compile(
    r"(?P<skip><!--\[if[^\]]*\]>(?:<!-->)?|<!--<!\[endif\]-->|<!\[endif\](?:--)?>|<!doctype[^>]*>)"
    r"|(?P<closed><!--.*?-->|<(?P<raw>style|script)\b.*?</(?P=raw)\s*>)"
    r"|(?P<tag></?[a-z](?:[^>\"']|\"[^\"]*\"|'[^']*')*+>)",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s\"'=<>/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))")


def encode_value(value: str, place: Place, name: str) -> str:
    """Return `value` as it must be written at `place`; control characters become blanks.

    Raises:
        MessageError: a URL that is not http, https, mailto or tel.
    """
    clean = value if value.isprintable() else _CONTROLS.sub(" ", value)
    if place is Place.TEXT:
        return clean
    if place is Place.HTML:
        return html.escape(clean)
    if place is Place.URL_PART:
        return percent_encode(clean, safe="")
    if not _ALLOWED_URL.match(clean):
        raise MessageError(name, "is not an http, https, mailto or tel address, and stands where a link must be")
    return html.escape(clean)


def are_plain_links(lines: str) -> bool:
    """Whether each line is a web address in which nothing is escaped, of at most 800 characters."""
    if not lines.isascii():
        return False
    raw = lines.encode()
    return raw.translate(_PLAIN_LINKS) == raw and _LINK_LINES(lines) is not None


def html_places(markup: str, mark: re.Pattern[str]) -> Iterator[Place]:
    """Yield the place of each mark in HTML, in order.

    Raises:
        RenderError: a mark in a comment, style, script, event handler or unquoted attribute.
    """
    position = 0
    for token in _TOKEN.finditer(markup):
        yield from (Place.HTML for _ in mark.finditer(markup, position, token.start()))
        position = token.end()
        if token["tag"]:
            yield from _places_in_tag(token["tag"], mark)
        elif mark.search(token[0]):
            raise RenderError("a slot stands in a comment, style or script of the HTML; no value is safe there")
    yield from (Place.HTML for _ in mark.finditer(markup, position))


def _places_in_tag(tag: str, mark: re.Pattern[str]) -> Iterator[Place]:
    expected = len(mark.findall(tag))
    found = 0
    for attribute in _ATTRIBUTE.finditer(tag) if expected else ():
        quoted = attribute[2] if attribute[2] is not None else attribute[3]
        for slot in mark.finditer(quoted or ""):
            found += 1
            yield _place_in_attribute(attribute[1].lower(), before=(quoted or "")[: slot.start()])
    if found != expected:
        raise RenderError(f"a slot stands outside of a quoted attribute value in {tag[:80]!r}; quote the value")


def _place_in_attribute(attribute: str, *, before: str) -> Place:
    if attribute == "style" or attribute.startswith("on"):
        raise RenderError(f"a slot stands in a {attribute} attribute; no value is safe there")
    if attribute not in _URL_ATTRIBUTES:
        return Place.HTML
    return Place.URL_PART if before.strip() else Place.URL
