"""What a template sees as `reader`: slot marks instead of a person; values are joined in by `delivery`."""

from __future__ import annotations

from digest.errors import RenderError
from digest.model.slots import slot_mark, split_at_marks

SLOTS = ("email", "name", "unsubscribe_url", "preferences_url", "view_url", "weekly_url", "since")
"""Slots besides `attributes.X` (see the architecture document)."""
LONGEST_URL = 160
"""Bytes that a personal link is counted with in the size of a message."""
LONGEST_WORD = 64
"""Bytes that any other slot is counted with."""


class ReaderMarks:
    """Gives the mark of each slot; asking for an unknown one is an error in the template."""

    def __init__(self, marker: str) -> None:
        self._marker = marker
        self.attributes = _AttributeMarks(marker)

    def __getattr__(self, name: str) -> str:
        if name not in SLOTS:
            raise AttributeError(name)
        return slot_mark(self._marker, name)


class _AttributeMarks:
    def __init__(self, marker: str) -> None:
        self._marker = marker

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return slot_mark(self._marker, f"attributes.{name}")

    __getitem__ = __getattr__


def measure(html: str, marker: str) -> int:
    """Return the bytes of the markup (UTF-8) when every slot has its longest value."""
    size = 0
    for literal, slot in split_at_marks(html, marker):
        size += len(literal.encode())
        if slot is not None:
            size += LONGEST_URL if slot.endswith("_url") else LONGEST_WORD
    return size


def check_marks(markup: str, marker: str) -> None:
    """Raise RenderError where a mark was broken on its way through the template."""
    whole = sum(1 for _, slot in split_at_marks(markup, marker) if slot is not None)
    if markup.lower().count(marker) != whole:
        raise RenderError("a template changes a reader's slot (with a filter such as upper or truncate)")
