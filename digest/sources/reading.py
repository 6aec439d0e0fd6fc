"""One reading of a source, and a round over all of them: what came of it, what to remember; parses nothing itself."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from urllib.parse import urlsplit

from digest.config.sources import SourceConfig
from digest.errors import SourceError
from digest.model.source import Reading, ReadingStatus, SourceState
from digest.model.story import Story
from digest.sources.context import ReadingContext, open_context
from digest.sources.item import ParsedFeed
from digest.sources.normalise import Normalising, normalise_feed
from digest.sources.politeness import (
    Turn,
    after_failure,
    after_success,
    conditional_headers,
    current_url,
    remember_move,
)

__all__ = ["open_context", "read_all", "read_source"]

P = ParamSpec("P")
T = TypeVar("T")

if TYPE_CHECKING:
    from digest.sources.fetch import Fetched

# Part of every content hash: a new version of the parsers reads unchanged feeds once more.
_READER_VERSION = "1"
_WAITING_READINGS = 16


async def read_source(source: SourceConfig, state: SourceState, *, context: ReadingContext) -> Reading:
    """Read one source now, due or not.

    Never raises for what the source does: a failed reading has status ERROR, no stories, and one
    line that says what happened and what to do.
    """
    turn = Turn(source, state, context)
    try:
        if source.path:
            return await _read_folder(turn)
        if source.type:
            return await _read_plugin(turn)
        return await _read_feed(turn)
    except SourceError as error:
        return _failed(turn, error)
    except Exception as error:  # a fault of ours with one feed must not stop the others
        what = f"could not be read ({type(error).__name__}: {str(error)[:120]})"
        return _failed(turn, SourceError(source.id, what, action="report it with the feed"))


async def read_all(
    sources: Sequence[SourceConfig], states: Mapping[str, SourceState], *, context: ReadingContext, force: bool = False
) -> AsyncIterator[Reading]:
    """Read many sources at once and yield each reading as it ends.

    Sources that are not due give a WAITING reading unless `force` is set. At most
    `fetch.concurrency` readings run at a time, `fetch.per_host` of one host.
    """
    done: asyncio.Queue[Reading] = asyncio.Queue(_WAITING_READINGS)
    lanes = _Lanes(context)

    async def read_one(source: SourceConfig) -> None:
        state = states.get(source.id) or SourceState(source.id)
        reading = None if force else _not_due(Turn(source, state, context))
        if reading is None:
            async with lanes.enter(source):
                reading = await read_source(source, state, context=context)
        await done.put(reading)

    tasks = [asyncio.create_task(read_one(source)) for source in sources]
    try:
        for _ in tasks:
            yield await done.get()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Lanes:
    """How many readings run at once: a source waits for its host first, so that it holds no place of others."""

    def __init__(self, context: ReadingContext) -> None:
        self._all = asyncio.Semaphore(context.settings.fetch.concurrency)
        self._per_host = context.settings.fetch.per_host
        self._hosts: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def enter(self, source: SourceConfig) -> AsyncIterator[None]:
        host = urlsplit(str(source.url)).hostname or "" if source.url else f"id:{source.id}"
        lane = self._hosts.setdefault(host, asyncio.Semaphore(self._per_host))
        async with lane, self._all:
            yield


def _not_due(turn: Turn) -> Reading | None:
    state = turn.state
    if state.gone:
        return Reading(state.source, ReadingStatus.GONE, state)
    if state.next_try_at is not None and turn.context.now < state.next_try_at:
        return Reading(state.source, ReadingStatus.WAITING, state)
    return None


async def _read_feed(turn: Turn) -> Reading:
    from digest.sources.fetch import fetch

    source, state, context = turn.source, turn.state, turn.context
    headers = conditional_headers(state)
    answer = await fetch(current_url(turn), context=context, allow_private=source.allow_private, headers=headers)
    if answer.status == 410:
        gone = replace(state, gone=True, last_read_at=context.now, error="gone (410)")
        return Reading(source.id, ReadingStatus.GONE, gone)
    if answer.status == 304:
        return Reading(source.id, ReadingStatus.UNCHANGED, after_success(turn, max_age_s=answer.max_age_s))
    if answer.status != 200:
        raise _status_error(source, answer.status, retry_after_s=answer.retry_after_s)
    moved_to = remember_move(turn, answer.permanent_url)
    turn = replace(turn, state=replace(state, etag=answer.etag, last_modified=answer.last_modified, moved_to=moved_to))
    content_hash = _hash(turn, answer.data)
    if content_hash == state.content_hash and not source.samples:
        return Reading(source.id, ReadingStatus.UNCHANGED, after_success(turn, max_age_s=answer.max_age_s))
    found = await _in_thread(context, _parse, turn, answer)
    if source.full_text:
        from digest.sources.full_text import add_full_text

        found.stories = await add_full_text(found.stories, source, context=context, since=state.last_success_at)
    max_age_s = max(answer.max_age_s or 0, (found.feed.ttl_minutes or 0) * 60)
    return _succeeded(turn, found, content_hash=content_hash, max_age_s=max_age_s)


async def _read_folder(turn: Turn) -> Reading:
    found, folder_hash = await _in_thread(turn.context, _load, turn)
    content_hash = _hash(turn, folder_hash.encode())
    # Samples are dated from now at every reading, so the same bytes are new stories in time.
    if content_hash == turn.state.content_hash and not turn.source.samples:
        warnings = tuple(found.feed.warnings)
        return Reading(turn.source.id, ReadingStatus.UNCHANGED, after_success(turn), warnings=warnings)
    return _succeeded(turn, found, content_hash=content_hash)


async def _read_plugin(turn: Turn) -> Reading:
    from digest.sources.plugins import read_plugin

    feed = await read_plugin(turn.source, turn.context)
    return _succeeded(turn, await _in_thread(turn.context, _normalise, turn, feed))


@dataclass(slots=True)
class _Found:
    """What was parsed: the feed and its stories."""

    feed: ParsedFeed
    stories: list[Story]


async def _in_thread(context: ReadingContext, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Parse beside the event loop, one at a time: big feeds take their memory one after the other."""
    async with context.parsing:
        return await asyncio.to_thread(function, *arguments, **named)


def _parse(turn: Turn, answer: Fetched) -> _Found:
    from digest.sources.formats import Limits, parse_feed

    limits = Limits(items=turn.source.max_items, bytes=turn.context.settings.fetch.max_bytes)
    kind, source_id = answer.content_type, turn.source.id
    return _normalise(turn, parse_feed(answer.data, content_type=kind, url=answer.url, source=source_id, limits=limits))


def _load(turn: Turn) -> tuple[_Found, str]:
    from digest.sources.folder import load_folder

    feed, content_hash = load_folder(turn.source, turn.context)
    return _normalise(turn, feed), content_hash


def _normalise(turn: Turn, feed: ParsedFeed) -> _Found:
    return _Found(feed, normalise_feed(feed, Normalising(turn.source, turn.context.now, turn.context.labels)))


def _succeeded(turn: Turn, found: _Found, *, content_hash: str = "", max_age_s: int | None = None) -> Reading:
    state = replace(after_success(turn, max_age_s=max_age_s), content_hash=content_hash)
    newest = max((story.published_at for story in found.stories), default=None)
    if newest is not None and (state.last_new_at is None or newest > state.last_new_at):
        state = replace(state, last_new_at=newest)
    return Reading(turn.source.id, ReadingStatus.OK, state, tuple(found.stories), warnings=tuple(found.feed.warnings))


def _failed(turn: Turn, error: SourceError) -> Reading:
    """Return the reading of a failure: nothing of the pool is touched, the next try comes later each time."""
    line = " ".join((error.message + (f"; {error.action}" if error.action else "")).split())
    wait_s = error.retry_after_s if isinstance(error, _StatusError) else None
    return Reading(turn.source.id, ReadingStatus.ERROR, after_failure(turn, line, retry_after_s=wait_s), error=line)


class _StatusError(SourceError):
    """An answer that is no feed; `retry_after_s` where the server said when to come back."""

    def __init__(self, source: str, message: str, *, action: str, retry_after_s: int | None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(source, message, action=action)


def _status_error(source: SourceConfig, status: int, *, retry_after_s: int | None) -> SourceError:
    said = {
        401: ("the site asks for a password (401)", "ask the site for an open feed"),
        403: ("the site refuses us (403)", "set fetch.contact, or ask the site to let digest in"),
        404: ("no feed at this address (404)", "look for the new address with: digest sources add SITE"),
        429: ("the site asks for fewer visits (429)", "set every: to a longer time on the source"),
    }
    server = (f"the site has a fault ({status})", "it will be tried again later")
    other = (f"unexpected answer ({status})", "check the address in a browser")
    message, action = said.get(status, server if status >= 500 else other)
    return _StatusError(source.id, message, action=action, retry_after_s=retry_after_s)


def _hash(turn: Turn, data: bytes) -> str:
    """What makes a reading worth its work: the bytes, and how they would be read."""
    source, labels = turn.source, turn.context.labels
    how = f"{_READER_VERSION}\n{source.max_items}\n{source.max_age}\n{source.name}\n{labels}\n".encode()
    return hashlib.sha256(how + data).hexdigest()
