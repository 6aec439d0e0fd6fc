"""Other packages put their findings at the place in the YAML."""

from __future__ import annotations

import pytest

from digest.config.positions import Positions


@pytest.mark.parametrize(
    ("kind", "subject", "path", "expected"),
    [
        ("newsletter", "denver", "region", ("denver.yaml", 5, 9)),
        ("newsletter", "denver", "sections.0.match.regions", ("_city.yaml", 3, 43)),
        ("newsletter", "denver", "late.then", ("_city.yaml", 4, 14)),
        ("newsletter", "denver", "late.send_within", ("_defaults.yaml", 2, 21)),
        ("newsletter", "denver", "late.catch_up", ("_city.yaml", 4, 7)),
        ("newsletter", "denver", "accent.light", ("denver.yaml", 1, 1)),
        ("newsletter", "nobody", "region", ("digest.yaml", 1, 1)),
        ("source", "wire", "url", ("sources.yaml", 2, 21)),
        ("source", "wire", "", ("sources.yaml", 2, 5)),
        ("source", "nobody", "url", ("sources.yaml", 2, 3)),
        ("region", "boise", "place", ("regions.yaml", 3, 18)),
        ("topic", "deals", "parent", ("topics.yaml", 3, 33)),
        ("settings", "", "brand.name", ("digest.yaml", 1, 15)),
    ],
)
def test_places_of_values(folder, kind: str, subject: str, path: str, expected: tuple[str, int, int]):
    """A value is found in the file that gives it, one that is not written at the nearest place above."""
    file, line, column = Positions(folder.path).locate(kind, subject, path)
    assert (file.rpartition("/")[2], line, column) == expected


def test_a_problem_at_a_place(folder):
    """The path is dotted from the top of the file, as in problems of the configuration's own."""
    problem = Positions(folder.path).problem("source", "wire", "home", "no such place", level="warning")
    assert (problem.path, problem.line, problem.level) == ("sources.0.home", 2, "warning")


def test_a_missing_file_has_no_line(folder):
    """Where the file itself is missing, line and column are 0."""
    folder.path.joinpath("topics.yaml").unlink()
    assert Positions(folder.path).locate("topic", "deals", "parent")[1:] == (0, 0)
