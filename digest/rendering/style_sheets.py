"""Style sheets as rules, as far as the lint reads them; judges nothing and follows no `@import`.

A sheet of a mail has a hundred rules; cssutils, which keeps and validates every token, takes 50 ms for them, this
takes one. Blocks and declarations end where CSS Syntax 3 (section 5) ends them: not inside strings and brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

MAX_CSS = 400_000
"""Most characters looked at; four times the largest message."""

_STRING = r"\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?"
_TOKEN = re.compile(rf"/\*.*?(?:\*/|$)|<!--|-->|{_STRING}|\([^(){{}}]*\)|[{{}};]|[^{{}};\"'/(<-]+|.", re.DOTALL)
_DECLARATION = re.compile(rf"\s*([a-zA-Z-]+)\s*:\s*((?:[^;\"'(]|{_STRING}|\([^)]*\))+)")
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class StyleRule:
    """One rule of a style sheet; `media` is the condition it stands under, or ""."""

    selector: str
    declarations: tuple[tuple[str, str], ...]
    media: str


def declarations_of(style: str) -> dict[str, str]:
    """Return the declarations of a `style` attribute, names in lower case, the last one of a name."""
    return {name.lower(): value.strip() for name, value in _DECLARATION.findall(style)}


@lru_cache(maxsize=256)
def parse_css(css: str) -> tuple[StyleRule, ...]:
    """Return the rules of a style sheet, also those inside `@media`; other at-rules are left out."""
    return tuple(_rules(css[:MAX_CSS]))


def _rules(css: str) -> Iterator[StyleRule]:
    """Yield rules while blocks open and close; `open_blocks` holds what stood before each brace that is open."""
    open_blocks: list[str] = []
    before = ""
    for found in _TOKEN.finditer(css):
        token = found[0]
        if token.startswith(("/*", "<!--", "-->")):
            continue
        if token == "{":
            open_blocks.append(_SPACE.sub(" ", before).strip())
        elif token == "}":
            head = open_blocks.pop() if open_blocks else ""
            yield from _closed(head, before, open_blocks)
        elif token == ";" and (not open_blocks or open_blocks[-1].startswith("@")):
            pass  # the end of a statement, as @import
        else:
            before += token
            continue
        before = ""


def _closed(head: str, body: str, around: list[str]) -> Iterator[StyleRule]:
    """Yield the rules of a block: one a selector, none of an at-rule or of what stands in one that is not `@media`."""
    if not head or head.startswith("@") or not all(block.lower().startswith("@media") for block in around):
        return
    media = " and ".join(block[len("@media") :].strip().lower() for block in around)
    declarations = tuple(
        (name.lower(), _IMPORTANT.sub("", value).strip()) for name, value in _DECLARATION.findall(body)
    )
    for selector in head.split(","):
        yield StyleRule(selector.strip(), declarations, media)
