"""A check of a newsletter message on its bytes, as they go over the wire: what is wrong with it, point by point.

The points are those of RFC 5321 and 5322 (lines), RFC 2369, 2919 and 8058 (lists), RFC 2045 to 2047 (encodings),
and what the large mailbox providers ask of bulk senders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

ONCE = ("date", "from", "to", "subject", "message-id", "mime-version")
MOST_HTML = 100_000
"""Gmail clips a message whose HTML is larger than about 102 KB."""
_HREF = re.compile(r"""<(?:a|area)\b[^>]*?\bhref\s*=\s*["']([^"']*)["']""", re.IGNORECASE)
_LINK = re.compile(r"<(https://[^<>\s]+)>(?:,\s*<mailto:[^<>\s]+>)?\Z")


def check_message(message: bytes, *, recipient: str = "") -> list[str]:
    """Return what is wrong with a message, one line each; an empty list when all is right.

    `recipient` must stand in To and is the only reader's address allowed in the message.
    """
    head, _, _ = message.partition(b"\r\n\r\n")
    parsed = message_from_bytes(message, policy=default)
    problems = [*_lines(message, head), *_fields(head, recipient), *_list_fields(head, parsed)]
    if not problems:
        problems += _parts(parsed)
    return problems


def _lines(message: bytes, head: bytes) -> Iterator[str]:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", message):
        yield "a line does not end with CRLF"
    if b"\0" in message:
        yield "there is a NUL"
    if max(map(len, message.split(b"\r\n"))) > 998:
        yield "a line is longer than 998 bytes"
    if not head.isascii():
        yield "the header block is not pure ASCII"


def _fields(head: bytes, recipient: str) -> Iterator[str]:
    names = [name.lower() for name in re.findall(r"^([!-9;-~]+):", head.decode("latin-1"), re.MULTILINE)]
    for name in ONCE:
        if names.count(name) != 1:
            yield f"{name} stands there {names.count(name)} times"
    if recipient and recipient.encode() not in _raw(head, "to"):
        yield f"To is not {recipient}"


def _list_fields(head: bytes, parsed: EmailMessage) -> Iterator[str]:
    unsubscribe = re.sub(rb"\r\n[ \t]+", b" ", _raw(head, "list-unsubscribe")).strip().decode("latin-1")
    if "=?" in unsubscribe or not _LINK.match(unsubscribe):
        yield f"List-Unsubscribe is not one https address (and a mailto): {unsubscribe}"
    if _raw(head, "list-unsubscribe-post").strip() != b"List-Unsubscribe=One-Click":
        yield "List-Unsubscribe-Post is not List-Unsubscribe=One-Click"
    if not _raw(head, "list-id").strip():
        yield "List-Id is missing"
    feedback = _raw(head, "feedback-id").strip()
    if not feedback or feedback.count(b":") > 3:
        yield "Feedback-ID is missing or has more than four fields"
    if str(parsed["precedence"]).strip() != "bulk":
        yield "Precedence is not bulk"


def _parts(parsed: EmailMessage) -> Iterator[str]:
    defects = [defect for part in parsed.walk() for defect in part.defects]
    yield from (f"the parser finds a defect: {defect!r}" for defect in defects)
    if parsed.get_content_type() != "multipart/alternative":
        yield "the message is not multipart/alternative"
        return
    text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    if text is None or html is None:
        yield "a text or an HTML part is missing"
        return
    if next(parsed.iter_parts()).get_content_type() != "text/plain":
        yield "the text part does not come first"
    link = re.sub(r"\s", "", str(parsed["list-unsubscribe"])).partition(">")[0].lstrip("<")
    if link not in text.get_content():
        yield "the text part has no unsubscribe link"
    yield from _html(html.get_content(), link)


def _html(html: str, link: str) -> Iterator[str]:
    if len(html.encode()) > MOST_HTML or link not in html:
        yield f"the HTML has {len(html.encode())} bytes or no unsubscribe link"
    if not html.lstrip().lower().startswith("<!doctype html"):
        yield "the HTML has no doctype"
    if not re.search(r"<html\b[^>]*\blang=", html):
        yield "the HTML has no lang"
    for wanted in ("@media", "<!--[if mso"):
        if wanted not in html:
            yield f"the HTML has lost its {wanted}"
    for href in _HREF.findall(html):
        if not re.match(r"(https?://|mailto:|tel:)", href):
            yield f"a link is not absolute: {href[:80]!r}"
    for leftover in ("{{", "}}", ">None<"):
        if leftover in html:
            yield f"the HTML holds {leftover!r}"


def _raw(head: bytes, name: str) -> bytes:
    """Return the value of the first field of that name as it stands on the wire."""
    found = re.search(
        rb"^" + re.escape(name.encode()) + rb":((?:.*?)(?:\r\n[ \t].*?)*)\r?$", head, re.IGNORECASE | re.MULTILINE
    )
    return found[1] if found else b""
