"""Inline markup of stories as flat runs of text; reads hostile HTML, writes markup that is always well-formed.

A run is text with at most one link, strong and emphasis. Nothing nests, so no depth of the input can reach MJML,
whose parser dies at 20,000 nested tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html.parser import HTMLParser

import nh3
from markupsafe import Markup, escape

from digest.rendering.cleaning import clean_characters, safe_url, shorten

MAX_MARKUP = 6_000
"""Most characters of one paragraph or bullet: a thousand words."""
MAX_TAGS = 200
"""With more tags than this a paragraph loses all of them: nh3 takes 38 ms for 4,000 nested ones."""
MAX_RUNS = 400
"""Most runs of one paragraph or bullet."""

_ANY_TAG = re.compile(r"<[^<>]*>")
_SPACE = re.compile(r"[ \t\r\n\f\u2028\u2029]+")
_CLEANER = nh3.Cleaner(
    tags={"a", "strong", "em"},
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
    clean_content_tags={"script", "style", "template", "noscript", "iframe", "object", "svg", "math"},
)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text of one look."""

    text: str
    href: str = ""
    strong: bool = False
    em: bool = False


@dataclass(frozen=True, slots=True)
class Inline:
    """A paragraph or bullet. A template prints it as markup; `text` is the same without any."""

    runs: tuple[Run, ...]

    def __html__(self) -> str:
        return Markup("").join(_run_markup(run) for run in self.runs)

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return any(run.text.strip() for run in self.runs)

    @property
    def text(self) -> str:
        """The text alone."""
        return "".join(run.text for run in self.runs)

    def with_links(self, mark: Callable[[str], str]) -> str:
        """Return the text with what `mark` says of each address behind its link."""
        return "".join(f"{run.text} {mark(run.href)}" if run.href else run.text for run in self.runs)


class _RunReader(HTMLParser):
    """Reads what nh3 wrote: balanced tags of three kinds."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[Run] = []
        self._look = Run("")
        self._strong = self._em = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            address = safe_url(dict(attrs).get("href") or "", ("http", "https", "mailto", "tel"))
            self._look = replace(self._look, href=address)
        self._count(tag, 1)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._look = replace(self._look, href="")
        self._count(tag, -1)

    def handle_data(self, data: str) -> None:
        if len(self.runs) < MAX_RUNS:
            text = _SPACE.sub(" ", clean_characters(data))
            self.runs.append(replace(self._look, text=text, strong=self._strong > 0, em=self._em > 0))

    def _count(self, tag: str, step: int) -> None:
        self._strong += step if tag == "strong" else 0
        self._em += step if tag == "em" else 0


def parse_inline(markup: str) -> Inline:
    """Return the runs of inline markup; unknown tags give their text, scripts nothing."""
    return _parsed(clean_characters(markup[:MAX_MARKUP]))


@lru_cache(maxsize=4096)
def _parsed(markup: str) -> Inline:
    if markup.count("<") > MAX_TAGS:
        markup = _ANY_TAG.sub("", markup)
    reader = _RunReader()
    reader.feed(_CLEANER.clean(markup))
    reader.close()
    return Inline(_trimmed(reader.runs))


def shorten_inline(inline: Inline, limit: int) -> Inline:
    """Return at most `limit` characters of text, cut at a word."""
    kept: list[Run] = []
    room = limit
    for run in inline.runs:
        if len(run.text) > room:
            if room > 1:
                kept.append(replace(run, text=shorten(run.text, room)))
            elif kept:
                last = kept[-1].text
                kept[-1] = replace(kept[-1], text=last[: len(last) - 1 + room].rstrip() + "…")
            break
        kept.append(run)
        room -= len(run.text)
    return Inline(tuple(kept))


def _trimmed(runs: Sequence[Run]) -> tuple[Run, ...]:
    found = [run for run in runs if run.text]
    while found and not found[0].text.strip():
        found.pop(0)
    while found and not found[-1].text.strip():
        found.pop()
    if found:
        found[0] = replace(found[0], text=found[0].text.lstrip())
        found[-1] = replace(found[-1], text=found[-1].text.rstrip())
    return tuple(found)


def _run_markup(run: Run) -> Markup:
    markup = escape(run.text)
    if run.em:
        markup = Markup("<em>{}</em>").format(markup)
    if run.strong:
        markup = Markup("<strong>{}</strong>").format(markup)
    if run.href and run.text.strip():
        markup = Markup('<a href="{}">{}</a>').format(run.href, markup)
    return markup
