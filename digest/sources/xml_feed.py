"""RSS, RDF, Atom and sitemaps → items: one streaming pass of lxml, strict first, then mending; no network, no HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.entities import html5
from io import BytesIO
from typing import Any

from lxml import etree

from digest.errors import SourceError
from digest.sources.blocks import resolve_address
from digest.sources.elements import local_key
from digest.sources.encoding import decode, prepare_xml
from digest.sources.entry import read_entry
from digest.sources.item import ParsedFeed
from digest.sources.text import clean_text

MAX_TAGS = 500_000
"""Most tags of a document: ten times those of a large feed, and 100 MB as a tree."""
_ITEM_TAGS = ("{*}item", "{*}entry", "{*}url", "{*}Item", "{*}ITEM", "{*}Entry", "{*}ENTRY")
_ITEM_KEYS = frozenset({"item", "entry", "url"})
_FORMATS = {"rss": "rss", "rdf": "rss", "feed": "atom", "urlset": "sitemap", "channel": "rss"}
_NAMED_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)([A-Za-z][A-Za-z0-9]{1,30});")
_BARE_AMPERSAND = re.compile(r"&(?!(?:lt|gt|amp|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DECLARATIONS = re.compile(r"<\?xml\b[^<>]{0,200}\?>")
_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_VOID_TAG = re.compile(r"<((?:br|hr|img|wbr)\b[^<>/]*(?:/(?!>)[^<>/]*)*)>", re.I)
_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'|=\s*([^\s\"'<>=]+)")
_BARE_LESS = re.compile(r"<(?![A-Za-z_/!?])")


def parse_xml_feed(
    data: bytes, *, content_type: str = "", url: str = "", source: str = "", max_items: int = 100_000
) -> ParsedFeed:
    """Read a feed in any XML dialect; stops after `max_items` items.

    Raises SourceError where the document is no feed, or defines entities. A feed that is not
    well-formed is mended and read as far as it goes, with a warning.
    """
    text = prepare_xml(decode(data, content_type), source=source)
    if text.count("<") > MAX_TAGS:
        raise SourceError(source, f"more than {MAX_TAGS:,} tags", action="ask the site for a smaller feed")
    try:
        return _read(text, url=url, max_items=max_items, recover=False)
    except etree.XMLSyntaxError as error:
        fault = _one_line(error)
        line = error.lineno or 0
    except ValueError as error:
        fault, line = _one_line(error), 0
    feed = _read_mended(text, url=url, max_items=max_items, source=source)
    if feed.format == "" or (not feed.items and not feed.title):
        raise SourceError(source, f"not a feed ({fault}, line {line})", action="check the address in a browser")
    feed.warnings.append(f"not well-formed XML ({fault}, line {line}); read tolerantly")
    return feed


def mend(text: str) -> str:
    """Make XML out of nearly XML: HTML's named entities, bare "&" and "<", characters XML forbids."""
    text = _NOT_XML.sub("", text)
    text = _DECLARATIONS.sub("", text).replace("&#X", "&#x")
    text = _NAMED_ENTITY.sub(lambda found: html5.get(f"{found[1]};", found[0]), text)
    text = _outside_cdata(text, _mend_markup)
    start = text.find("<")
    return text[start:] if start > 0 else text


def _mend_markup(text: str) -> str:
    text = _BARE_LESS.sub("&lt;", _BARE_AMPERSAND.sub("&amp;", text))
    text = _VOID_TAG.sub(r"<\1 />", text)
    return _TAG.sub(lambda tag: _quote_values(tag[0]) if "=" in tag[0] else tag[0], text)


def _quote_values(tag: str) -> str:
    return _VALUE.sub(lambda found: f'="{found[1]}"' if found[1] else found[0], tag)


def _outside_cdata(text: str, change: Callable[[str], str]) -> str:
    if "<![CDATA[" not in text:
        return change(text)
    out: list[str] = []
    position = 0
    while (start := text.find("<![CDATA[", position)) >= 0:
        end = text.find("]]>", start)
        end = len(text) if end < 0 else end + 3
        out += [change(text[position:start]), text[start:end]]
        position = end
    return "".join([*out, change(text[position:])])


def _read_mended(text: str, *, url: str, max_items: int, source: str) -> ParsedFeed:
    try:
        return _read(mend(text), url=url, max_items=max_items, recover=True)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(source, f"not a feed ({_one_line(error)})", action="check the address in a browser") from None


def _one_line(error: Exception) -> str:
    """What libxml2 says, without the place (told apart) and the piece of the document that it repeats."""
    said = str(getattr(error, "msg", None) or error).splitlines() or ["not well-formed"]
    return said[0].split(", line")[0].strip()[:120] or "not well-formed"


def _read(text: str, *, url: str, max_items: int, recover: bool) -> ParsedFeed:
    """One pass: items are read and freed as they end, the rest of the tree stays small."""
    if not text.strip():
        raise ValueError("the document is empty")
    data = text.encode("utf-8", "replace")
    events = etree.iterparse(
        BytesIO(data),
        events=("end",),
        tag=None if recover else _ITEM_TAGS,
        recover=recover,
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    feed = ParsedFeed("")
    has_bases = b"xml:base" in data
    for _, element in events:
        # Undeclared prefixes stay in the names of a mended document, so that lxml's own filter misses them.
        if recover and local_key(element.tag) not in _ITEM_KEYS:
            continue
        base = (element.base if has_bases else "") or ""
        item = read_entry(element, base=base)
        if item is not None:
            feed.items.append(item)
        element.clear()
        if len(feed.items) > max_items:
            del feed.items[max_items:]
            feed.warnings.append(f"only the first {max_items} items were read")
            break
    root = events.root
    _describe(feed, root, url)
    return feed


def _describe(feed: ParsedFeed, root: Any, url: str) -> None:
    """Take what the feed says of itself; items have been emptied by now."""
    if root is None:
        return
    name = local_key(root.tag)
    feed.format = _FORMATS.get(name, "rss" if feed.items else "")
    for holder in (root, *(child for child in root if local_key(child.tag) == "channel")):
        for child in holder:
            _describe_by(feed, child)
        feed.language = feed.language or holder.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    base = resolve_address(feed.url, url) or url
    for item in feed.items:
        item.base = item.base or base
        if item.url and not item.url.startswith(("http://", "https://")):
            item.url = resolve_address(item.url, item.base)
        item.language = item.language or feed.language


def _describe_by(feed: ParsedFeed, child: Any) -> None:
    key = local_key(child.tag)
    text = (child.text or "").strip()
    if key == "title" and not feed.title:
        feed.title = clean_text(text)
    elif key == "link" and not feed.url:
        rel = child.get("rel", "alternate")
        feed.url = text or (child.get("href", "") if rel == "alternate" else "")
    elif key == "language" and not feed.language:
        feed.language = text
    elif key == "ttl" and text.isascii() and text.isdigit() and len(text) < 6:
        feed.ttl_minutes = int(text)
