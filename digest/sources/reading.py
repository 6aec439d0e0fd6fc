"""One reading of a source, and a round over all of them: what came of it, what to remember; parses nothing itself."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from digest.config.sources import SourceConfig
from digest.errors import SourceError
from digest.model.source import Reading, ReadingStatus, SourceState
from digest.model.story import Story
from digest.sources.context import ReadingContext, open_context
from digest.sources.item import ParsedFeed
from digest.sources.normalise import Normalising, normalise_feed
from digest.sources.politeness import after_failure, after_success

__all__ = ["open_context", "read_all", "read_source"]

P = ParamSpec("P")
T = TypeVar("T")

# Part of every content hash: a new version of the parsers reads unchanged feeds once more.
_READER_VERSION = "1"
_WAITING_READINGS = 16


async def read_source(source: SourceConfig, state: SourceState, *, context: ReadingContext) -> Reading:
    """Read one source now, due or not.

    Never raises for what the source does: a failed reading has status ERROR, no stories, and one
    line that says what happened and what to do.
    """
    try:
        if source.path:
            return await _read_folder(source, state, context)
        if source.type:
            return await _read_plugin(source, state, context)
        return await _read_feed(source, state, context)
    except SourceError as error:
        return failed(source, state, context, error)
    except Exception as error:  # a fault of ours with one feed must not stop the others
        fault = SourceError(
            source.id,
            f"could not be read ({type(error).__name__}: {str(error)[:120]})",
            action="report it with the feed",
        )
        return failed(source, state, context, fault)


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
        reading = None if force else _not_due(source, state, context)
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


def _not_due(source: SourceConfig, state: SourceState, context: ReadingContext) -> Reading | None:
    if state.gone:
        return Reading(source.id, ReadingStatus.GONE, state)
    if state.next_try_at is not None and context.now < state.next_try_at:
        return Reading(source.id, ReadingStatus.WAITING, state)
    return None


async def _read_feed(source: SourceConfig, state: SourceState, context: ReadingContext) -> Reading:
    from digest.sources.fetch import fetch
    from digest.sources.politeness import conditional_headers, current_url, remember_move

    url, headers = current_url(source, state), conditional_headers(state)
    answer = await fetch(url, context=context, allow_private=source.allow_private, headers=headers)
    if answer.status == 410:
        return Reading(
            source.id, ReadingStatus.GONE, replace(state, gone=True, last_read_at=context.now, error="gone (410)")
        )
    if answer.status == 304:
        kept = after_success(source, state, context, max_age_s=answer.max_age_s)
        return Reading(source.id, ReadingStatus.UNCHANGED, kept)
    if answer.status != 200:
        raise _status_error(source, answer.status, answer.retry_after_s)
    seen = replace(
        state,
        etag=answer.etag,
        last_modified=answer.last_modified,
        moved_to=remember_move(source, state, answer.permanent_url),
    )
    content_hash = _hash(source, context, answer.data)
    if content_hash == state.content_hash and not source.samples:
        return Reading(
            source.id, ReadingStatus.UNCHANGED, after_success(source, seen, context, max_age_s=answer.max_age_s)
        )
    feed, stories = await _in_thread(context, _parse, source, answer.data, answer.content_type, answer.url, context)
    if source.full_text:
        from digest.sources.full_text import add_full_text

        stories = await add_full_text(stories, source, context, since=state.last_success_at)
    max_age_s = max(answer.max_age_s or 0, (feed.ttl_minutes or 0) * 60)
    return _succeeded(source, replace(seen, content_hash=content_hash), context, feed, stories, max_age_s=max_age_s)


async def _read_folder(source: SourceConfig, state: SourceState, context: ReadingContext) -> Reading:
    feed, stories, folder_hash = await _in_thread(context, _load, source, context)
    content_hash = _hash(source, context, folder_hash.encode())
    # Samples are dated from now at every reading, so the same bytes are new stories in time.
    if content_hash == state.content_hash and not source.samples:
        return Reading(
            source.id, ReadingStatus.UNCHANGED, after_success(source, state, context), warnings=tuple(feed.warnings)
        )
    return _succeeded(source, replace(state, content_hash=content_hash), context, feed, stories)


async def _read_plugin(source: SourceConfig, state: SourceState, context: ReadingContext) -> Reading:
    from digest.sources.plugins import read_plugin

    feed = await read_plugin(source, context)
    stories = await _in_thread(context, normalise_feed, feed, Normalising(source, context.now, context.labels))
    return _succeeded(source, state, context, feed, stories)


async def _in_thread(context: ReadingContext, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Parse beside the event loop, one at a time: big feeds take their memory one after the other."""
    async with context.parsing:
        return await asyncio.to_thread(function, *arguments, **named)


def _parse(
    source: SourceConfig, data: bytes, content_type: str, url: str, context: ReadingContext
) -> tuple[ParsedFeed, list[Story]]:
    from digest.sources.formats import parse_feed

    limit = context.settings.fetch.max_bytes
    feed = parse_feed(
        data, content_type=content_type, url=url, source=source.id, max_items=source.max_items, max_bytes=limit
    )
    return feed, normalise_feed(feed, Normalising(source, context.now, context.labels))


def _load(source: SourceConfig, context: ReadingContext) -> tuple[ParsedFeed, list[Story], str]:
    from digest.sources.folder import load_folder

    feed, content_hash = load_folder(
        source, context.folder, now=context.now, labels=context.labels, max_bytes=context.settings.fetch.max_bytes
    )
    return feed, normalise_feed(feed, Normalising(source, context.now, context.labels)), content_hash


def _succeeded(
    source: SourceConfig,
    state: SourceState,
    context: ReadingContext,
    feed: ParsedFeed,
    stories: list[Story],
    *,
    max_age_s: int | None = None,
) -> Reading:
    newest = max((story.published_at for story in stories), default=None)
    state = after_success(source, state, context, max_age_s=max_age_s)
    if newest is not None and (state.last_new_at is None or newest > state.last_new_at):
        state = replace(state, last_new_at=newest)
    return Reading(source.id, ReadingStatus.OK, state, tuple(stories), warnings=tuple(feed.warnings))


def failed(source: SourceConfig, state: SourceState, context: ReadingContext, error: SourceError) -> Reading:
    """Return the reading of a failure: nothing of the pool is touched, the next try comes later each time."""
    line = " ".join((error.message + (f"; {error.action}" if error.action else "")).split())
    wait_s = getattr(error, "retry_after_s", None)
    return Reading(
        source.id, ReadingStatus.ERROR, after_failure(source, state, context, line, retry_after_s=wait_s), error=line
    )


class _StatusError(SourceError):
    """An answer that is no feed; `retry_after_s` where the server said when to come back."""

    def __init__(self, source: str, message: str, *, action: str, retry_after_s: int | None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(source, message, action=action)


def _status_error(source: SourceConfig, status: int, retry_after_s: int | None) -> SourceError:
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


def _hash(source: SourceConfig, context: ReadingContext, data: bytes) -> str:
    """What makes a reading worth its work: the bytes, and how they would be read."""
    how = f"{_READER_VERSION}\n{source.max_items}\n{source.max_age}\n{source.name}\n{context.labels}\n".encode()
    return hashlib.sha256(how + data).hexdigest()
