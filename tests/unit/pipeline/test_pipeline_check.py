"""`digest check` as its use case: every part that can be read is looked at, whatever is wrong elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.pipeline.check import check_project

_FILES = {
    "digest.yaml": "brand: {name: The Brief}\n",
    "sources.yaml": 'sources:\n  - {id: wire, url: "https://news.example.com/feed.xml", home: "Denver, CO"}\n',
    "regions.yaml": "regions:\n  denver: {place: 'Denver, CO'}\n  boise: {place: 'Boise, ID'}\n",
    "topics.yaml": "topics:\n  business: {use: default}\n  tech: {use: default}\n",
    "newsletters/denver.yaml": (
        "name: Denver\nregion: denver\nsections:\n  - {title: News, match: {regions: [$region]}, layout: lead}\n"
    ),
}


@pytest.fixture
def check(tmp_path: Path):
    """Check a small project with some files changed; told as (file, line, level, message)."""

    def run(**changes: str) -> list[tuple[str, int, str, str]]:
        for name, text in (
            _FILES | {name.replace("__", "/") + ".yaml": text for name, text in changes.items()}
        ).items():
            target = tmp_path / "config" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return [(p.file.rpartition("/")[2], p.line, p.level, p.message) for p in check_project(tmp_path / "config", {})]

    return run


def test_a_good_project_has_no_problem(check) -> None:
    """The small project that these tests break is right."""
    assert check() == []


def test_places_and_rules_are_checked_beside_broken_files(check) -> None:
    """A misspelt key in one file hides neither an ambiguous place in another nor a rule that never matches."""
    regions = "  denver: {place: 'Denver, CO'}\n  ohio: {place: Columbus}\n  boise: {plaec: x}\n"
    rule = "{regions: [denver], none: [{regions: [denver]}]}"
    told = check(
        digest="brand: {nam: The Brief}\n",
        regions=f"regions:\n{regions}",
        newsletters__odd=f"name: Odd\nsections:\n  - {{title: News, match: {rule}}}\n",
    )
    assert [(file, line, level) for file, line, level, _ in told] == [
        ("digest.yaml", 1, "error"),
        ("odd.yaml", 3, "warning"),
        ("regions.yaml", 3, "error"),
        ("regions.yaml", 4, "error"),
    ]
    messages = [message for *_, message in told]
    assert "Columbus, OH; Columbus, GA" in messages[2]


def test_an_unknown_id_is_told_once(check) -> None:
    """A region that does not exist is one problem, not one more for the rule that can never match."""
    text = "name: D\nsections:\n  - {title: News, match: {regions: [denvr]}}\n"
    [(file, line, level, message)] = check(newsletters__denver=text)
    assert (file, line, level) == ("denver.yaml", 3, "error")
    assert "did you mean `denver`?" in message


def test_ids_of_faulty_entries_are_known(check) -> None:
    """A region whose definition is wrong still exists, so that its newsletters are not blamed."""
    told = check(regions="regions:\n  denver: {place: 'Denver, CO', radius_km: wide}\n")
    assert [(file, line) for file, line, *_ in told] == [("regions.yaml", 2)]


def test_homes_of_sources_are_checked(check) -> None:
    """A home that is neither a region nor one known place is told with its place in the file."""
    text = 'sources:\n  - id: wire\n    url: "https://news.example.com/feed.xml"\n    home: Columbus\n'
    [(file, line, level, message)] = check(sources=text)
    assert (file, line, level) == ("sources.yaml", 4, "error")
    assert "Columbus, OH" in message
