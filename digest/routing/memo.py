"""A bounded table that makes an entry when it is first asked for; what is made is its owner's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakMethod

Value = TypeVar("Value")

MOST = 60_000
LONG = 40
"""What is longer is no word, or many of a script without spaces, and does not come again."""


class Memo(dict[str, Value]):
    """What a method of its owner made of texts, by text; it is emptied when it is full, and keeps no long text.

    It does not keep its owner, so that both go at once when the owner is no longer used.
    """

    def __init__(self, make: Callable[[str], Value], *, most: int = MOST, long: int = LONG) -> None:
        super().__init__()
        self._find_make, self._most, self._long = WeakMethod(make), most, long

    def __missing__(self, text: str) -> Value:
        make = self._find_make()
        if make is None:
            raise KeyError(text)
        value = make(text)
        if len(text) <= self._long:
            if len(self) >= self._most:
                self.clear()
            self[text] = value
        return value
