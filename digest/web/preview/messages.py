"""A message as a mail client shows it: from its bytes to headers, page, text and enclosures; keeps none."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

_CID = re.compile(r"cid:([^\"'\s)>]+)")
MAX_SHOWN = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """What there is to see of a message; `html` has its enclosed pictures in it, both parts may be empty."""

    headers: tuple[tuple[str, str], ...]
    html: str
    text: str
    size: int
    enclosures: tuple[tuple[str, str, int], ...] = ()

    def header(self, name: str) -> str:
        """Return a header's value, "" where there is none."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")


def parse_message(content: bytes) -> ShownMessage:
    """Return what a client would show; never raises for a message that is broken."""
    message = message_from_bytes(content[:MAX_SHOWN], policy=default)
    pictures = dict(_pictures(message))
    page = _body(message, "html")
    return ShownMessage(
        headers=tuple(_headers(message)),
        html=_CID.sub(lambda found: pictures.get(found[1], "data:,"), page),
        text=_body(message, "plain"),
        size=len(content),
        enclosures=tuple(_enclosures(message)),
    )


def _headers(message: EmailMessage) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(message.keys()):
        try:
            yield from ((name, str(value)) for value in message.get_all(name, []))
        except (ValueError, IndexError, AttributeError) as error:
            yield name, f"(cannot be read: {error})"


def _body(message: EmailMessage, kind: str) -> str:
    for part in message.walk():
        if part.get_content_type() == f"text/{kind}" and not part.is_attachment():
            data = part.get_payload(decode=True)
            if isinstance(data, bytes):
                return _decoded(data, part.get_content_charset() or "utf-8")
    return ""


def _decoded(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, "replace").replace("\r\n", "\n")
    except LookupError:
        return data.decode("utf-8", "replace").replace("\r\n", "\n")


def _pictures(message: EmailMessage) -> Iterator[tuple[str, str]]:
    for part in message.walk():
        data, name = part.get_payload(decode=True), str(part.get("Content-ID", "")).strip(" <>")
        if name and part.get_content_maintype() == "image" and isinstance(data, bytes):
            yield name, f"data:{part.get_content_type()};base64,{base64.b64encode(data).decode()}"


def _enclosures(message: EmailMessage) -> Iterator[tuple[str, str, int]]:
    for part in message.walk():
        data = part.get_payload(decode=True)
        if not part.is_multipart() and part.get_content_maintype() != "text" and isinstance(data, bytes):
            yield (
                part.get_filename() or str(part.get("Content-ID", "")).strip(" <>"),
                part.get_content_type(),
                len(data),
            )
