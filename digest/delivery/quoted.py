"""Quoted-printable for mail bodies, in pieces that can be joined; does not know what the pieces mean."""

from __future__ import annotations

import re

SOFT_BREAK = b"=\r\n"
"""Joins two encoded pieces without adding anything to the decoded text (RFC 2045 §6.7)."""

_WIDTH = 73  # leaves room for "=2E" instead of a leading dot and for the "=" of a soft break: 76 in all
_UNSAFE = re.compile(rb"[^\x20-\x3c\x3e-\x7e]")
_LINE_END = re.compile(r"\r\n|\r|\n")


def quote(text: str) -> bytes:
    """Encode text as quoted-printable lines of at most 76 bytes.

    The result starts at the beginning of a line. Line ends become CRLF. No line begins with a dot or `From `
    and no two blanks stand together, so the bytes need no dot-stuffing (RFC 5321 §4.5.2) and are their own
    relaxed canonical form (RFC 6376 §3.4.4).
    """
    if "\n" not in text and "\r" not in text:
        return _quote_line(text)
    return b"\r\n".join(_quote_line(line) for line in _LINE_END.split(text))


def _quote_line(line: str) -> bytes:
    if line.isascii() and line.isprintable():
        safe = line.encode("ascii").replace(b"=", b"=3D")
    else:
        safe = _UNSAFE.sub(lambda found: b"=%02X" % found[0][0], line.encode("utf-8", "replace"))
    safe = safe.replace(b"  ", b" =20")
    if safe[-1:] == b" ":
        safe = safe[:-1] + b"=20"
    return _guard(safe) if len(safe) <= _WIDTH else SOFT_BREAK.join(_cut(safe))


def _cut(safe: bytes) -> list[bytes]:
    pieces = []
    start = 0
    while start < len(safe):
        end = start + _WIDTH
        if end < len(safe):
            end -= 1 if safe[end - 1] == 0x3D else 2 if safe[end - 2] == 0x3D else 0
        pieces.append(_guard(safe[start:end]))
        start = end
    return pieces


def _guard(line: bytes) -> bytes:
    if line[:1] not in (b".", b"F"):
        return line
    if line.startswith(b"."):
        return b"=2E" + line[1:]
    return b"=46" + line[1:] if line.startswith(b"From ") else line
