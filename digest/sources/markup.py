"""Story HTML made harmless: size, depth and node bounds before any parser, then nh3; does not find parts."""

from __future__ import annotations

import re

import nh3

from digest.sources.text import strip_unwanted

MAX_HTML_CHARACTERS = 200_000
MAX_DEPTH = 100
MAX_TAGS = 5_000
_FEW_TAGS = 90  # below this many "<" neither depth nor count can reach their bounds

_BLOCK_WORDS = (
    "p div section article header footer main aside figure figcaption blockquote pre ul ol li dl dt dd table "
    "thead tbody tr td th h1 h2 h3 h4 h5 h6 br hr address center "
)
_BLOCK_TAGS = frozenset(_BLOCK_WORDS.split())
_INLINE_TAGS = frozenset({"a", "strong", "b", "em", "i", "img"})
_KEPT = _BLOCK_TAGS | _INLINE_TAGS
_DROPPED_WORDS = (
    "script style iframe form button select textarea noscript svg math template object video audio title head "
)
_DROPPED_WITH_CONTENT = frozenset(_DROPPED_WORDS.split())
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "source", "wbr", "col", "area", "embed", "track", "base"}
)
_PAGE_TAGS = frozenset({"html", "body", "nav", "span", "time", "meta", "head", "title"})
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[\s/][^<>]*)?)>")

_CLEANER = nh3.Cleaner(
    tags=set(_KEPT),
    clean_content_tags=set(_DROPPED_WITH_CONTENT),
    attributes={"a": {"href"}, "img": {"src", "alt", "width", "height"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
    strip_comments=True,
)


def clean_html(html: str) -> str:
    """Return well-formed HTML of few tags, at most 200,000 characters, 100 deep, with 5,000 tags.

    Scripts, forms, frames and comments are gone with what is in them. Deep markup is cut before any
    tree is made of it: tree builders die or take quadratic time at 50,000 open tags.
    """
    if len(html) > MAX_HTML_CHARACTERS:
        html = html[:MAX_HTML_CHARACTERS]
    if html.count("<") > _FEW_TAGS:
        html = bound_html(html, _KEPT)
    return _CLEANER.clean(strip_unwanted(html))


def bound_page(html: str, limit: int = 2_000_000) -> str:
    """Bound a whole page in the same way, with the tags an article extractor looks at."""
    return bound_html(html[:limit], _KEPT | _PAGE_TAGS)


def bound_html(html: str, kept: frozenset[str]) -> str:
    """Write the HTML again with only the `kept` tags, within depth and count; linear in its length.

    Everything that is not one of these tags becomes text, so that the next parser sees what we counted.
    """
    html = _without_regions(html)
    out: list[str] = []
    position = depth = tags = 0
    for found in _TAG.finditer(html):
        out.append(html[position : found.start()].replace("<", "&lt;"))
        position = found.end()
        name = found[2].lower()
        if name not in kept:
            continue
        if found[1]:
            depth = max(0, depth - 1)
            out.append(f"</{name}>")
        elif tags < MAX_TAGS and (depth < MAX_DEPTH or name in _VOID):
            tags += 1
            depth += name not in _VOID
            out.append(f"<{name}{found[3] if name in {'a', 'img', 'meta', 'time'} else ''}>")
    out.append(html[position:].replace("<", "&lt;"))
    return "".join(out)


def _without_regions(html: str) -> str:
    """Drop comments and script-like elements with one forward scan; an unclosed one takes the rest."""
    out: list[str] = []
    position = 0
    for found in re.finditer(
        r"<!--|<(script|style|iframe|form|noscript|svg|math|template|object|textarea|select)\b", html, re.I
    ):
        if found.start() < position:
            continue
        out.append(html[position : found.start()])
        end = _region_end(html, found)
        if end < 0:
            return "".join(out)
        position = end
    out.append(html[position:])
    return "".join(out)


def _region_end(html: str, found: re.Match[str]) -> int:
    if not found[1]:
        end = html.find("-->", found.end())
        return end + 3 if end >= 0 else -1
    closing = re.compile(rf"</{found[1]}[^<>]*>", re.I).search(html, found.end())
    return closing.end() if closing else -1
