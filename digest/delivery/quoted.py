"""Quoted-printable for mail bodies, in pieces that can be joined; does not know what the pieces mean."""

from __future__ import annotations

import re
from collections.abc import Iterator

SOFT_BREAK = b"=\r\n"
"""Joins two encoded pieces without adding anything to the decoded text (RFC 2045 §6.7)."""

WIDTH = 73
"""Longest piece on a line of 76: leaves room for `=2E` instead of a leading dot and for the `=` of a soft break."""

_GUARDED = ".F"
_NEEDS_ONE_BREAK = re.compile(rf"[^.F].{{{WIDTH - 3}}}[^=]{{2}}[^.F].{{0,{WIDTH - 1}}}").fullmatch
_UNSAFE = re.compile(rb"[^\x20-\x3c\x3e-\x7e]")
_LINE_END = re.compile(r"\r\n|\r|\n")


def quote(text: str) -> bytes:
    """Encode text as quoted-printable lines of at most 76 bytes.

    The result starts at the beginning of a line. Line ends become CRLF. No line begins with a dot or `From `
    and no two blanks stand together, so the bytes need no dot-stuffing (RFC 5321 §4.5.2) and are their own
    relaxed canonical form (RFC 6376 §3.4.4).
    """
    if "\n" not in text and "\r" not in text:
        return _quote_line(text).encode("ascii")
    return "\r\n".join([_quote_line(line) for line in _LINE_END.split(text)]).encode("ascii")


def _quote_line(line: str) -> str:
    if line.isascii() and line.isprintable():
        return _fold(line.replace("=", "=3D"))
    return _fold(_UNSAFE.sub(lambda found: b"=%02X" % found[0][0], line.encode("utf-8", "replace")).decode("ascii"))


def _fold(safe: str) -> str:
    if " " in safe:
        safe = _keep_blanks(safe)
    if len(safe) > WIDTH:
        return cut(safe)
    return _guard(safe) if safe and safe[0] in _GUARDED else safe


def _keep_blanks(safe: str) -> str:
    if "  " in safe:
        safe = safe.replace("  ", " =20")
    return safe[:-1] + "=20" if safe[-1] == " " else safe


def cut(safe: str) -> str:
    """Break what is encoded and longer than a line, not through an escape."""
    if _NEEDS_ONE_BREAK(safe):  # as most links
        return f"{safe[:WIDTH]}=\r\n{safe[WIDTH:]}"
    return "=\r\n".join(_lines(safe))


def _lines(safe: str) -> Iterator[str]:
    start, size = 0, len(safe)
    while start < size:
        end = start + WIDTH
        if end < size:  # not through an escape
            end -= 1 if safe[end - 1] == "=" else 2 if safe[end - 2] == "=" else 0
        line = safe[start:end]
        yield _guard(line) if line[0] in _GUARDED else line
        start = end


def _guard(line: str) -> str:
    if line[0] == ".":
        return "=2E" + line[1:]
    return "=46" + line[1:] if line.startswith("From ") else line
