"""Text out of bytes and out of HTML, for reading reports; nothing here is ever shown as markup."""

from __future__ import annotations

import html
import re

_HIDDEN = re.compile(r"<(style|script|head)\b", re.IGNORECASE)
_BREAK = re.compile(r"(?i)<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6]|/?table|/?pre)\b[^<>]{0,2000}>")
_TAG = re.compile(r"<[!/a-zA-Z][^<>]{0,2000}>")


def decode_text(data: bytes, charset: str) -> str:
    """Decode bytes of a declared charset; a wrong or unknown one is read as UTF-8, then as Latin-1."""
    for name in (charset, "utf-8"):
        try:
            return data.decode(name)
        except (LookupError, ValueError):
            continue
    if b"\x1b$" in data:
        return data.decode("iso-2022-jp", "replace")
    return data.decode("latin-1")


def text_of_html(markup: str) -> str:
    """Return the words of a page, one line a block; in time that grows with its length only."""
    text = _TAG.sub(" ", _BREAK.sub("\n", _without_hidden(markup)))
    lines = (" ".join(line.split()) for line in html.unescape(text).splitlines())
    return "\n".join(line for line in lines if line)


def _without_hidden(markup: str) -> str:
    lower, kept, at = markup.lower(), [], 0
    while (found := _HIDDEN.search(markup, at)) is not None:
        kept.append(markup[at : found.start()])
        end = lower.find(f"</{found[1].lower()}", found.end())
        if end < 0:
            return "".join([*kept, markup[found.end() :]])
        at = end
    return "".join([*kept, markup[at:]])
