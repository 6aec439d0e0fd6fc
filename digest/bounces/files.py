"""Messages out of files: single ones, Maildirs, mbox files, standard input; reads only, marks nothing as read."""

from __future__ import annotations

import mailbox
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digest.bounces.message import MAX_BYTES

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class FoundMessage:
    """A message and the name of the file that it was found in."""

    name: str
    raw: bytes


def read_messages(path: Path) -> Iterator[FoundMessage]:
    """Yield the messages at a path: a file, an `.mbox`, a Maildir, a folder of files, or `-` for standard input.

    Only as much of a message is read as is looked at. Raises OSError for what cannot be read.
    """
    if str(path) == STANDARD_INPUT:
        yield FoundMessage(STANDARD_INPUT, sys.stdin.buffer.read(MAX_BYTES))
    elif path.is_dir():
        for inner in sorted(one for folder in _folders(path) for one in folder.iterdir() if one.is_file()):
            yield _read(inner)
    elif path.suffix == ".mbox":
        yield from _read_mbox(path)
    else:
        yield _read(path)


def _folders(path: Path) -> list[Path]:
    maildir = [path / "new", path / "cur"]
    return maildir if all(folder.is_dir() for folder in maildir) else [path]


def _read(path: Path) -> FoundMessage:
    with path.open("rb") as file:
        return FoundMessage(path.name, file.read(MAX_BYTES))


def _read_mbox(path: Path) -> Iterator[FoundMessage]:
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.keys():  # noqa: SIM118 - a mailbox yields messages, not keys
            yield FoundMessage(path.name, box.get_bytes(key)[:MAX_BYTES])
    finally:
        box.close()
