"""YAML text becomes plain data with places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.documents import Document, parse_document, parse_value, position, read_document


def read(text: str) -> Document:
    document = Document("x.yaml")
    parse_document(document, text)
    return document


def test_yaml_1_2_words_stay_words():
    """`no`, `on` and `07:30` are text, `010` is ten, a date stays as it is written."""
    data = read("a: no\nb: 07:30\nc: on\nd: 010\ne: 0o10\nf: 2026-12-24\ng: true\nh: ~\ni: 1.5\nj: -0x1F\n").data
    assert data == {
        "a": "no",
        "b": "07:30",
        "c": "on",
        "d": 10,
        "e": 8,
        "f": "2026-12-24",
        "g": True,
        "h": None,
        "i": 1.5,
        "j": -31,
    }


def test_keys_are_always_text():
    """A key that looks like a number or a switch stays the word it is."""
    assert read("163.com: 1\n5: a\ntrue: b\n").data == {"163.com": 1, "5": "a", "true": "b"}


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: 1\na: 2\n", 2, 1, "already written in line 1"),
        ("a: [1,\nb: 2", 2, 5, "never closed|not closed"),
        ("a: b: c", 1, 5, "second `: `"),
        ("a:\n\t- b", 2, 1, "tab"),
        ("a: 'x", 1, 6, "never closed"),
        ("- a\nb: c", 2, 1, "indentation"),
        ("a: *x", 1, 4, "alias"),
        ("a: !secret b", 1, 4, "tag !secret"),
        ("a: {<<: {b: 1}}", 1, 5, "extends"),
        ("? [a]\n: b", 1, 3, "a key must be a word"),
        ("a: 1\n---\nb: 2", 2, 1, "second document"),
    ],
)
def test_what_is_wrong_has_a_place_and_a_cure(text: str, line: int, column: int, words: str):
    """Each kind of broken YAML is told in plain words at its line and column."""
    problem = read(text).problems[0]
    assert (problem.line, problem.column) == (line, column)
    assert any(word in problem.message for word in words.split("|")), problem.message


def test_duplicate_key_leaves_the_rest_readable():
    """The first of two equal keys is used, so that other problems of the file are found too."""
    assert read("a: 1\na: 2\nb: 3\n").data == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "a: &a {b: *a}",
        "a: &a ["
        + ",".join("x" * 9)
        + "]\n"
        + "".join(f"a{i}: &{chr(98 + i)} [" + ",".join([f"*{chr(97 + i)}"] * 9) + "]\n" for i in range(9)),
        "[" * 80 + "]" * 80,
        "a: " + "[" * 1000,
    ],
    ids=["loop in a list", "loop in a mapping", "billion laughs", "nested", "nested and open"],
)
def test_bombs_are_bounded(text: str):
    """Aliases and nesting that grow without measure give one problem and no data."""
    document = read(text)
    assert document.data is None
    assert len(document.problems) == 1
    assert len(str(document.problems[0])) < 300


def test_position_of_keys_values_and_of_what_is_not_there():
    """A place is found by key or by value; what is missing, at the nearest place above."""
    node = read("a:\n  b: [x, {c: 1}]\n  d:\n").node
    assert position(node, ("a", "b", 1, "c")) == (2, 14, 4)
    assert position(node, ("a", "b", 1, "c"), of_key=True) == (2, 11, 4)
    assert position(node, ("a", "b", 7)) == (2, 6, 2)
    assert position(node, ("a", "d")) == (3, 3, 2), "an empty value stands where its key does"


def test_unreadable_files_are_problems(tmp_path: Path):
    """A folder, a file in another encoding and a list at the top are told, not raised."""
    (tmp_path / "latin.yaml").write_bytes("name: Zürich".encode("latin-1"))
    (tmp_path / "list.yaml").write_text("- a\n")
    (tmp_path / "bell.yaml").write_text("a: \x07\n")
    (tmp_path / "empty.yaml").write_text("# nothing\n")
    words = {
        name: [problem.message for problem in read_document(tmp_path / name, name).problems]
        for name in ("latin.yaml", "list.yaml", "bell.yaml", "empty.yaml", "none.yaml", ".")
    }
    assert "not UTF-8" in words["latin.yaml"][0]
    assert "keys and values" in words["list.yaml"][0]
    assert "forbids" in words["bell.yaml"][0]
    assert words["empty.yaml"] == []
    assert "No such file" in words["none.yaml"][0]
    assert "cannot be read" in words["."][0]


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path):
    """Files saved by Windows editors read like others."""
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfname: x\r\nkind: y\r\n")
    assert read_document(tmp_path / "a.yaml", "a.yaml").data == {"name": "x", "kind": "y"}


def test_parse_value_reads_json_and_yaml():
    """A short value may be JSON or YAML; a broken one says so."""
    assert parse_value('{"a": [1, 2]}') == {"a": [1, 2]}
    assert parse_value("a: [1, 2]") == {"a": [1, 2]}
    with pytest.raises(ValueError, match="not closed"):
        parse_value("[1")


LINES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


@given(LINES)
def test_json_is_a_part_of_yaml(value: object):
    """Texts, numbers, switches and lists written as JSON are read as they were."""
    assert read("key: " + json.dumps(value, ensure_ascii=False) + "\n").data == {"key": value}
