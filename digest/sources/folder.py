"""Folders and files of stories → parsed items; keeps inside the folder; does not fetch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from digest.config.sources import SourceConfig
from digest.errors import SourceError
from digest.model.story import Picture
from digest.sources.brief_text import parse_brief_text
from digest.sources.context import ReadingContext
from digest.sources.encoding import decode
from digest.sources.formats import Limits, parse_feed
from digest.sources.item import ParsedFeed
from digest.sources.markdown import parse_markdown
from digest.sources.pictures import read_size

_STORY_FILES = frozenset({".md", ".markdown", ".txt"})
_FEED_FILES = frozenset({".xml", ".rss", ".atom", ".json", ".rdf"})
_SAMPLE_AGE = timedelta(hours=12)
_MAX_FILES = 10_000
_NOT_STORIES = frozenset({"readme.md", "license.md", "licence.md", "license.txt", "licence.txt"})


def load_folder(source: SourceConfig, context: ReadingContext) -> tuple[ParsedFeed, str]:
    """Read all files of a `path:` source below the configuration's folder; returns them with a content hash.

    A file that cannot be read is a warning; the others are read. Raises SourceError where the
    place does not exist, or where no file of it could be read.
    """
    where = context.folder / (source.path or "")
    files = _find_files(source, where)
    place = _Place(source, where if where.is_dir() else where.parent, context)
    feed = ParsedFeed("folder")
    digest = hashlib.sha256()
    for path in files:
        try:
            data = _read_bytes(source, path, max_bytes=context.settings.fetch.max_bytes)
            digest.update(str(path.relative_to(place.root)).encode("utf-8", "replace") + b"\0" + data)
            _load_file(feed, path, data=data, place=place)
        except SourceError as error:
            feed.warnings.append(f"{error.message}; {error.action}")
        except OSError as error:
            feed.warnings.append(f"{path.name}: {error.strerror or error}; make the file readable")
    if files and not feed.items and feed.warnings:
        raise SourceError(source.id, feed.warnings[0].partition("; ")[0], action=feed.warnings[0].partition("; ")[2])
    feed.items.sort(key=lambda item: item.published_at or context.now, reverse=True)
    return feed, digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where files are read from, for one reading."""

    source: SourceConfig
    root: Path
    context: ReadingContext


def _find_files(source: SourceConfig, place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise SourceError(
            source.id, f"no such folder or file: {source.path}", action="mend path: in sources.yaml or make the folder"
        )
    root = place.resolve()
    found = [
        path
        for path in sorted(place.rglob("*"))
        if path.suffix.lower() in _STORY_FILES | _FEED_FILES
        and path.name.lower() not in _NOT_STORIES
        and not any(part.startswith((".", "_")) for part in path.relative_to(place).parts)
        and path.is_file()
        and path.resolve().is_relative_to(root)
    ]
    return found[:_MAX_FILES]


def _read_bytes(source: SourceConfig, path: Path, *, max_bytes: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise SourceError(
            source.id, f"{path.name}: larger than {max_bytes:,} bytes", action="split the file or raise fetch.max_bytes"
        )
    return data


def _load_file(feed: ParsedFeed, path: Path, *, data: bytes, place: _Place) -> None:
    name = str(PurePosixPath(path.relative_to(place.root)))
    if path.suffix.lower() in _FEED_FILES:
        try:
            parsed = parse_feed(data, source=place.source.id, limits=Limits(items=place.source.max_items))
        except SourceError as error:
            raise SourceError(place.source.id, f"{name}: {error.message}", action=error.action) from None
        feed.warnings += [f"{name}: {warning}" for warning in parsed.warnings]
        feed.title = feed.title or parsed.title
        feed.items += parsed.items
        return
    if path.suffix.lower() == ".txt":
        item = parse_brief_text(decode(data), labels=place.context.labels)
    else:
        now = place.context.now
        item, warnings = parse_markdown(decode(data), now=now, source=place.source.id, name=name)
        feed.warnings += warnings
    if not item.title and not item.content.strip():
        raise SourceError(place.source.id, f"{name}: the file is empty", action="write a story or remove it")
    item.guid = item.guid or name
    item.published_at = item.published_at or _file_time(path, place)
    item.pictures = tuple(
        found for picture in item.pictures if (found := _local_picture(picture, path, place=place, feed=feed))
    )
    feed.items.append(item)


def _file_time(path: Path, place: _Place) -> datetime:
    """Return when a file without a date was written; samples never age, so theirs is always half a day ago."""
    if place.source.samples:
        return place.context.now - _SAMPLE_AGE
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _local_picture(picture: Picture, story: Path, *, place: _Place, feed: ParsedFeed) -> Picture | None:
    """A picture beside the story becomes `media:<source>/<path>`; one outside the folder is refused."""
    if picture.url.lower().startswith(("http://", "https://")):
        return picture
    path = (story.parent / picture.url).resolve()
    root = place.root.resolve()
    if not path.is_relative_to(root):
        feed.warnings.append(f"{story.name}: picture {picture.url} lies outside the folder; move it inside")
        return None
    size = read_size(path) if path.is_file() else None
    if size is None:
        feed.warnings.append(
            f"{story.name}: picture {picture.url} is missing or no PNG, JPEG, GIF or WebP; mend picture:"
        )
        return None
    inside = PurePosixPath(path.relative_to(root))
    return replace(picture, url=f"media:{place.source.id}/{inside}", width=size[0], height=size[1])
