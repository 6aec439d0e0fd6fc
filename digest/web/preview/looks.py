"""The same edition as different clients show it, and the place of a finding in it; markup in, markup out."""

from __future__ import annotations

import re
from enum import StrEnum
from html.parser import HTMLParser

_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme:\s*dark\s*\)")
_LIGHT = re.compile(r"@media\s*\(\s*prefers-color-scheme:\s*light\s*\)")
_PICTURE = re.compile(r'(<img\b[^>]*?\bsrc=)"[^"]*"', re.IGNORECASE)
_EMPTY_PICTURE = "data:,"
_FOR_OUTLOOK = re.compile(r"<!--\[if (?!\s*!)[^\]]*\]>(.*?)<!\[endif\]-->", re.DOTALL)
_FOR_OTHERS = re.compile(r"<!--\[if !mso[^\]]*\]><!(?:--)?>.*?<!(?:--)?<!\[endif\]-->", re.DOTALL)
_OFFICE = re.compile(r"<noscript>\s*<xml>.*?</xml>\s*</noscript>|<xml>.*?</xml>", re.DOTALL)
_STYLES = re.compile(r"<style\b[^>]*>.*?</style>", re.DOTALL | re.IGNORECASE)
_QUOTED = re.compile(r"(?:<(?P<tag>[a-z0-9]+)>\s*)?“(?P<words>.*)”\s*\Z", re.DOTALL)
_MARK = ' id="finding" '
_MARK_STYLE = "<style>#finding{outline:3px solid #e00!important;outline-offset:2px;scroll-margin:30vh}</style>"


class Look(StrEnum):
    """How a client shows an edition."""

    LIGHT = "light"
    DARK = "dark"
    NO_PICTURES = "no-pictures"
    OUTLOOK = "outlook"


def show_as(html: str, look: Look) -> str:
    """Return the edition as a client of that look shows it, whatever the browser's own setting is."""
    if look is Look.DARK:
        return _LIGHT.sub("@media not all", _DARK.sub("@media all", html))
    html = _DARK.sub("@media not all", _LIGHT.sub("@media all", html))
    if look is Look.OUTLOOK:
        return as_outlook(html)
    return _PICTURE.sub(rf'\1"{_EMPTY_PICTURE}"', html) if look is Look.NO_PICTURES else html


def as_outlook(html: str) -> str:
    """Return the edition as Outlook for Windows reads it: conditional comments for it on, style sheets off."""
    html = _FOR_OUTLOOK.sub(lambda found: found[1], _FOR_OTHERS.sub("", html))
    return _OFFICE.sub("", _STYLES.sub("", html))


def mark_place(html: str, place: str) -> str:
    """Return the edition with the element that a finding's `place` names outlined; as it was if unknown."""
    at = find_place(html, place)
    if at is None:
        return html
    end_of_name = re.compile(r"<[a-zA-Z0-9]+").match(html, at)
    assert end_of_name is not None
    marked = html[: end_of_name.end()] + _MARK + html[end_of_name.end() :]
    return marked.replace("</head>", _MARK_STYLE + "</head>", 1)


def find_place(html: str, place: str) -> int | None:
    """Return where in the markup the start tag of the named element is: `<a> “words”`, or words alone."""
    if not place.strip():
        return None
    named = _QUOTED.match(place)
    tag, words = (named["tag"] or "", named["words"]) if named else ("", place)
    finder = _Finder(html, tag, " ".join(words.split()))
    finder.feed(html)
    finder.close()
    return finder.found


class _Finder(HTMLParser):
    """Looks for the smallest element that begins with some words, or has them as alternative text or address."""

    def __init__(self, html: str, tag: str, words: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: int | None = None
        self._tag = tag
        self._words = words
        self._starts = [0]
        for line in html.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._open: list[tuple[str, int, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        at = self._starts[line - 1] + column
        values = {value for name, value in attrs if name in ("alt", "src", "href") and value}
        if self.found is None and self._fits(tag) and any(value.startswith(self._words) for value in values):
            self.found = at
        if tag not in ("img", "br", "meta", "link", "hr", "input", "col"):
            self._open.append((tag, at, []))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, at, texts = self._open.pop()
            words = " ".join("".join(texts).split())
            if self.found is None and self._fits(name) and words.startswith(self._words):
                self.found = at
            if self._open:
                self._open[-1][2].extend(texts)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1][2].append(data)

    def _fits(self, tag: str) -> bool:
        return tag == self._tag if self._tag else tag not in ("html", "head", "body", "style", "title", "script")
