import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import NoReturn

import pytest
from PIL import Image

from digest.config.settings import Settings
from digest.config.sources import SourceConfig
from digest.errors import SourceError
from digest.sources.context import Clients, ReadingContext
from digest.sources.folder import load_folder
from digest.sources.item import ParsedFeed
from digest.testing.feeds import NOW, FeedBuilder


def _load(folder: Path, **settings: object) -> ParsedFeed:
    source = SourceConfig.model_validate({"id": "desk", "path": "desk"} | settings)
    limits = Settings.model_validate({"fetch": {"max_bytes": 100_000}})
    return load_folder(source, ReadingContext(limits, folder, NOW, Clients(_no_network)))[0]


def _no_network(_allow_private: bool) -> NoReturn:
    raise AssertionError("a folder needs no network")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder of stories beside nothing else."""
    place = tmp_path / "desk"
    place.mkdir()
    return place


def _png(width: int = 60, height: int = 50) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height)).save(out, "PNG")
    return out.getvalue()


def test_all_kinds_of_files(desk: Path) -> None:
    """Markdown, text, RSS, Atom and JSON Feed files are read from a folder and those below it."""
    (desk / "a.md").write_text("---\nheadline: From Markdown\n---\nText.")
    (desk / "deep").mkdir()
    (desk / "deep" / "b.txt").write_text("From text\n\nThe council voted.\n")
    (desk / "c.xml").write_bytes(FeedBuilder().item("From RSS").rss())
    (desk / "d.atom").write_bytes(FeedBuilder().item("From Atom").atom())
    (desk / "e.json").write_bytes(FeedBuilder().item("From JSON").json())
    (desk / "notes.pdf").write_bytes(b"%PDF")
    (desk / ".hidden.md").write_text("# Hidden")
    (desk / "_draft.md").write_text("# Draft")
    (desk / "README.md").write_text("# About this folder")
    feed = _load(desk.parent)
    assert {item.title for item in feed.items} == {"From Markdown", "From text", "From RSS", "From Atom", "From JSON"}
    assert feed.warnings == []


def test_a_single_file(desk: Path) -> None:
    """A source may be one file."""
    (desk / "a.md").write_text("# One")
    assert [item.title for item in _load(desk.parent, path="desk/a.md").items] == ["One"]


def test_guid_and_date_of_a_file_without_them(desk: Path) -> None:
    """A story is known by its path, and dated by its file, unless it says otherwise."""
    path = desk / "a.md"
    path.write_text("# One")
    moment = datetime(2024, 5, 1, tzinfo=UTC)
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    item = _load(desk.parent).items[0]
    assert item.guid == "a.md"
    assert item.published_at == moment


def test_local_pictures(desk: Path) -> None:
    """A picture beside a story gets an address of ours and its size."""
    (desk / "pictures").mkdir()
    (desk / "pictures" / "a.png").write_bytes(_png(640, 480))
    (desk / "a.md").write_text("---\nheadline: T\npicture: pictures/a.png\npicture_alt: A\n---\nText.")
    picture = _load(desk.parent).items[0].pictures[0]
    assert (picture.url, picture.width, picture.height, picture.alt) == ("media:desk/pictures/a.png", 640, 480, "A")


@pytest.mark.parametrize("address", ["../secret.png", "/etc/passwd", "missing.png", "link.png", "a.svg"])
def test_pictures_outside_or_unreadable_are_refused(desk: Path, address: str) -> None:
    """A picture that leaves the folder, by name or by link, is a warning and no picture."""
    (desk.parent / "secret.png").write_bytes(_png())
    (desk / "link.png").symlink_to(desk.parent / "secret.png")
    (desk / "a.svg").write_text("<svg/>")
    (desk / "a.md").write_text(f"---\nheadline: T\npicture: {address}\n---\nText.")
    feed = _load(desk.parent)
    assert feed.items[0].pictures == ()
    assert "picture" in feed.warnings[0]


def test_story_files_outside_are_not_followed(desk: Path) -> None:
    """A link that leads out of the folder is no story."""
    (desk.parent / "outside.md").write_text("# Outside")
    (desk / "a.md").symlink_to(desk.parent / "outside.md")
    assert _load(desk.parent).items == []


def test_one_bad_file_does_not_stop_the_others(desk: Path) -> None:
    """Bad front matter, an empty file, a broken feed and a huge file are warnings with their names."""
    (desk / "good.md").write_text("# Good")
    (desk / "bad.md").write_text("---\ntitle: [\n---\nText")
    (desk / "empty.txt").write_text("")
    (desk / "broken.xml").write_text("no feed")
    (desk / "huge.txt").write_text("x" * 200_000)
    feed = _load(desk.parent)
    assert [item.title for item in feed.items] == ["Good"]
    assert {warning.split(":")[0] for warning in feed.warnings} == {"bad.md", "empty.txt", "broken.xml", "huge.txt"}


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    """A folder that is not there is never an empty source."""
    with pytest.raises(SourceError, match="no such folder"):
        _load(tmp_path)


def test_a_folder_where_nothing_can_be_read_is_an_error(desk: Path) -> None:
    """Only broken files are an error, an empty folder is not."""
    assert _load(desk.parent).items == []
    (desk / "bad.md").write_text("---\ntitle: [\n---\nText")
    with pytest.raises(SourceError, match=r"bad\.md"):
        _load(desk.parent)


def test_files_are_newest_first(desk: Path) -> None:
    """So that `max_items` keeps the newest."""
    for hours in (3, 1, 2):
        (desk / f"{hours}.md").write_text(f"---\nheadline: T{hours}\nage: {hours}h\n---\nText")
    feed = _load(desk.parent)
    assert [item.title for item in feed.items] == ["T1", "T2", "T3"]
    assert feed.items[0].published_at == NOW - timedelta(hours=1)
