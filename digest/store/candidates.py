"""Reading the pool: candidates by window, light rows for lists, one story by name; writes nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.types import BigInteger

from digest.errors import NotFoundError
from digest.model.candidate import Candidate
from digest.model.story import Story
from digest.store.dialect import among
from digest.store.story_json import story_from_json
from digest.store.tables import stories, story_content

_DECODER = json.JSONDecoder()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A pooled story as a list shows it."""

    id: str
    guid: str
    url: str
    headline: str
    source: str
    published_at: datetime
    regions: Mapping[str, float]
    topics: Mapping[str, float]
    cluster: str


@dataclass(frozen=True, slots=True)
class About:
    """Which stories to load: routed to any of the regions or topics, or of any of the sources; all where none is given.

    Those with one of the `names` (id, GUID or address) come besides.
    """

    regions: Collection[str] | None = None
    topics: Collection[str] | None = None
    sources: Collection[str] | None = None
    names: Collection[str] = ()

    @property
    def is_everything(self) -> bool:
        """Whether stories of any kind are meant."""
        return self.regions is None and self.topics is None and self.sources is None


def load_candidates(
    connection: Connection,
    since_at: datetime,
    until_at: datetime,
    *,
    with_text: bool = False,
    about: About | None = None,
    versions_since_at: datetime | None = None,
) -> list[Candidate]:
    """Return the stories published from `since_at` on and before `until_at`, newest first, then by id.

    With `about`, only those that are about it, and all other versions of their events (a shared cluster or address)
    since `versions_since_at`; named ones since then, too. Costs about 10 µs a candidate; `with_text` as much again.
    """
    oldest_at = min(since_at, versions_since_at or since_at)
    within = and_(stories.c.published_at >= oldest_at, stories.c.published_at < until_at)
    about = about or About()
    if about.is_everything and oldest_at == since_at:
        return _load(connection, within, with_text)
    found: dict[str, Candidate] = {}
    asked = or_(and_(stories.c.published_at >= since_at, _is_meant(about)), *_is_named(about.names))
    fresh = _load(connection, and_(within, asked), with_text)
    others = and_(within, not_(asked))
    while fresh:
        found |= {candidate.id: candidate for candidate in fresh}
        versions = _load(connection, and_(others, _same_event(connection, fresh)), with_text)
        fresh = [candidate for candidate in versions if candidate.id not in found]
    return sorted(found.values(), key=lambda candidate: (-candidate.published_at.timestamp(), candidate.id))


def _is_meant(about: About) -> ColumnElement[bool]:
    if about.is_everything:
        return true()
    return or_(_is_about(about.regions or (), about.topics or ()), stories.c.source.in_(about.sources or ()))


def _is_named(names: Collection[str]) -> list[ColumnElement[bool]]:
    c = stories.c
    return [column.in_(names) for column in (c.id, c.guid, c.url, c.canonical_url)] if names else []


def _same_event(connection: Connection, candidates: Collection[Candidate]) -> ColumnElement[bool]:
    clusters = {candidate.cluster for candidate in candidates} - {""}
    urls = {candidate.canonical_url for candidate in candidates} - {""}
    return or_(among(connection, stories.c.cluster, clusters), among(connection, stories.c.canonical_url, urls))


def _load(connection: Connection, condition: ColumnElement[bool], with_text: bool) -> list[Candidate]:
    query = _candidate_query(with_text).where(condition).order_by(stories.c.published_at.desc(), stories.c.id)
    mapping, instant = _Decoded(_from_json), _Decoded(lambda value: _EPOCH + timedelta(microseconds=value))
    categories = _Decoded(lambda text: tuple(_from_json(text)))
    return [
        Candidate(
            story_id, headline, source, url, instant[published], instant[fetched], mapping[in_regions],
            mapping[on_topics], cluster, categories[tags], language, words, bool(picture), bool(parts),
            None if embargo is None else instant[embargo], text, guid,
        )
        for (
            story_id, headline, source, url, published, fetched, in_regions, on_topics,
            cluster, tags, language, words, picture, parts, embargo, text, guid,
        ) in connection.execute(query).all()
    ]  # fmt: skip


def _from_json(text: str) -> Any:
    """Return what our own columns hold: no white space around it, so that half the cost of `loads` is saved."""
    return _DECODER.raw_decode(text)[0]


def stories_since(
    connection: Connection, since_at: datetime | None, *, region: str = "", topic: str = "", source: str = ""
) -> list[StoryRow]:
    """Return the stories published since `since_at` (None: all), newest first.

    `region`, `topic` and `source` each keep only the stories of that id.
    """
    columns = [stories.c[name] for name in StoryRow.__slots__]
    query = select(*columns)
    if since_at is not None:
        query = query.where(stories.c.published_at >= since_at)
    if region:
        query = query.where(_is_about([region], ()))
    if topic:
        query = query.where(_is_about((), [topic]))
    if source:
        query = query.where(stories.c.source == source)
    rows = connection.execute(query.order_by(stories.c.published_at.desc(), stories.c.id))
    return [StoryRow(*row) for row in rows]


def find_story(connection: Connection, name: str) -> Story | None:
    """Return the story meant by `name`: its id or the beginning of it, GUID, URL, or words of the headline.

    Raises NotFoundError with ids and headlines where several stories are meant.
    """
    if not name.strip():
        return None
    words = and_(*(stories.c.headline.icontains(word, autoescape=True) for word in name.split()))
    exact = or_(stories.c.id == name, stories.c.guid == name, stories.c.url == name, stories.c.canonical_url == name)
    for condition in (exact, stories.c.id.startswith(name, autoescape=True), words):
        query = (
            select(stories.c.id, stories.c.headline).where(condition).order_by(stories.c.published_at.desc()).limit(6)
        )
        found = connection.execute(query).all()
        if len(found) > 1:
            raise NotFoundError("single story", name, [f"{story_id} ({headline})" for story_id, headline in found])
        if found:
            content = select(story_content.c.content).where(story_content.c.story_id == found[0].id)
            return story_from_json(connection.execute(content).scalar_one())
    return None


def count_stories(connection: Connection) -> int:
    """Return how many stories the pool holds."""
    return connection.execute(select(func.count()).select_from(stories)).scalar_one()


class _Decoded(dict[Any, Any]):
    """Decodes each distinct stored value once: most rows share their routes and many their instants."""

    def __init__(self, decode: Any) -> None:
        super().__init__()
        self._decode = decode

    def __missing__(self, stored: Any) -> Any:
        value = self[stored] = self._decode(stored)
        return value


def _candidate_query(with_text: bool) -> Select[Any]:
    # Raw columns: decoding each value through the column types costs more than the query itself.
    text, number = partial(type_coerce, type_=Text), partial(type_coerce, type_=BigInteger)
    c = stories.c
    light = [
        *(c.id, c.headline, c.source, c.canonical_url, number(c.published_at), number(c.fetched_at)),
        *(text(c.regions), text(c.topics), c.cluster, text(c.categories), c.language, c.word_count),
        *(number(c.has_picture), number(c.has_parts), number(c.embargo_until)),
    ]
    if with_text:
        return select(*light, story_content.c.body_text, c.guid).join(story_content)
    return select(*light, type_coerce(literal(""), Text), c.guid)


def _is_about(regions: Collection[str], topics: Collection[str]) -> ColumnElement[bool]:
    """Match ids as keys of the stored JSON text; an id holds neither quotes nor backslashes."""
    wanted = [(stories.c.regions, name) for name in regions] + [(stories.c.topics, name) for name in topics]
    return or_(false(), *(type_coerce(column, Text).contains(f'"{name}":', autoescape=True) for column, name in wanted))
