"""Whatever stands in a file, checking gives a project or problems, and never raises."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.documents import read_document
from digest.config.load import check_files
from digest.config.shipped import shipped_config

SCALARS: list[Any] = [None, True, -1, 0, 1e309, "", "x", "$region", "${A}", "${A:-1}", "denver", "07:30"]
TREES: list[Any] = [[], [None], ["x", 1], [[]], {}, {"x": 1}, {"all": 5}, {"all": ["x"]}, {"match": []}, {"": None}]
ODD = st.sampled_from([*SCALARS, *TREES, [{"id": []}], {"use": "default", "parent": []}])
FILES = ["digest.yaml", "sources.yaml", "regions.yaml", "topics.yaml", "newsletters/denver.yaml"]
FILES += ["newsletters/pro-rata.yaml", "newsletters/_city.yaml", "newsletters/_defaults.yaml"]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few of the shipped files, to be spoilt and restored."""
    folder = tmp_path_factory.mktemp("total") / "config"
    for name in [*FILES, "newsletters/_topical.yaml"]:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((shipped_config() / name).read_bytes())
    return folder


def places(value: Any) -> list[tuple[Any, ...]]:
    """Return the way to each value inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [()] + [(key, *rest) for key, inner in items for rest in places(inner)]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_checking_is_total(shipped: Path, data: st.DataObject):
    """Any value of any file replaced by any other gives problems with places inside the files, or none."""
    name = data.draw(st.sampled_from(FILES))
    path = shipped / name
    original = path.read_bytes()
    tree = copy.deepcopy(read_document(path, name).data)
    *way, last = data.draw(st.sampled_from(places(tree)[1:]))
    inner = tree
    for step in way:
        inner = inner[step]
    inner[last] = data.draw(ODD)
    path.write_text(json.dumps(tree).replace("Infinity", ".inf"), encoding="utf-8")
    try:
        _, problems = check_files(shipped, {})
    finally:
        path.write_bytes(original)
    assert all(problem.message and problem.line >= 0 and "\n" not in str(problem) for problem in problems)


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=60), st.sampled_from(FILES))
def test_any_text_is_read_or_refused(shipped: Path, text: str, name: str):
    """No text makes it raise."""
    path = shipped / name
    original = path.read_bytes()
    path.write_text(text, encoding="utf-8")
    try:
        project, problems = check_files(shipped, {})
    finally:
        path.write_bytes(original)
    assert project is not None or problems
