"""YAML 1.2 text as plain data whose every place is known; does not know what the data means."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from digest.config.quick_yaml import compose_quickly
from digest.errors import Problem

MAX_BYTES = 4 * 1024 * 1024
MAX_VALUES = 200_000  # values after aliases were followed: what an alias bomb may grow to
MAX_DEPTH = 60

Place = tuple[str | int, ...]
"""Way from the top of a document to a value: keys and list indices."""

_TAG = "tag:yaml.org,2002:"
_TRUE = {"true", "True", "TRUE"}


class _Parser(threading.local):
    """The Python parser, one a thread: making it takes a third of the time of reading a small file."""

    def __init__(self) -> None:
        self.yaml = self._made()

    def compose(self, text: str) -> Node | None:
        """Return the top node; after an error a new parser takes over, as the old one keeps its state."""
        try:
            node: Node | None = self.yaml.compose(text)
        except BaseException:
            self.yaml = self._made()
            raise
        return node

    def _made(self) -> YAML:
        yaml = YAML(typ="safe", pure=True)
        yaml.max_depth = MAX_DEPTH
        return yaml


_PARSER = _Parser()


@dataclass(slots=True)
class Document:
    """One file: its data, and the nodes that tell where each value stands.

    `data` is None where the file is empty or could not be read; `problems` says why.
    """

    file: str
    data: Any = None
    node: Node | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def mapping(self) -> dict[str, Any]:
        """The data where it is a mapping, else an empty one."""
        return self.data if isinstance(self.data, dict) else {}

    @property
    def is_unreadable(self) -> bool:
        """Whether the file gave no data at all, so that nothing can be said about its ids."""
        return self.data is None and bool(self.problems)


def shown(path: Path) -> str:
    """Return the path as a user would write it: relative where it lies below the working folder."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def read_document(path: Path, label: str) -> Document:
    """Read one file, called `label` in problems; whatever is wrong with it is in `problems`, never raised."""
    document = Document(label)
    try:
        if path.stat().st_size > MAX_BYTES:
            return _broken(document, f"the file is larger than {MAX_BYTES // 1024 // 1024} MB; split it")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _broken(document, f"the file is not UTF-8 (byte {error.start}); save it as UTF-8")
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        return _broken(document, f"the file cannot be read: {reason}")
    parse_document(document, text)
    if document.data is not None and not isinstance(document.data, dict):
        line, column, _ = position(document.node, ())
        message = "the file must consist of keys and values, as `name: Denver`"
        document.problems.append(Problem(label, line, column, "", message))
        document.data = None
    return document


def parse_document(document: Document, text: str) -> None:
    """Fill the document from YAML text."""
    try:
        document.node = _compose(text)
    except (YAMLError, RecursionError) as error:
        document.problems.append(_syntax_problem(document.file, error))
        return
    if document.node is None:
        return
    try:
        document.data = _Constructor(document).build(document.node, (), 0)
    except _TooMuchError as error:
        mark = error.node.start_mark
        message = f"the file is nested deeper than {MAX_DEPTH} levels, or its aliases (`*name`) make it grow too large"
        document.problems.append(Problem(document.file, mark.line + 1, mark.column + 1, "", message))


def parse_value(text: str) -> Any:
    """Return the value of a short YAML or JSON text.

    Raises ValueError with the first thing that is wrong.
    """
    document = Document("value")
    parse_document(document, text)
    if document.problems:
        raise ValueError(document.problems[0].message)
    return document.data


def position(node: Node | None, place: Sequence[str | int], *, of_key: bool = False) -> tuple[int, int, int]:
    """Return line, column (from 1) and how many steps of the place were found.

    With `of_key` the last step's key is meant, else its value. A place that is not there gives
    the nearest one above it.
    """
    line, column, found = 1, 1, 0
    if node is not None:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
    for step in place:
        entry = find_entry(node, step)
        if entry is None:
            break
        key, node = entry
        found += 1
        use_key = key is not None and (_is_empty(node) or (of_key and found == len(place)))
        mark = key.start_mark if use_key and key is not None else node.start_mark
        line, column = mark.line + 1, mark.column + 1
    return line, column, found


def find_entry(node: Node | None, step: str | int) -> tuple[Node | None, Node] | None:
    """Return the key's node (None in a list) and the value's node of one step down."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.value == str(step):
                return key, value
    elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    return None


def dotted(place: Sequence[str | int]) -> str:
    """Return the place as a user reads it: `sections.0.match`."""
    return ".".join(str(step) for step in place)


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value == "" and not node.style


def _compose(text: str) -> Node | None:
    return compose_quickly(text) or _PARSER.compose(text)


def _broken(document: Document, message: str) -> Document:
    document.problems.append(Problem(document.file, 0, 0, "", message))
    return document


def _syntax_problem(file: str, error: Exception) -> Problem:
    if isinstance(error, RecursionError):
        return Problem(file, 1, 1, "", f"the file is nested deeper than {MAX_DEPTH} levels")
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        text = _plain_words(error.problem or "", error.context or "")
        return Problem(file, mark.line + 1, mark.column + 1, "", text)
    if isinstance(error, ReaderError):
        return Problem(file, 0, 0, "", f"the file holds a character that YAML forbids (at offset {error.position})")
    return Problem(file, 0, 0, "", f"not valid YAML: {str(error).splitlines()[0]}")


def _plain_words(problem: str, context: str) -> str:
    cures = (
        ("\\t", "a tab; indent with spaces"),
        ("max_depth", f"nested deeper than {MAX_DEPTH} levels"),
        ("depth exceeds", f"nested deeper than {MAX_DEPTH} levels"),
        (
            "mapping values are not allowed",
            "a second `: ` in one line; put the text in quotes, or check the indentation",
        ),
        ("could not find expected ':'", "a key without `:` (write `key: value`), or a line indented wrongly"),
        ("found unexpected end of stream", "a quote or bracket that is never closed"),
        ("expected ',' or ']'", "a list `[…]` that is not closed, or a comma is missing"),
        ("expected ',' or '}'", "a mapping `{…}` that is not closed, or a comma is missing"),
        ("expected <block end>", "indentation that fits no line above, or a list item without `- `"),
        ("undefined alias", "an alias (`*name`) whose anchor (`&name`) is not in this file"),
        ("another document", "a second document (`---`); a file holds one"),
    )
    for sign, cure in cures:
        if sign in problem:
            return f"not valid YAML: {cure}"
    return f"not valid YAML: {problem or context}"


class _TooMuchError(Exception):
    def __init__(self, node: Node) -> None:
        self.node = node


class _Constructor:
    """Turns nodes into plain data; finds duplicate keys, loops, and alias bombs."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.values = 0

    def build(self, node: Node, place: Place, depth: int) -> Any:
        self.values += 1
        if self.values > MAX_VALUES or depth > MAX_DEPTH:
            raise _TooMuchError(node)
        if isinstance(node, MappingNode):
            return {key: self.build(value, (*place, key), depth + 1) for key, value in self.entries(node, place)}
        if isinstance(node, SequenceNode):
            return [self.build(item, (*place, index), depth + 1) for index, item in enumerate(node.value)]
        return self.scalar(node, place)

    def entries(self, node: MappingNode, place: Place) -> Iterator[tuple[str, Node]]:
        """Yield keys as text with their values; a key written twice is told at its second place."""
        first_lines: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.complain(key, place, "a key must be a word, not a list or mapping")
            elif key.tag == _TAG + "merge":
                self.complain(key, place, "`<<` is not supported; put shared keys into a base file and write extends:")
            elif key.value in first_lines:
                first = first_lines[key.value]
                self.complain(key, (*place, key.value), f"the key `{key.value}` is already written in line {first}")
            else:
                first_lines[key.value] = key.start_mark.line + 1
                yield key.value, value

    def scalar(self, node: Node, place: Place) -> Any:
        kind, text = str(node.tag).removeprefix(_TAG), node.value
        try:
            match kind:
                case "str" | "timestamp" | "value":
                    return text
                case "null":
                    return None
                case "bool":
                    return text in _TRUE
                case "int":
                    return _integer(text)
                case "float":
                    return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            return text
        self.complain(node, place, f"the tag {node.tag} is not known here; write the plain value")
        return text

    def complain(self, node: Node, place: Place, message: str) -> None:
        mark = node.start_mark
        problem = Problem(self.document.file, mark.line + 1, mark.column + 1, dotted(place), message)
        self.document.problems.append(problem)


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    for prefix, base in (("0x", 16), ("0o", 8), ("0b", 2)):
        if digits.startswith(prefix):
            return sign * int(digits[2:], base)
    return sign * int(digits)
