"""The sample stories and their pictures: enough of them, complete, unlike each other, and spread over a day."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "config" / "samples"
SOURCES = ("capitol", "front-range", "lakes", "ledger", "southern", "wire")
REQUIRED = ("headline", "guid", "url", "age", "categories", "authors", "sample")
LARGEST_PICTURE = 40 * 1024
MINUTES = {"m": 1, "h": 60}


def load_front_matter(path: Path) -> dict[str, Any]:
    """Return the front matter of a story as plain values."""
    _, head, _ = path.read_text(encoding="utf-8").split("---\n", 2)
    return dict(YAML(typ="safe").load(head))


def body_of(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("---\n", 2)[2]


STORIES = {str(path.relative_to(SAMPLES)): (path, load_front_matter(path)) for path in sorted(SAMPLES.glob("*/*.md"))}
PICTURES = sorted(SAMPLES.glob("*/pictures/*.png"))


def minutes_of(age: str) -> int:
    return int(age[:-1]) * MINUTES[age[-1]]


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the script that draws the pictures."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    spec = importlib.util.spec_from_file_location("draw_samples", ROOT / "tools" / "draw_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "draw_samples", module)
    spec.loader.exec_module(module)
    return module


def test_every_source_has_its_stories() -> None:
    """At least 120 stories lie in the six folders, and nowhere else."""
    folders = {path.parent.name for path, _ in STORIES.values()}
    assert folders == set(SOURCES)
    assert len(STORIES) >= 120


@pytest.mark.parametrize("name", STORIES)
def test_story_is_complete(name: str) -> None:
    """A story has every required key, says that it is a sample, and has an id and address of its own folder."""
    path, front = STORIES[name]
    assert [key for key in REQUIRED if not front.get(key)] == []
    assert front["sample"] is True
    assert front["guid"] == f"{path.parent.name}-{path.stem}"
    assert front["url"] == f"https://news.example.com/{path.parent.name}/{path.stem}"
    assert len(front["headline"]) <= 100


@pytest.mark.parametrize("name", STORIES)
def test_story_has_the_length_of_a_brief(name: str) -> None:
    """A story is between 90 and 260 words long."""
    assert 90 <= len(body_of(STORIES[name][0]).split()) <= 260


def test_no_two_stories_are_the_same() -> None:
    """Headlines, ids, addresses and leads are unique."""
    for key in ("headline", "guid", "url"):
        values = [front[key] for _, front in STORIES.values()]
        assert len(set(values)) == len(values)
    leads = [body_of(path).split("\n\n")[0] for path, _ in STORIES.values()]
    assert len(set(leads)) == len(leads)


def test_most_stories_are_in_the_brief_style() -> None:
    """At least 60 percent of the stories say why they matter, or have other labelled parts."""
    brief = [path for path, _ in STORIES.values() if "\n**" in body_of(path)]
    assert len(brief) >= 0.6 * len(STORIES)


def test_ages_are_spread_over_a_day() -> None:
    """Stories are between 20 minutes and 20 hours old, with some in each quarter of that time."""
    ages = [minutes_of(front["age"]) for _, front in STORIES.values()]
    assert min(ages) >= 20
    assert max(ages) <= 20 * 60
    for quarter in range(4):
        assert len([age for age in ages if quarter * 300 < age <= (quarter + 1) * 300]) >= 15


def test_pictures_and_stories_belong_together() -> None:
    """Each picture is shown by one story, and described and credited there."""
    shown = []
    for path, front in STORIES.values():
        if "picture" in front:
            assert front["picture_alt"]
            assert front["picture_credit"]
            shown.append(path.parent / front["picture"])
    assert sorted(shown) == PICTURES


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_picture_is_wide_and_light(path: Path) -> None:
    """A picture is a PNG of 1200 x 600 pixels and at most 40 KB."""
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 600))
    assert path.stat().st_size <= LARGEST_PICTURE


def test_script_draws_every_picture(drawing: ModuleType) -> None:
    """The script and the folders list the same pictures."""
    assert sorted(SAMPLES / f"{name}.png" for name in drawing.PICTURES) == PICTURES


def test_pictures_are_drawn_alike_each_time(drawing: ModuleType, tmp_path: Path) -> None:
    """A picture drawn again has the same pixels as the one in its folder."""
    name = "southern/pictures/ozark-trail"
    canvas = drawing.Canvas()
    drawing.PICTURES[name](canvas)
    canvas.save(tmp_path / "again.png")
    with Image.open(tmp_path / "again.png") as again, Image.open(SAMPLES / f"{name}.png") as kept:
        assert again.convert("RGB").tobytes() == kept.convert("RGB").tobytes()


def test_feeds_carry_samples_without_a_date() -> None:
    """The RSS and JSON samples have items of their own, marked as samples, and no date that would age."""
    channel = ET.parse(SAMPLES / "wire" / "sample-feed.xml").getroot().find("channel")
    assert channel is not None
    items = channel.findall("item")
    feed = json.loads((SAMPLES / "wire" / "sample-feed.json").read_text(encoding="utf-8"))
    assert 3 <= len(items) <= 4
    assert 3 <= len(feed["items"]) <= 4
    assert all("Sample" in [category.text for category in item.findall("category")] for item in items)
    assert all("Sample" in item["tags"] for item in feed["items"])
    assert [item for item in items if item.find("pubDate") is not None] == []
    assert [item for item in feed["items"] if "date_published" in item] == []


def test_plain_text_samples_say_what_they_are() -> None:
    """A text file has no front matter, so its last line tells that it is a sample."""
    texts = sorted(SAMPLES.glob("*/*.txt"))
    assert len(texts) >= 3
    assert [path for path in texts if "This is a sample story" not in path.read_text(encoding="utf-8")] == []
