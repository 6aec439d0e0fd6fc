"""Markdown with front matter → one item; does not walk folders or read pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from io import StringIO
from typing import Any

from digest.errors import SourceError
from digest.model.story import Picture
from digest.sources.dates import parse_age, parse_date
from digest.sources.item import FeedItem
from digest.sources.text import clean_text, headline_from

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)(?:\r?\n)?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_FIRST_HEADING = re.compile(r"\A\s*#[ \t]+(.+?)[ \t#]*(?:\r?\n|\Z)")
_LONGEST_FRONT = 20_000
_KEY_WORDS = (
    "headline title published date age updated categories category tags tag picture image picture_alt "
    "picture_credit url link author authors language embargo guid id sample summary "
)
KEYS = frozenset(_KEY_WORDS.split())


def parse_markdown(text: str, *, now: datetime, source: str = "", name: str = "") -> tuple[FeedItem, list[str]]:
    """Read one story and the warnings about it; `name` is the file, for messages.

    The front matter is YAML 1.2. `published` is an ISO date or an age before `now`; `age` is the
    latter. Raises SourceError where the front matter cannot be read.
    """
    front, body = _split(text)
    fields = _load_front(front, source=source, name=name) if front is not None else {}
    warnings = [
        f"{name}: front matter has no key {key!r}; known: {', '.join(sorted(KEYS))}"
        for key in fields
        if key not in KEYS
    ]
    headline = clean_text(_text(fields, "headline", "title"))
    heading = _FIRST_HEADING.match(body)
    if heading and headline in {"", clean_text(heading[1])}:
        headline, body = clean_text(heading[1]), body[heading.end() :]
    item = FeedItem(title=headline, content=_renderer().render(body[:200_000]))
    if not headline:
        first = next((line for line in body.splitlines() if line.strip()), "")
        item.title = headline_from(clean_text(re.sub(r"[*_`#>\[\]]|\(https?:[^)]*\)", "", first)))
    _fill(item, fields, now)
    for key in ("published", "date", "updated", "embargo"):
        if fields.get(key) is not None and _instant(fields[key], now) is None:
            warnings.append(f"{name}: {key}: {fields[key]!r} is no date; write 2024-05-31T07:00:00Z or an age as 3h")
    return item, warnings


def _fill(item: FeedItem, fields: Mapping[str, Any], now: datetime) -> None:
    item.guid = _text(fields, "guid", "id")
    item.url = _text(fields, "url", "link")
    item.summary = _text(fields, "summary")
    item.language = _text(fields, "language")
    item.published_at = _first_instant(fields, now, "age", "published", "date")
    item.updated_at = _first_instant(fields, now, "updated")
    item.embargo_until = _first_instant(fields, now, "embargo")
    item.categories = (*_words(fields, "categories", "category"), *_words(fields, "tags", "tag"))
    item.authors = _words(fields, "authors", "author")
    item.is_sample = fields.get("sample") is True
    if address := _text(fields, "picture", "image"):
        alt, credit = _text(fields, "picture_alt"), _text(fields, "picture_credit")
        item.pictures = (Picture(address, alt=clean_text(alt), credit=clean_text(credit)),)


def _split(text: str) -> tuple[str | None, str]:
    found = _FRONT.match(text)
    return (found[1], text[found.end() :]) if found else (None, text)


def _load_front(front: str, *, source: str, name: str) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if len(front) > _LONGEST_FRONT or re.search(r"(?m)(?:^|[\s\[{,:-])[&*][A-Za-z0-9_]+(?:\s|$)", front):
        raise SourceError(
            source, f"{name}:1:1: front matter too long or with YAML aliases", action="write plain keys and values"
        )
    try:
        loaded = YAML(typ="safe", pure=True).load(StringIO(front))
    except (YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{mark.line + 2}:{mark.column + 1}" if mark else "1:1"
        problem = getattr(error, "problem", None) or "cannot be read"
        raise SourceError(
            source, f"{name}:{place}: front matter: {problem}", action="mend the YAML between the --- lines"
        ) from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise SourceError(
            source, f"{name}:2:1: front matter is not a mapping", action="write key: value lines between the --- lines"
        )
    return {str(key): value for key, value in loaded.items()}


def _text(fields: Mapping[str, Any], *keys: str) -> str:
    for key in keys:
        value = fields.get(key)
        if value is not None and not isinstance(value, dict | list):
            return str(value).strip()
    return ""


def _words(fields: Mapping[str, Any], *keys: str) -> tuple[str, ...]:
    for key in keys:
        value = fields.get(key)
        if isinstance(value, list):
            return tuple(clean_text(str(word)) for word in value if isinstance(word, str | int | float))
        if value:
            return tuple(word for part in str(value).split(",") if (word := clean_text(part)))
    return ()


def _first_instant(fields: Mapping[str, Any], now: datetime, *keys: str) -> datetime | None:
    return next((found for key in keys if (found := _instant(fields.get(key), now))), None)


def _instant(value: Any, now: datetime) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    if value is None:
        return None
    age = parse_age(str(value))
    return now - age if age is not None else parse_date(str(value))


@lru_cache(maxsize=1)
def _renderer() -> Any:
    from markdown_it import MarkdownIt

    # A nesting bound of its own: quotes in quotes in quotes are quadratic and recursive in Markdown.
    return MarkdownIt("commonmark", {"html": True, "maxNesting": 20}).enable("table")
