"""Quoted-printable for mail bodies, in pieces that can be joined; does not know what the pieces mean."""

from __future__ import annotations

import re

SOFT_BREAK = b"=\r\n"
"""Joins two encoded pieces without adding anything to the decoded text (RFC 2045 §6.7)."""

_WIDTH = 73  # leaves room for "=2E" instead of a leading dot and for the "=" of a soft break: 76 in all
_UNSAFE = re.compile(rb"[^\x20-\x3c\x3e-\x7e]")
_GUARDED = frozenset(".F")
_PLAIN_LINES = re.compile(r"(?![.F])[A-Za-z0-9 ._~:/?#@!$()*+,;%-]{1,73}")
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


def quote_plain(value: str) -> bytes | None:
    """The same as `quote` where nothing is encoded, neither in mail nor in HTML, as in our links; else None.

    One pass of a pattern checks the value and cuts it into lines: what does not match is missing in the end.
    """
    if "=" in value or "  " in value or value[-1:] == " ":
        return None
    lines = _PLAIN_LINES.findall(value)
    folded = "=\r\n".join(lines)
    if not lines or len(folded) != len(value) + 3 * (len(lines) - 1):
        return None
    return folded.encode("ascii")


def quote_printable(line: str) -> bytes:
    """The same as `quote` for what is known to be printable ASCII, and so one line."""
    return _fold(line.replace("=", "=3D") if "=" in line else line).encode("ascii")


def _quote_line(line: str) -> str:
    if line.isascii() and line.isprintable():
        return _fold(line.replace("=", "=3D"))
    return _fold(_UNSAFE.sub(lambda found: b"=%02X" % found[0][0], line.encode("utf-8", "replace")).decode("ascii"))


def _fold(safe: str) -> str:
    if "  " in safe:
        safe = safe.replace("  ", " =20")
    if safe[-1:] == " ":
        safe = safe[:-1] + "=20"
    return _guard(safe) if len(safe) <= _WIDTH else "=\r\n".join(_cut(safe))


def _cut(safe: str) -> list[str]:
    if "=" not in safe:
        return [_guard(safe[start : start + _WIDTH]) for start in range(0, len(safe), _WIDTH)]
    pieces = []
    start = 0
    while start < len(safe):
        end = start + _WIDTH
        if end < len(safe):
            end -= 1 if safe[end - 1] == "=" else 2 if safe[end - 2] == "=" else 0
        pieces.append(_guard(safe[start:end]))
        start = end
    return pieces


def _guard(line: str) -> str:
    if line[:1] not in _GUARDED:
        return line
    if line[0] == ".":
        return "=2E" + line[1:]
    return "=46" + line[1:] if line.startswith("From ") else line
