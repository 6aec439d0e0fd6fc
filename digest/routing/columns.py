"""A table by columns in one compressed piece, read without looking at its rows; what the columns mean is the reader's.

A line of JSON names the columns with their types and sizes in bytes; behind it they follow each other. Type `s` is
text, one value a line; `b` to `I` are the integers of Python's `array`, little-endian.
"""

from __future__ import annotations

import gzip
import json
import sys
from array import array
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Column: TypeAlias = "list[str] | array[int]"


def pack(columns: Mapping[str, tuple[str, Sequence[str] | Sequence[int]]]) -> bytes:
    """Return the table; each column is its type and its values.

    Raises ValueError when a text holds the end of a line, or a number does not fit its type.
    """
    head, parts = [], []
    for name, (kind, values) in columns.items():
        part = _pack_texts(list(map(str, values))) if kind == "s" else _pack_numbers(kind, list(map(int, values)))
        head.append([name, kind, len(part)])
        parts.append(part)
    # Without a time in its head, the same table is the same file.
    return gzip.compress(b"\n".join([json.dumps(head).encode(), b"".join(parts)]), 9, mtime=0)


def unpack(packed: bytes) -> dict[str, Column]:
    """Return the columns of a table that `pack` made."""
    data = gzip.decompress(packed)
    at = data.index(b"\n") + 1
    columns: dict[str, Column] = {}
    for name, kind, size in json.loads(data[:at]):
        part = data[at : at + size]
        columns[name] = part.decode().split("\n") if kind == "s" else _unpack_numbers(kind, part)
        at += size
    return columns


def _pack_texts(values: Sequence[str]) -> bytes:
    if any("\n" in value for value in values):
        raise ValueError("a text of a table holds the end of a line")
    return "\n".join(values).encode()


def _pack_numbers(kind: str, values: Sequence[int]) -> bytes:
    try:
        numbers = array(kind, values)
    except OverflowError as error:
        raise ValueError(f"a number does not fit type {kind!r}: {error}") from error
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _unpack_numbers(kind: str, part: bytes) -> array[int]:
    numbers: array[int] = array(kind)
    numbers.frombytes(part)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
