"""Compares our feed parser with feedparser over a folder of feeds: the share that agrees on id, title, link and date.

Run it as `python tools/compare_feed_parsers.py FOLDER [--show FIELD] [--json]`, where FOLDER holds `.xml` files
at any depth, for instance the `tests` folder of feedparser's source package (`pip download --no-binary :all:
--no-deps feedparser`). Nothing of it is kept.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
import warnings
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from digest.errors import SourceError
from digest.sources.formats import parse_feed
from digest.sources.item import FeedItem

FIELDS = ("items", "id", "title", "link", "date")
BASE = "http://127.0.0.1:8097/feed.xml"
_TAGS = re.compile(r"<[^<>]*>")


@dataclass
class Comparison:
    """Counts by field, and what differed."""

    agree: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    differences: list[tuple[str, str, str, str]] = field(default_factory=list)

    def note(self, name: str, what: str, ours: object, theirs: object) -> None:
        """Count one comparison of a field."""
        self.total[what] += 1
        if ours == theirs:
            self.agree[what] += 1
        else:
            self.differences.append((what, name, repr(ours)[:120], repr(theirs)[:120]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", choices=FIELDS, help="print the differences of one field")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    paths = sorted(arguments.folder.rglob("*.xml"))
    if not paths:
        sys.exit(f"no .xml files under {arguments.folder}")
    compared = Comparison()
    for path in paths:
        compare_file(str(path.relative_to(arguments.folder)), path.read_bytes(), compared)
    report(compared, arguments.show, arguments.json)


def compare_file(name: str, data: bytes, compared: Comparison) -> None:
    content_type = _content_type(data)
    theirs = _their_entries(data, content_type)
    try:
        ours = parse_feed(data, content_type=content_type, url=BASE, source=name).items
    except SourceError as error:
        compared.note(name, "items", str(error) if theirs else 0, len(theirs))
        return
    compared.note(name, "items", len(ours), len(theirs))
    for item, entry in zip(ours, theirs, strict=False):
        compared.note(name, "id", item.guid, entry.get("id", "") or "")
        compared.note(name, "title", item.title, _plain(entry.get("title", "") or ""))
        compared.note(name, "link", item.url, entry.get("link", "") or "")
        compared.note(name, "date", _our_date(item), _their_date(entry))


def _content_type(data: bytes) -> str:
    """Read the HTTP header that feedparser's tests mean from a comment in them."""
    found = re.search(rb"Header:\s*Content-type:\s*([^\r\n]+)", data[:1500], re.I)
    return found[1].decode("ascii", "replace").strip() if found else ""


def _their_entries(data: bytes, content_type: str) -> list[Any]:
    import feedparser

    headers = {"content-location": BASE, **({"content-type": content_type} if content_type else {})}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return list(feedparser.parse(io.BytesIO(data), response_headers=headers).entries)
        except Exception:  # a crash of the other parser is a feed without entries
            return []


def _plain(title: str) -> str:
    return " ".join(unescape(_TAGS.sub("", title)).split())


def _our_date(item: FeedItem) -> str:
    found = item.published_at or item.updated_at
    return found.strftime("%Y-%m-%dT%H:%M:%S") if found else ""


def _their_date(entry: Any) -> str:
    parsed = (
        dict.get(entry, "published_parsed") or dict.get(entry, "created_parsed") or dict.get(entry, "updated_parsed")
    )
    return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*parsed[:6]) if parsed else ""


def report(compared: Comparison, show: str | None, as_json: bool) -> None:
    shares = {what: compared.agree[what] / compared.total[what] for what in FIELDS if compared.total[what]}
    if as_json:
        print(json.dumps({what: {"share": round(shares[what], 4), "of": compared.total[what]} for what in shares}))
        return
    for what, share in shares.items():
        print(f"{what:6} {share:7.2%} of {compared.total[what]}")
    for what, name, ours, theirs in compared.differences:
        if what == show:
            print(f"{name}\n    ours   {ours}\n    theirs {theirs}")


if __name__ == "__main__":
    main()
