"""A small project on disk that tests change to see what the configuration says about it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from digest.config.load import check_files
from digest.config.project import Project
from digest.errors import Problem

FILES = {
    "digest.yaml": "brand: {name: The Brief}\n",
    "sources.yaml": 'sources:\n  - {id: wire, url: "https://news.example.com/feed.xml"}\n',
    "regions.yaml": "regions:\n  denver: {place: 'Denver, CO'}\n  boise: {place: 'Boise, ID'}\n",
    "topics.yaml": "topics:\n  business: {use: default}\n  deals: {use: default, parent: business}\n",
    "newsletters/_defaults.yaml": "min_stories: 4\nlate: {send_within: 1h}\n",
    "newsletters/_city.yaml": (
        "kind: regional\n"
        "sections:\n"
        "  - {title: 1 big thing, match: {regions: [$region]}, limit: 1, layout: lead}\n"
        "late: {then: hold}\n"
    ),
    "newsletters/denver.yaml": (
        'extends: city\nname: Denver\ntimezone: America/Denver\nschedule: {at: "06:30"}\nregion: denver\n'
    ),
}


class ProjectFolder:
    """A configuration's folder whose files a test writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        """Write one file."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def check(self, env: Mapping[str, str] | None = None) -> tuple[Project | None, list[Problem]]:
        """Load and check the folder."""
        return check_files(self.path, env or {})

    def load(self, env: Mapping[str, str] | None = None) -> Project:
        """Load the folder, which must have no errors."""
        project, problems = self.check(env)
        assert project is not None, [str(problem) for problem in problems]
        return project

    def problems(self, env: Mapping[str, str] | None = None) -> list[tuple[str, int, int, str, str]]:
        """Return file name, line, column, path and message of every problem."""
        _, found = self.check(env)
        return [(p.file.rpartition("/")[2], p.line, p.column, p.path, p.message) for p in found]


@pytest.fixture
def folder(tmp_path: Path) -> ProjectFolder:
    """A good small project."""
    return ProjectFolder(tmp_path / "config")
