"""Header fields as bytes: folding, encoded words, addresses; no header is chosen here.

The standard library's policies fold a long List-Unsubscribe into encoded words, which hides the one-click button
(python/cpython#85725), so every line is made here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from functools import lru_cache

import idna

from digest.delivery.errors import MessageError

MAX_LINE = 998
"""Longest line of a message without its CRLF (RFC 5322 §2.1.1)."""

_FOLD_AT = 76
_LONGEST_NAME = 60  # a longer one is written as encoded words, which can be folded
_WORD_BYTES = 39  # base64 of 39 bytes and the frame of the word are 64 characters: with "List-Id: " still below 76
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*\Z")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,56}\Z")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))*\Z", re.IGNORECASE)


def is_clean(text: str) -> bool:
    """Whether text may stand in a header: no line end, NUL, C0 or C1 control, no direction override."""
    return (text.isascii() and text.isprintable()) or _FORBIDDEN.search(text) is None


def without_controls(text: str) -> str:
    """Return text with everything that a header refuses made blank, and blanks collapsed."""
    return " ".join(_FORBIDDEN.sub(" ", text).split())


def is_token(text: str) -> bool:
    """Whether text may stand as an opaque token in a Message-ID and a return path."""
    # Ours are hexadecimal: asking for letters and digits first is a third of the pattern's price.
    return (len(text) <= 56 and text.isascii() and text.encode().isalnum()) or _TOKEN.match(text) is not None


def header_address(email: str) -> str:
    """Return an address fit for header and envelope: ASCII, its domain in punycode.

    Raises:
        MessageError: no such form exists (controls, blanks, quoted or non-ASCII local part, no domain).
    """
    local, _, domain = email.rpartition("@")
    is_simple = local.isascii() and local.encode().isalnum()
    if len(local) > 64 or not (is_simple or _LOCAL_PART.match(local)):
        raise MessageError("address", "its part before the @ cannot be mailed without SMTPUTF8 or quoting")
    return f"{local}@{_ascii_domain(domain)}"


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise MessageError("address", "its domain is not a host name") from error
    if not _DOMAIN.match(ascii_domain):
        raise MessageError("address", "its domain is not a host name")
    return ascii_domain


def encode_text(text: str) -> list[str]:
    """Return unstructured text as words to be folded between: plain ASCII, or encoded words (RFC 2047)."""
    if text.isascii() and "=?" not in text and all(len(word) < _FOLD_AT for word in text.split(" ")):
        return text.split(" ")
    return _encoded_words(text)


def encode_phrase(name: str) -> list[str]:
    """Return a display name as words: atoms, a quoted string, or encoded words (RFC 5322 §3.2.5)."""
    if not name.isascii() or "=?" in name or len(name) > _LONGEST_NAME:
        return _encoded_words(name)
    if _PHRASE.match(name):
        return name.split(" ")
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def _encoded_words(text: str) -> list[str]:
    words = []
    chunk = b""
    for character in text:
        raw = character.encode("utf-8", "replace")
        if len(chunk) + len(raw) > _WORD_BYTES:
            words.append(chunk)
            chunk = b""
        chunk += raw
    words.append(chunk)
    return [f"=?utf-8?B?{base64.b64encode(word).decode('ascii')}?=" for word in words]


def field(name: str, words: Sequence[str]) -> bytes:
    """Return a header line, folded between words where it would be longer than 76.

    Raises:
        MessageError: a word that does not fit on a line of 998, or is not ASCII.
    """
    whole = f"{name}: {' '.join(words)}\r\n"
    if len(whole) <= _FOLD_AT + 2 or (len(words) == 1 and len(whole) <= MAX_LINE + 2):
        return whole.encode("ascii")
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _FOLD_AT and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
        if len(lines[-1]) > MAX_LINE:
            raise MessageError(name, f"is longer than {MAX_LINE} bytes and cannot be folded")
    return "\r\n".join(lines).encode("ascii") + b"\r\n"


def mailbox_field(field_name: str, name: str, address: str) -> bytes:
    """Return the header line of one mailbox; a name with line ends or controls is left out."""
    if _PHRASE.match(name) and "=?" not in name and len(name) <= _LONGEST_NAME:
        line = f"{field_name}: {name.strip()} <{address}>\r\n"
        if name and name[0] != " " and len(line) <= _FOLD_AT + 2:
            return line.encode("ascii")
    return field(field_name, mailbox(name.strip() if is_clean(name) else "", address))


def mailbox(name: str, address: str) -> list[str]:
    """Return `Name <address>` as words, or the bare address."""
    return [*encode_phrase(name), f"<{address}>"] if name else [address]
