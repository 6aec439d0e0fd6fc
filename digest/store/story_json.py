"""Stories and routes as compact JSON text and back; knows no table."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from digest.model.routes import Evidence, Route, Routes
from digest.model.story import InlineHtml, Part, Picture, Story

VERSION = 1
"""Version of the form; a reader of this module understands every version up to it."""

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_EMPTY: tuple[object, ...] = (None, "", 0, False, [])
_NOT_CONTENT = frozenset({"fetched_at"})


def story_to_json(story: Story) -> str:
    """Return the whole story as JSON; fields at their default are left out."""
    return _dump(_story_fields(story))


def story_from_json(content: str) -> Story:
    """Return the story that `story_to_json` wrote."""
    stored = json.loads(content)
    fields: dict[str, Any] = {name: stored.get(name, "") for name in _TEXT}
    fields |= {name: _parse_instant(stored.get(name)) for name in _INSTANTS}
    fields |= {name: tuple(stored.get(name, ())) for name in ("lead", "authors", "categories")}
    fields["parts"] = tuple(_part_from(part) for part in stored.get("parts", ()))
    fields["picture"] = Picture(**stored["picture"]) if "picture" in stored else None
    return Story(**fields, word_count=stored.get("word_count", 0), is_sample=stored.get("is_sample", False))


def content_hash(story: Story) -> str:
    """Return a short hash of what the outlet wrote: equal when a reading brought nothing new."""
    left_out = _NOT_CONTENT | {"published_at"} if is_undated(story) else _NOT_CONTENT
    fields = {name: value for name, value in _story_fields(story).items() if name not in left_out}
    return hashlib.sha256(_dump(fields).encode()).hexdigest()[:24]


def is_undated(story: Story) -> bool:
    """Say whether the source gave no date, so that the reading's own instant stands for it."""
    return story.published_at == story.fetched_at and not story.is_sample


def routes_to_json(routes: Routes) -> str:
    """Return the routes with their evidence as JSON: each a list of its fields, as named tuples are written."""
    return _dump({name: of_kind for name in _ROUTES if (of_kind := getattr(routes, name))})


def routes_from_json(text: str) -> Routes:
    """Return the routes that `routes_to_json` wrote."""
    fields = json.loads(text)
    return Routes(**{name: tuple(_route_from(*route) for route in fields.get(name, ())) for name in _ROUTES})


_TEXT = ("id", "guid", "url", "canonical_url", "headline", "source", "source_name", "summary", "body", "language")
_INSTANTS = ("published_at", "fetched_at", "updated_at", "embargo_until")
_ROUTES = ("regions", "topics", "near_regions", "near_topics")


def _story_fields(story: Story) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "v": VERSION,
        **{name: getattr(story, name) for name in _TEXT},
        **{name: _format_instant(getattr(story, name)) for name in _INSTANTS},
        "lead": list(story.lead),
        "parts": [[part.label, part.text, *part.bullets] for part in story.parts],
        "picture": None if story.picture is None else _picture_fields(story.picture),
        "authors": list(story.authors),
        "categories": list(story.categories),
        "word_count": story.word_count,
        "is_sample": story.is_sample,
    }
    return {name: value for name, value in fields.items() if value not in _EMPTY}


def _picture_fields(picture: Picture) -> dict[str, Any]:
    names = ("url", "width", "height", "alt", "credit")
    return {name: value for name in names if (value := getattr(picture, name)) is not None}


def _part_from(part: list[str]) -> Part:
    label, text, *bullets = part
    return Part(label, InlineHtml(text), tuple(InlineHtml(bullet) for bullet in bullets))


def _route_from(route_id: str, share: float, weight: float, evidence: list[list[Any]]) -> Route:
    return Route(route_id, share, weight, tuple(Evidence(*fields) for fields in evidence))


def _format_instant(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat()


def _parse_instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
