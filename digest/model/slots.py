"""Slot marks: the places in a rendered edition where something of the reader's will stand.

A mark is `marker + hex(name) + "z"`, letters and digits only, so that it survives MJML, CSS inlining,
URLs and transfer encodings. The marker is unique to the edition and depends on its content, so that no story can
forge it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping


def make_marker(content: str) -> str:
    """Return the marker of an edition from everything that goes into it."""
    return f"zq{hashlib.sha256(content.encode()).hexdigest()[:20]}x"


def slot_mark(marker: str, name: str) -> str:
    """Return the mark of the slot `name`, as `unsubscribe_url` or `attributes.plan`."""
    return f"{marker}{name.encode().hex()}z"


def split_at_marks(markup: str, marker: str) -> Iterator[tuple[str, str | None]]:
    """Cut markup at its marks: yields (literal text, slot name that follows it), None after the last."""
    position = 0
    for found in re.finditer(re.escape(marker) + r"((?:[0-9a-f]{2})+)z", markup):
        yield markup[position : found.start()], bytes.fromhex(found[1]).decode()
        position = found.end()
    yield markup[position:], None


def fill_marks(
    markup: str, marker: str, values: Mapping[str, str], *, encode: Callable[[str], str] = lambda value: value
) -> str:
    """Put values where the marks stand, for pages and files; messages are cut in `delivery` instead.

    `encode` makes a value fit for the markup, as `html.escape`. A slot without a value stays empty.
    """
    pieces = (
        literal + (encode(values.get(name, "")) if name else "") for literal, name in split_at_marks(markup, marker)
    )
    return "".join(pieces)
