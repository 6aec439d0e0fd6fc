"""Clean HTML → a flat run of blocks (paragraphs, headings, bullets, captions) and pictures; no tree, no parts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Literal, NamedTuple
from urllib.parse import urljoin, urlsplit

from digest.model.story import InlineHtml, Picture
from digest.sources.markup import MAX_HTML_CHARACTERS, clean_html
from digest.sources.text import clean_text, strip_unwanted

Kind = Literal["p", "h", "li", "caption"]

MAX_BLOCKS = 500
MAX_CHARACTERS = 60_000
_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s[a-z-]+="[^"]*")*)\s*/?>|([^<]+)')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_KINDS: dict[str, Kind] = {"li": "li", "figcaption": "caption", **{f"h{n}": "h" for n in range(1, 7)}}
_INLINE = frozenset({"a", "strong", "b", "em", "i"})
_BULLETS = frozenset("•‣▪●◦·*-–—")
_BULLET_MARK = re.compile(r"\s*(?:[•‣▪●◦·*]|[-–—](?=\s))\s*")
_LINES = re.compile(r"\n\s*\n\s*")
# A picture no reader can see, or from a host that only counts readers.
_TRACKER_HOST = re.compile(
    r"(?:^|\.)(?:feedburner\.com|feedsportal\.com|doubleclick\.net|scorecardresearch\.com|pixel\.wp\.com|stats\.wordpress\.com|"
    r"google-analytics\.com|pixel\.[a-z-]+\.[a-z]+|b\.gif)$"
)


class Run(NamedTuple):
    """A stretch of text in one style; `href` is "" outside a link."""

    text: str
    strong: bool = False
    em: bool = False
    href: str = ""


_PLAIN = Run("")[1:]


@dataclass(slots=True)
class Block:
    """A paragraph, heading, bullet or caption as runs of text."""

    kind: Kind
    runs: list[Run]
    text: str = field(init=False)
    """The plain text on one line."""

    def __post_init__(self) -> None:
        runs = self.runs
        self.text = clean_text(runs[0].text if len(runs) == 1 else "".join(run.text for run in runs))


@dataclass(slots=True)
class Document:
    """The blocks and pictures of one piece of HTML, in order."""

    blocks: list[Block] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


def parse_blocks(html: str, base: str = "") -> Document:
    """Clean the HTML and return its blocks and pictures; relative addresses start from `base`.

    Takes any string, in time linear in its length; at most 500 blocks and 60,000 characters are kept.
    """
    html = html[:MAX_HTML_CHARACTERS]
    if "<" not in html:
        return _plain_document(unescape(html) if "&" in html else html)
    builder = _Builder(base)
    for found in _TOKEN.finditer(clean_html(html)):
        if found[4]:
            builder.add_text(found[4])
        elif found[1]:
            builder.close(found[2])
        else:
            builder.open(found[2], found[3])
        if builder.is_full:
            break
    builder.end_block()
    return builder.document


def inline_html(runs: list[Run]) -> InlineHtml:
    """Write runs as text with a, strong and em only; whitespace is one blank."""
    if len(runs) == 1 and runs[0][1:] == _PLAIN:
        return InlineHtml(escape(clean_text(runs[0].text), quote=False))
    out: list[str] = []
    for run in _merged(runs):
        piece = escape(run.text, quote=False)
        if run.em:
            piece = f"<em>{piece}</em>"
        if run.strong:
            piece = f"<strong>{piece}</strong>"
        out.append(f'<a href="{escape(run.href)}">{piece}</a>' if run.href else piece)
    return InlineHtml("".join(out))


def drop_characters(runs: list[Run], count: int) -> list[Run]:
    """Return the runs without their first `count` characters."""
    kept: list[Run] = []
    for run in runs:
        if count >= len(run.text):
            count -= len(run.text)
            continue
        kept.append(run._replace(text=run.text[count:]))
        count = 0
    return kept


def _merged(runs: list[Run]) -> list[Run]:
    """Collapse whitespace over run borders and join neighbours of the same style."""
    merged: list[Run] = []
    after_space = True
    for run in runs:
        text = strip_unwanted(" ".join(run.text.split()))
        if not text:
            if run.text and not after_space and merged:
                merged[-1] = merged[-1]._replace(text=merged[-1].text + " ")
                after_space = True
            continue
        if run.text[0].isspace() and not after_space:
            text = " " + text
        after_space = run.text[-1].isspace()
        text += " " if after_space else ""
        if merged and merged[-1][1:] == run[1:]:
            merged[-1] = run._replace(text=merged[-1].text + text)
        else:
            merged.append(run._replace(text=text))
    if merged:
        merged[-1] = merged[-1]._replace(text=merged[-1].text.rstrip())
    return [run for run in merged if run.text]


def _plain_document(text: str) -> Document:
    """Plain text has paragraphs at blank lines; inside HTML they mean nothing."""
    text = text[:MAX_CHARACTERS]
    paragraphs = _LINES.split(text) if "\n" in text else [text]
    blocks = [Block("p", [Run(part)]) for part in paragraphs[:MAX_BLOCKS] if part.strip()]
    return Document(blocks)


class _Builder:
    """Gathers runs into blocks while tokens go by."""

    def __init__(self, base: str) -> None:
        self.document = Document()
        self.is_full = False
        self._base = base
        self._kind: Kind = "p"
        self._runs: list[Run] = []
        self._strong = self._em = 0
        self._links: list[str] = []
        self._characters = 0

    def add_text(self, text: str) -> None:
        plain = unescape(text) if "&" in text else text
        # A newline stands for <br> from here on; the source's own line ends are only blanks.
        plain = plain.replace("\n", " ").replace("\r", " ")
        self._characters += len(plain)
        self._runs.append(Run(plain, self._strong > 0, self._em > 0, self._links[-1] if self._links else ""))
        self.is_full = self._characters > MAX_CHARACTERS or len(self.document.blocks) >= MAX_BLOCKS

    def open(self, tag: str, attributes: str) -> None:
        if tag in {"strong", "b"}:
            self._strong += 1
        elif tag in {"em", "i"}:
            self._em += 1
        elif tag == "a":
            self._links.append(self._address(dict(_ATTRIBUTE.findall(attributes)).get("href", ""), mail=True))
        elif tag == "br":
            self._runs.append(Run("\n"))
        elif tag == "img":
            self._add_picture(dict(_ATTRIBUTE.findall(attributes)))
        elif tag in {"td", "th"}:
            self._runs.append(Run(" "))
        else:
            self.end_block()
            self._kind = _KINDS.get(tag, "li" if self._kind == "li" and tag in {"p", "div"} else "p")

    def close(self, tag: str) -> None:
        if tag in {"strong", "b"}:
            self._strong = max(0, self._strong - 1)
        elif tag in {"em", "i"}:
            self._em = max(0, self._em - 1)
        elif tag == "a":
            del self._links[-1:]
        elif tag not in {"td", "th"}:
            self.end_block()
            if tag != "p":
                self._kind = "p"

    def end_block(self) -> None:
        runs, self._runs = self._runs, []
        if runs and any(not run.text.isspace() for run in runs):
            self.document.blocks.extend(_split_lines(self._kind, runs))

    def _add_picture(self, attributes: dict[str, str]) -> None:
        width, height = _pixels(attributes.get("width")), _pixels(attributes.get("height"))
        url = self._address(attributes.get("src", ""))
        if url and not is_tracker(url, width, height):
            alt = clean_text(unescape(attributes.get("alt", "")))
            self.document.pictures.append(Picture(url, width, height, alt))

    def _address(self, raw: str, *, mail: bool = False) -> str:
        return resolve_address(unescape(raw), self._base, mail=mail)


def resolve_address(raw: str, base: str = "", *, mail: bool = False) -> str:
    """Return an absolute http(s) (or, with `mail`, mailto) address; "" for anything else."""
    address = strip_unwanted("".join(raw.split()) if not raw.isprintable() else raw.strip()).replace(" ", "%20")
    lower = address[:8].lower()
    if mail and lower.startswith("mailto:"):
        return address
    try:
        if not lower.startswith(("http://", "https://")):
            if not base or not address or (":" in address.split("/", 1)[0] and not address.startswith("//")):
                return ""
            address = urljoin(base, address)
        parts = urlsplit(address)
        return address if parts.scheme.lower() in {"http", "https"} and parts.hostname else ""
    except ValueError:
        return ""


def is_tracker(url: str, width: int | None, height: int | None) -> bool:
    """Whether a picture only counts readers: two pixels or smaller, or from a host known for it."""
    if (width is not None and width <= 2) or (height is not None and height <= 2):
        return True
    return bool(_TRACKER_HOST.search(urlsplit(url).hostname or ""))


def _pixels(value: str | None) -> int | None:
    digits = (value or "").strip().removesuffix("px")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 5 else None


def _split_lines(kind: Kind, runs: list[Run]) -> list[Block]:
    """Cut a block at its line breaks: an empty line ends a paragraph, a bullet mark makes a bullet."""
    if not any("\n" in run.text for run in runs):
        return [_as_bullet(Block(kind, runs))]
    lines: list[list[Run]] = [[]]
    for run in runs:
        head, *more = run.text.split("\n")
        if head:
            lines[-1].append(run._replace(text=head))
        for text in more:
            lines.append([run._replace(text=text)] if text else [])
    return [_as_bullet(Block(kind, line)) for line in lines if any(run.text.strip() for run in line)]


def _as_bullet(block: Block) -> Block:
    if block.kind != "p":
        return block
    if block.text[:1] not in _BULLETS:
        return block
    text = "".join(run.text for run in block.runs)
    mark = _BULLET_MARK.match(text)
    if mark is None or mark.end() >= len(text):
        return block
    return Block("li", drop_characters(block.runs, mark.end()))
