"""From the bytes of a message to what a classifier reads: own words, status fields, what was returned; no judgement."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from functools import cached_property

from digest.bounces.returned import cut_returned
from digest.bounces.text import decode_text, text_of_html

MAX_BYTES = 256 * 1024
"""As much of a message is read; reports say what they have to say at the beginning."""

_MAX_NESTED = 20
_MAX_TEXT = 64 * 1024
_RETURNED = {
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
}
_STATUS = {"message/delivery-status", "message/global-delivery-status"}
_FEEDBACK = {"message/feedback-report"}


@dataclass(slots=True)
class _Pieces:
    own: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    feedback: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)


class ReportMessage:
    """A message taken apart; made from any bytes, in bounded time, without raising."""

    def __init__(self, raw: bytes) -> None:
        raw = raw[:MAX_BYTES].lstrip(b"\r\n \t")
        if raw.startswith(b"From "):
            raw = raw.partition(b"\n")[2]
        # The parser recurses and its time grows with nesting: a message with absurdly many parts is read as text.
        for word, other in ((rb"boundary", b"bound"), (rb"message/", b"text/")):
            if len(re.findall(rb"(?i)" + word, raw)) > _MAX_NESTED:
                raw = re.sub(rb"(?i)" + word, other, raw)
        raw = re.sub(rb"(?:\r?\n){4,}", b"\n\n\n", raw)
        self._pieces = _Pieces()
        try:
            self.message: Message = message_from_bytes(raw)
            _collect(self.message, self._pieces, depth=0)
        except Exception:  # strangers' headers make the parser raise what it likes; nothing may stop the next report
            self.message = Message()
            self._pieces = _Pieces(own=[decode_text(raw[:_MAX_TEXT], "")])

    def header(self, name: str) -> str:
        """Return a header decoded, on one line; empty where it is missing."""
        return next(iter(self.headers(name)), "")

    def headers(self, name: str) -> list[str]:
        """Return all headers of a name."""
        wanted = name.lower()
        return [_decoded(str(value)) for key, value in self.message.raw_items() if key.lower() == wanted]

    @property
    def types(self) -> set[str]:
        """The media types of all parts."""
        return self._pieces.types

    @property
    def status_text(self) -> str:
        """The delivery-status parts as text."""
        return "\n\n".join(self._pieces.status)[:_MAX_TEXT]

    @property
    def feedback_text(self) -> str:
        """The feedback-report parts as text."""
        return "\n\n".join(self._pieces.feedback)[:_MAX_TEXT]

    @property
    def own_text(self) -> str:
        """What the reporting system says in its own words, without the message it returns."""
        return self._cut[0]

    @property
    def returned_text(self) -> str:
        """What was returned: the original message or its headers, wherever they stood."""
        return "\n\n".join([*self._pieces.returned, self._cut[1]])[:_MAX_TEXT]

    @property
    def is_status_report(self) -> bool:
        """Whether it calls itself one (RFC 6522); read receipts and the reports on TLS and DMARC do not."""
        kind = str(self.message.get_param("report-type", "delivery-status") or "").lower()
        return self.message.get_content_type() == "multipart/report" and kind == "delivery-status"

    @property
    def returns_something(self) -> bool:
        """Whether it holds a message, or the headers of one."""
        return bool(self._pieces.returned) or bool(self._cut[1].strip())

    @cached_property
    def _cut(self) -> tuple[str, str]:
        plain = "\n\n".join(self._pieces.own)
        if len(plain.strip()) < 20:
            plain = "\n\n".join([plain, *(text_of_html(html) for html in self._pieces.html)])
        return cut_returned(plain[: 2 * _MAX_TEXT])


def _collect(part: Message, pieces: _Pieces, *, depth: int) -> None:
    kind = part.get_content_type()
    pieces.types.add(kind)
    if kind in _RETURNED:
        pieces.returned.append(_fields_text(part))
    elif kind in _STATUS | _FEEDBACK:
        (pieces.status if kind in _STATUS else pieces.feedback).append(_fields_text(part))
    elif part.is_multipart() and depth < 10:
        for inner in part.get_payload():
            if isinstance(inner, Message):
                _collect(inner, pieces, depth=depth + 1)
    elif kind == "text/html":
        pieces.html.append(_text(part))
    elif kind.startswith(("text/", "multipart/")):
        pieces.own.append(_text(part))


def _fields_text(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        blocks = [inner for inner in payload if isinstance(inner, Message)]
        return "\n\n".join(
            "\n".join(f"{name}: {value}" for name, value in block.items()) + "\n" + _body(block) for block in blocks
        )
    return _text(part)


def _body(block: Message) -> str:
    payload = block.get_payload()
    return payload if isinstance(payload, str) else ""


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    return decode_text(payload[: 2 * _MAX_TEXT], str(part.get_param("charset", "") or ""))


def _decoded(value: str) -> str:
    # Bytes beyond ASCII come from the parser as surrogates; many systems write UTF-8 in headers (RFC 6532).
    text = decode_text(value[:2000].encode("utf-8", "surrogateescape"), "")
    try:
        pieces = decode_header(text)
    except Exception:  # any header of a stranger's; the parser raises half a dozen types
        return " ".join(text.split())
    joined = "".join(
        decode_text(piece, charset or "") if isinstance(piece, bytes) else piece for piece, charset in pieces
    )
    return " ".join(joined.split())
