"""One story as a publishing system posts it → Story; the address it is posted to is not ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from digest.config.sources import SourceConfig
from digest.errors import SourceError
from digest.model.story import Story
from digest.sources.json_feed import read_json_item
from digest.sources.normalise import Normalising, normalise_one

_KEY_WORDS = (
    "id guid url external_url title headline content_html content_text summary image image_alt image_credit "
    "banner_image date_published date_modified embargo language authors author tags source source_name "
)
KEYS = frozenset(_KEY_WORDS.split())
_DEFAULT_SOURCE = "api"


def parse_story_payload(payload: Mapping[str, Any], *, now: datetime, labels: tuple[str, ...] = ()) -> Story:
    """Return the story of a JSON object with the keys of a JSON Feed item, and `source`, `source_name`, `embargo`.

    The story keeps its id while `id` (or, without one, `url`) stays the same. Raises SourceError
    that says what is missing.
    """
    if not isinstance(payload, Mapping):
        raise SourceError(_DEFAULT_SOURCE, "a story is a JSON object", action='send {"title": …, "content_html": …}')
    if unknown := sorted(str(key) for key in payload if key not in KEYS):
        raise SourceError(
            _DEFAULT_SOURCE, f"unknown keys: {', '.join(unknown)[:200]}", action=f"known: {', '.join(sorted(KEYS))}"
        )
    item = read_json_item(payload)
    if not (item.guid or item.url):
        raise SourceError(
            _DEFAULT_SOURCE, "a story needs id or url", action="send one, so that a correction finds its story"
        )
    for key in ("date_published", "date_modified", "embargo"):
        if payload.get(key) and getattr(item, _FIELDS[key]) is None:
            raise SourceError(_DEFAULT_SOURCE, f"{key} is no date", action="write it as 2024-05-31T07:00:00Z")
    source_id, name = str(payload.get("source") or _DEFAULT_SOURCE), str(payload.get("source_name") or "")
    try:
        source = SourceConfig(id=source_id, name=name, type="api")
    except ValueError:
        raise SourceError(_DEFAULT_SOURCE, f"source {source_id[:64]!r} is no id", action="use a-z, 0-9 and -") from None
    if not (item.title or item.content.strip()):
        raise SourceError(_DEFAULT_SOURCE, "a story needs title or content", action="send at least one of them")
    return normalise_one(item, Normalising(source, now, labels))


_FIELDS = {"date_published": "published_at", "date_modified": "updated_at", "embargo": "embargo_until"}
