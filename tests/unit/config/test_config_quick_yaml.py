"""The C parser, where it is installed, must read exactly as the Python one."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from digest.config import quick_yaml
from digest.config.shipped import shipped_config

needs_c_parser = pytest.mark.skipif(quick_yaml.CParser is None, reason="ruamel.yaml.clib is not installed")

SNIPPETS = [
    "a: no\nb: 07:30\nc: on\nd: 010\ne: 0o10\nf: 2026-12-24\ng: 1_000\nh: 1e3\ni: .inf\n",
    "a: {b: 1, c: [x, y: z], 'd': \"e\\u00e9\\n\"}\n",
    'a: {"b":1}\nurl: https://news.example.com/feed.xml?a=b#c\n',
    "a: |\n  two\n   lines\n\nb: >-\n  folded\n  text\n",
    "a: &x {b: 1}\nc: *x\n",
    "# only a comment\n",
    "",
    "- a\n-\n  - b\n- c: d\n  e: f\n",
    "a: 'it''s'\nb: !!str 5\nc: ~\nd: ''\ne:\n",
    'a: Zürich ☀\nb: "☀"\n',
]


def outline(node: Node | None) -> object:
    """Tag, place and value of a node and of all below it."""
    if node is None:
        return None
    start = (str(node.tag), node.start_mark.line, node.start_mark.column)
    if node.value == "" and not node.style:
        return start[0]  # nothing is written there; `position` takes the key's place
    if isinstance(node, MappingNode):
        return start, [(outline(key), outline(value)) for key, value in node.value]
    if isinstance(node, SequenceNode):
        return start, [outline(item) for item in node.value]
    return start, node.value


@needs_c_parser
@pytest.mark.parametrize("text", SNIPPETS)
def test_both_parsers_agree_on_snippets(text: str):
    """Tags, values and places are the same."""
    assert outline(quick_yaml.compose_quickly(text)) == outline(YAML(typ="safe", pure=True).compose(text))


@needs_c_parser
@pytest.mark.parametrize("path", sorted(shipped_config().rglob("*.yaml")), ids=lambda path: path.name)
def test_both_parsers_agree_on_the_shipped_files(path: Path):
    """Every shipped file gives the same nodes with both."""
    text = path.read_text(encoding="utf-8")
    quick = quick_yaml.compose_quickly(text)
    assert quick is not None
    assert outline(quick) == outline(YAML(typ="safe", pure=True).compose(text))


@pytest.mark.parametrize("text", ["a: [1", "a: b: c", "[" * 5000, "%YAML 1.1\n---\na: no\n"])
def test_what_the_c_parser_refuses_is_left_to_the_other(text: str):
    """Errors, deep nesting and other YAML versions are not judged here."""
    assert quick_yaml.compose_quickly(text) is None
