"""Which file gives a newsletter which value: `extends` chains, deep merge, and where a merged value stands.

Mappings are merged key by key, anything else is replaced; a key with nothing behind it takes the inherited
value away. Does not know what the keys mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node

from digest.config.documents import Document, dotted, find_entry, position
from digest.errors import Problem

DEFAULTS = "_defaults"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value or key stands: a file, line and column from 1 (0 where only the file is known)."""

    file: str
    line: int
    column: int

    def problem(self, place: Sequence[str | int], message: str) -> Problem:
        """Return an error at this spot."""
        return Problem(self.file, self.line, self.column, dotted(place), message)


@dataclass(frozen=True, slots=True)
class Layers:
    """The documents a value was merged from, the strongest first."""

    documents: tuple[Document, ...]
    is_complete: bool = True
    """False where an `extends` led nowhere, so that what is missing may only be missing here."""

    @property
    def file(self) -> str:
        """The file whose layers these are."""
        return self.documents[0].file

    def locate(self, place: Sequence[str | int], *, of_key: bool = False) -> Spot:
        """Return where the value (or key) that won the merge stands; where it is missing, the nearest place above."""
        best = (self.documents[0], 0)
        live = list(self.documents)
        for depth in range(1, len(place) + 1):
            live = [document for document in live if _reaches(document.node, place[:depth])]
            if not live:
                break
            best = (live[0], depth)
            node = _node_at(live[0].node, place[:depth])
            live = [d for d in live if d is live[0] or isinstance(node, MappingNode)]
        document, depth = best
        line, column, _ = position(document.node, place[:depth], of_key=of_key and depth == len(place))
        return Spot(document.file, line if document.node is not None else 0, column if document.node is not None else 0)

    def merged(self) -> dict[str, Any]:
        """Return the merged mapping, without `extends`."""
        result: dict[str, Any] = {}
        for document in reversed(self.documents):
            result = merge(_without_displaced(result, document.mapping), document.mapping)
        result.pop("extends", None)
        return result


class Bases:
    """The base files (`_city.yaml`, `_defaults.yaml`) of a folder, and the chains over them."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self.documents = documents
        self.problems: list[Problem] = []
        self._chains: dict[str, tuple[Document, ...]] = {}
        for name in documents:
            self._chain(name, ())

    def layers(self, document: Document) -> Layers:
        """Return the document with all it inherits from; a bad `extends` is told in `problems`."""
        base = self._base_of(document)
        chain = self._chain(base, ()) if base else ()
        is_complete = all("extends" not in d.mapping or self._base_of(d) for d in (document, *chain))
        defaults = self.documents.get(DEFAULTS)
        last = (defaults,) if defaults is not None and defaults not in chain else ()
        documents = (document, *chain, *last)
        return Layers(documents, is_complete and not any(d.is_unreadable for d in documents))

    def _chain(self, name: str, below: tuple[str, ...]) -> tuple[Document, ...]:
        if name in self._chains:
            return self._chains[name]
        document = self.documents[name]
        base = self._base_of(document)
        if base in (*below, name):
            loop = " → ".join(part.removeprefix("_") for part in (*below, name, base))
            self._complain(document, f"extends goes round in a circle: {loop}; take one of them out")
            base = None
        chain = (document, *(self._chain(base, (*below, name)) if base else ()))
        self._chains[name] = chain
        return chain

    def _base_of(self, document: Document) -> str | None:
        wanted = document.mapping.get("extends")
        if wanted is None:
            return None
        known = sorted(name.removeprefix("_") for name in self.documents if name != DEFAULTS)
        if not isinstance(wanted, str):
            self._complain(document, f"extends names one base file, as `extends: {known[0] if known else 'city'}`")
            return None
        if "_" + wanted in self.documents:
            return "_" + wanted
        near = get_close_matches(wanted, known, n=1)
        cure = f"did you mean `{near[0]}`?" if near else _known_bases(known)
        self._complain(document, f"there is no base file `_{wanted}.yaml` beside this file; {cure}")
        return None

    def _complain(self, document: Document, message: str) -> None:
        problem = Layers((document,)).locate(("extends",)).problem(("extends",), message)
        if problem not in self.problems:
            self.problems.append(problem)


def _without_displaced(below: Mapping[str, Any], above: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave an inherited `at` out where the file above writes `cron`, and the other way round."""
    own, inherited = above.get("schedule"), below.get("schedule")
    if not isinstance(own, dict) or not isinstance(inherited, dict):
        return below
    gone = {"at"} if "cron" in own else {"cron"} if "at" in own else set()
    return {**below, "schedule": {key: value for key, value in inherited.items() if key not in gone or key in own}}


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, `above` winning: mappings key by key, None takes a key away, all else is replaced."""
    result = dict(below)
    for key, value in above.items():
        inherited = result.get(key)
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = merge(inherited if isinstance(inherited, dict) else {}, value)
        else:
            result[key] = value
    return result


def _known_bases(known: Sequence[str]) -> str:
    return f"there are: {', '.join(known)}" if known else "make it, or take `extends:` away"


def _reaches(node: Node | None, place: Sequence[str | int]) -> bool:
    return _node_at(node, place) is not None


def _node_at(node: Node | None, place: Sequence[str | int]) -> Node | None:
    for step in place:
        entry = find_entry(node, step)
        if entry is None:
            return None
        node = entry[1]
    return node
