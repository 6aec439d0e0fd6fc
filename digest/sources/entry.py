"""One item, entry or sitemap address of an XML feed → FeedItem; does not walk the document."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from functools import lru_cache
from html import escape, unescape
from typing import Any

from lxml import etree

from digest.model.story import Picture
from digest.sources.blocks import parse_blocks, resolve_address
from digest.sources.dates import parse_date
from digest.sources.elements import local_key
from digest.sources.item import FeedItem
from digest.sources.text import clean_text

_TAG_LIKE = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_PREFIX = re.compile(r"(</?)[A-Za-z_][\w.-]*:(?=[A-Za-z])")
_EMAIL_NAME = re.compile(r"^\S+@\S+\s*\(([^()]+)\)$|^(.+?)\s*<\S+@\S+>$")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_PUBLISHED = {
    "pubdate": 3,
    "published": 4,
    "issued": 3,
    "dcterms:issued": 2,
    "dc:date": 2,
    "created": 1,
    "dcterms:created": 1,
    "news:publication_date": 3,
}
_UPDATED = {"updated": 3, "modified": 3, "dcterms:modified": 2, "lastmod": 1, "lastbuilddate": 1}
_IMAGE_TYPES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")


def read_entry(element: Any, *, base: str = "") -> FeedItem | None:
    """Read one element; None where it is a plain sitemap address without news."""
    reader = _EntryReader(FeedItem(base=base, language=element.get(_XML_LANG, "")))
    for child in element:
        if handler := _find_handler(child.tag):
            handler(reader, child)
    if not reader.item.guid:
        reader.item.guid = next((v for k, v in element.attrib.items() if k.endswith("}about")), "")
    if local_key(element.tag) == "url" and not reader.item.title:
        return None
    return reader.finish()


class _EntryReader:
    """Collects what the children say; where several say the same, the better one wins."""

    def __init__(self, item: FeedItem) -> None:
        self.item = item
        self._ranks = {"published": 0, "updated": 0, "title": 0, "link": 0, "content": 0, "summary": 0}
        self._authors: list[str] = []
        self._categories: list[str] = []
        self._pictures: list[Picture] = []
        self._guid_is_link = False

    def _better(self, what: str, rank: int) -> bool:
        if rank <= self._ranks[what]:
            return False
        self._ranks[what] = rank
        return True

    def date(self, child: Any) -> None:
        """Published and updated dates come under many names; the most specific one counts."""
        key, found = local_key(child.tag), parse_date(child.text)
        if found is None:
            return
        if rank := _PUBLISHED.get(key, 0):
            if self._better("published", rank):
                self.item.published_at = found
        elif self._better("updated", _UPDATED[key]):
            self.item.updated_at = found

    def title(self, child: Any) -> None:
        key = local_key(child.tag)
        text = _plain(child)
        if text and self._better("title", {"title": 4, "news:title": 3, "dc:title": 2}.get(key, 1)):
            self.item.title = text

    def link(self, child: Any) -> None:
        href = child.get("href")
        if href is None:
            self._take_link(child.text, 3)
            return
        rel = child.get("rel", "alternate")
        kind = child.get("type", "")
        if rel == "enclosure":
            self.enclosure(child)
        elif rel == "alternate":
            self._take_link(href, 3 if "html" in kind or not kind else 2)

    def original_link(self, child: Any) -> None:
        self._take_link(child.text, 5)

    def location(self, child: Any) -> None:
        self._take_link(child.text, 3)

    def _take_link(self, text: str | None, rank: int) -> None:
        if text and text.strip() and self._better("link", rank):
            self.item.url = "".join(text.split())

    def guid(self, child: Any) -> None:
        self.item.guid = (child.text or "").strip()
        self._guid_is_link = child.get("isPermaLink", child.get("ispermalink", "true")).lower() != "false"

    def summary(self, child: Any) -> None:
        key = local_key(child.tag)
        rank = {"description": 4, "summary": 4, "media:description": 2, "dc:description": 2}.get(key, 1)
        html = _html(child)
        if html.strip() and self._better("summary", rank):
            self.item.summary = html

    def content(self, child: Any) -> None:
        source = child.get("src")
        html = _html(child)
        if html.strip() and not source and self._better("content", 3 if local_key(child.tag) != "fullitem" else 2):
            self.item.content = html
            if child.get(_XML_BASE):
                self.item.base = child.base or self.item.base

    def author(self, child: Any) -> None:
        name = next((_plain(part) for part in child if local_key(part.tag) == "name"), "") or _plain(child)
        if found := _EMAIL_NAME.match(name):
            name = (found[1] or found[2]).strip("\" '")
        if name and name not in self._authors and len(self._authors) < 20:
            self._authors.append(name[:200])

    def category(self, child: Any) -> None:
        text = clean_text(unescape(child.get("label") or child.get("term") or child.text or ""))
        if text and text not in self._categories and len(self._categories) < 50:
            self._categories.append(text[:200])

    def keywords(self, child: Any) -> None:
        for word in (child.text or "").split(","):
            if (text := clean_text(word)) and text not in self._categories and len(self._categories) < 50:
                self._categories.append(text[:200])

    def media(self, child: Any) -> None:
        """media:content and media:thumbnail, alone or in a group, with credit and description beside or inside."""
        key = local_key(child.tag)
        if key == "media:group":
            for part in child:
                if handler := _find_handler(part.tag):
                    handler(self, part)
            return
        is_picture = key == "media:thumbnail" or _is_picture(
            child.get("url", ""), child.get("type", ""), child.get("medium", "")
        )
        if is_picture:
            said = {local_key(part.tag): _plain(part) for part in child}
            self._add_picture(
                child.get("url"),
                child,
                alt=said.get("media:description") or said.get("media:title", ""),
                credit=said.get("media:credit", ""),
            )
        for part in child:
            if local_key(part.tag) == "media:thumbnail":
                self._add_picture(part.get("url"), part)

    def credit(self, child: Any) -> None:
        if self._pictures and not self._pictures[-1].credit and (text := _plain(child)):
            last = self._pictures[-1]
            self._pictures[-1] = Picture(last.url, last.width, last.height, last.alt, text[:200])

    def enclosure(self, child: Any) -> None:
        url = child.get("url") or child.get("href") or ""
        if _is_picture(url, child.get("type", ""), ""):
            self._add_picture(url, child)

    def itunes_image(self, child: Any) -> None:
        self._add_picture(child.get("href"), child)

    def sitemap_image(self, child: Any) -> None:
        url = next((part.text for part in child if local_key(part.tag) == "image:loc"), None)
        self._add_picture(url, child)

    def news(self, child: Any) -> None:
        for part in child:
            if handler := _find_handler(part.tag):
                handler(self, part)

    def language(self, child: Any) -> None:
        self.item.language = (child.text or "").strip()

    def _add_picture(self, url: str | None, element: Any, *, alt: str = "", credit: str = "") -> None:
        address = (url or "").strip()
        if address and len(self._pictures) < 20:
            self._pictures.append(
                Picture(
                    address, _number(element.get("width")), _number(element.get("height")), alt[:1000], credit[:200]
                )
            )

    def finish(self) -> FeedItem:
        item = self.item
        if not item.url and self._guid_is_link:
            item.url = resolve_address(item.guid)
        if item.url and item.base and not item.url.startswith(("http://", "https://")):
            item.url = resolve_address(item.url, item.base) or item.url
        item.authors = tuple(self._authors)
        item.categories = tuple(self._categories)
        item.pictures = tuple(self._pictures)
        return item


def _html(child: Any) -> str:
    """The HTML that an element holds: escaped, as text, as base64 (Atom 0.3) or as XHTML children."""
    if not child.keys() and not len(child):
        return child.text or ""
    if len(child):
        inner = escape(child.text or "", quote=False)
        inner += "".join(etree.tostring(part, encoding="unicode") for part in child)
        return _PREFIX.sub(r"\1", inner)
    text = child.text or ""
    if _is_base64(child):
        return _from_base64(text)
    return escape(text, quote=False) if child.get("type", "").lower() in {"text", "text/plain"} else text


def _plain(child: Any) -> str:
    """Plain text of a title or name. Whatever looks like a tag is one, but for Atom's type="text"."""
    text = child.text or ""
    if len(child):
        return clean_text("".join(child.itertext()))
    if "<" not in text and "&" not in text and not child.keys():
        return clean_text(text)
    if _is_base64(child):
        text = _from_base64(text)
    elif child.get("type", "") == "text":
        return clean_text(text)
    if _TAG_LIKE.search(text):
        return " ".join(block.text for block in parse_blocks(text).blocks)
    return clean_text(unescape(text) if "&" in text else text)


def _is_base64(child: Any) -> bool:
    """Whether an Atom element is encoded: by its mode (0.3) or by a type that is no text (RFC 4287 §4.1.3.3)."""
    if child.get("mode", "") == "base64":
        return True
    kind = child.get("type", "").lower()
    return "/" in kind and not kind.startswith("text/") and "xml" not in kind and "html" not in kind


def _from_base64(text: str) -> str:
    try:
        return b64decode("".join(text.split())).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) <= 5 else None


def _is_picture(url: str, kind: str, medium: str) -> bool:
    if kind or medium:
        return kind.startswith("image/") or medium == "image"
    return url.lower().split("?", 1)[0].endswith(_IMAGE_TYPES)


_HANDLERS: dict[str, Any] = {
    **dict.fromkeys((*_PUBLISHED, *_UPDATED), _EntryReader.date),
    "title": _EntryReader.title,
    "dc:title": _EntryReader.title,
    "news:title": _EntryReader.title,
    "media:title": _EntryReader.title,
    "link": _EntryReader.link,
    "url": _EntryReader.location,
    "loc": _EntryReader.location,
    "feedburner:origlink": _EntryReader.original_link,
    "guid": _EntryReader.guid,
    "id": _EntryReader.guid,
    "dc:identifier": _EntryReader.guid,
    "description": _EntryReader.summary,
    "summary": _EntryReader.summary,
    "tagline": _EntryReader.summary,
    "dc:description": _EntryReader.summary,
    "media:description": _EntryReader.summary,
    "itunes:summary": _EntryReader.summary,
    "itunes:subtitle": _EntryReader.summary,
    "content": _EntryReader.content,
    "content:encoded": _EntryReader.content,
    "body": _EntryReader.content,
    "xhtml:body": _EntryReader.content,
    "xhtml:div": _EntryReader.content,
    "fullitem": _EntryReader.content,
    "author": _EntryReader.author,
    "dc:creator": _EntryReader.author,
    "dc:author": _EntryReader.author,
    "itunes:author": _EntryReader.author,
    "category": _EntryReader.category,
    "dc:subject": _EntryReader.category,
    "media:keywords": _EntryReader.keywords,
    "news:keywords": _EntryReader.keywords,
    "itunes:keywords": _EntryReader.keywords,
    "media:content": _EntryReader.media,
    "media:thumbnail": _EntryReader.media,
    "media:group": _EntryReader.media,
    "media:credit": _EntryReader.credit,
    "enclosure": _EntryReader.enclosure,
    "itunes:image": _EntryReader.itunes_image,
    "image:image": _EntryReader.sitemap_image,
    "news:news": _EntryReader.news,
    "news:language": _EntryReader.language,
    "dc:language": _EntryReader.language,
}


@lru_cache(maxsize=4096)
def _find_handler(tag: object) -> Any:
    """Return what reads this element, or None; a feed has few different names and many elements."""
    return _HANDLERS.get(local_key(tag))
