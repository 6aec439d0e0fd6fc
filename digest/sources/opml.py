"""OPML 2.0 (opml.org/spec2.opml) ↔ source configurations; reads and writes no files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from xml.sax.saxutils import quoteattr

from lxml import etree
from pydantic import ValidationError

from digest.config.sources import SourceConfig
from digest.errors import SourceError
from digest.sources.encoding import decode, prepare_xml
from digest.sources.text import clean_text
from digest.sources.xml_feed import mend

_MOST = 10_000


def parse_opml(data: bytes) -> list[SourceConfig]:
    """Return a source for each feed of an OPML file, each address once, with ids made from their names.

    Groups are walked through. Raises SourceError where the file is no OPML.
    """
    text = prepare_xml(decode(data), source="OPML")
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(mend(text).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or root.tag.lower() != "opml":
        raise SourceError("OPML", "not an OPML file", action="export it again from the feed reader")
    return list(_sources(root))


def _sources(root: Any) -> Iterator[SourceConfig]:
    seen: set[str] = set()
    ids: set[str] = set()
    for outline in root.iter("outline"):
        said = {name.lower(): value for name, value in outline.attrib.items()}
        url = said.get("xmlurl", "").strip()
        if not url or url in seen or len(seen) >= _MOST:
            continue
        seen.add(url)
        name = clean_text(said.get("title") or said.get("text") or "")
        source_id = make_source_id(name or urlsplit(url).hostname or "feed", ids)
        try:
            yield SourceConfig.model_validate({"id": source_id, "name": name, "url": url})
        except ValidationError:
            continue
        ids.add(source_id)


def make_source_id(name: str, taken: Iterable[str] = ()) -> str:
    """Return an id made from a name, as `front-range-news`, that is not `taken` yet."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "feed"
    known = set(taken)
    candidate, number = base, 2
    while candidate in known:
        candidate, number = f"{base}-{number}", number + 1
    return candidate


def format_opml(sources: Iterable[SourceConfig]) -> str:
    """Return the feeds among the sources as OPML 2.0, without the passwords in their addresses."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "  <head><title>Sources</title></head>",
        "  <body>",
    ]
    for source in sources:
        if source.url:
            name, address = quoteattr(source.name or source.id), quoteattr(_without_login(str(source.url)))
            lines.append(f'    <outline type="rss" text={name} title={name} xmlUrl={address}/>')
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
