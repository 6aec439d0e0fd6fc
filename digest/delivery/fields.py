"""The header block of an edition's messages: which fields, which of them differ by reader."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from email.utils import format_datetime

from digest.delivery.dkim import SIGNED_FIELDS, relax_header
from digest.delivery.errors import MessageError
from digest.delivery.headers import (
    MAX_LINE,
    encode_text,
    field,
    header_address,
    is_clean,
    mailbox,
    mailbox_field,
    without_controls,
)
from digest.delivery.message import EnvelopeFacts
from digest.model.slots import split_at_marks
from digest.model.subscriber import Reader

_BEFORE_TO = ("date", "from")
_BEFORE_UNSUBSCRIBE = ("reply-to", "list-id")
_AFTER_UNSUBSCRIBE = (
    "list-unsubscribe-post",
    "feedback-id",
    "precedence",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
)
_OWN = {"to": 1, "subject": 2, "message-id": 3, "list-unsubscribe": 5}  # where they stand among a block's pieces
_LINK = re.compile(r"https?://[\x21-\x3b\x3d\x3f-\x7e]+\Z")  # no "<" or ">"
_LONGEST_LINK = MAX_LINE - len("List-Unsubscribe: <>,")
_LIST_ID = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\Z")
_FEEDBACK_ID = re.compile(r"[A-Za-z0-9._-]+(?::[A-Za-z0-9._-]+){0,3}\Z")


class HeaderTemplate:
    """The header block of an edition: runs of constant lines as bytes, the reader's own lines made on demand."""

    def __init__(self, constant: dict[str, bytes], subject: str, *, marker: str, envelope: EnvelopeFacts) -> None:
        self._before_to = _run(constant, _BEFORE_TO)
        self._before_unsubscribe = _run(constant, _BEFORE_UNSUBSCRIBE)
        self._after_unsubscribe = _run(constant, _AFTER_UNSUBSCRIBE) + b"\r\n"
        self._relaxed = {name: relax_header(line) for name, line in constant.items()}
        self._constant_subject = constant.get("subject")
        self._subject = list(split_at_marks(subject, marker))
        self._domain = envelope.sender_email.rpartition("@")[2].lower()
        self._mailto = envelope.unsubscribe_mailto
        self.boundary = _boundary(marker, envelope.edition)

    @classmethod
    def compile(cls, subject: str, envelope: EnvelopeFacts, *, marker: str) -> HeaderTemplate:
        """Make the constant lines.

        Raises:
            MessageError: controls in a name or subject, an address or identifier that cannot stand in a header.
        """
        for name in ("sender_name", "newsletter_name"):
            if not is_clean(getattr(envelope, name)):
                raise MessageError(name, "holds line ends or control characters")
        if not is_clean(subject) or not subject.strip():
            raise MessageError("subject", "is empty or holds line ends or control characters")
        constant = _constant_lines(envelope, _boundary(marker, envelope.edition))
        literal_only = [text for text, name in split_at_marks(subject, marker) if name is None]
        if literal_only == [subject]:
            constant["subject"] = field("Subject", encode_text(without_controls(subject)))
        return cls(constant, subject, marker=marker, envelope=envelope)

    @property
    def is_constant_subject(self) -> bool:
        """Whether all readers get the same subject."""
        return self._constant_subject is not None

    def block_for(self, reader: Reader, address: str) -> tuple[bytes, ...]:
        """Return the header block for one reader in pieces, with the empty line after it.

        Raises:
            MessageError: the link is no link, or too long for a header.
        """
        return (
            self._before_to,
            mailbox_field("To", reader.values.get("name", ""), address),
            self._constant_subject or field("Subject", encode_text(self._subject_for(reader))),
            f"Message-ID: <{reader.token}@{self._domain}>\r\n".encode("ascii"),
            self._before_unsubscribe,
            self._list_unsubscribe(reader),
            self._after_unsubscribe,
        )

    def canonical(self, block: Sequence[bytes]) -> dict[str, bytes]:
        """Return the relaxed form of what a signature covers, by lower-case name."""
        own = {name: relax_header(block[at]) for name, at in _OWN.items()}
        relaxed = self._relaxed | own
        return {name: relaxed[name] for name in SIGNED_FIELDS if name in relaxed}

    def _subject_for(self, reader: Reader) -> str:
        parts = [text + (reader.values.get(name, "") if name else "") for text, name in self._subject]
        return without_controls("".join(parts))

    def _list_unsubscribe(self, reader: Reader) -> bytes:
        link = reader.values.get("unsubscribe_url", "")
        if not _LINK.match(link):
            raise MessageError("unsubscribe_url", "is not an http or https address")
        if len(link) > _LONGEST_LINK:
            raise MessageError("unsubscribe_url", f"is longer than the {_LONGEST_LINK} bytes that fit on a line")
        by_mail = f",\r\n <mailto:{self._mailto}?subject=unsubscribe%20{reader.token}>" if self._mailto else ""
        return f"List-Unsubscribe: <{link}>{by_mail}\r\n".encode("ascii")


def _run(lines: Mapping[str, bytes], names: Sequence[str]) -> bytes:
    return b"".join(lines[name] for name in names if name in lines)


def _constant_lines(envelope: EnvelopeFacts, boundary: str) -> dict[str, bytes]:
    if not _LIST_ID.match(envelope.list_id):
        raise MessageError("list_id", "must be a dotted name, as denver.example.com")
    if envelope.feedback_id and not _FEEDBACK_ID.match(envelope.feedback_id):
        raise MessageError("feedback_id", "must be at most four fields of letters and digits, joined by colons")
    lines = {
        "date": field("Date", [format_datetime(envelope.slot_at)]),
        "from": field("From", mailbox(envelope.sender_name, header_address(envelope.sender_email))),
        "list-id": field("List-Id", mailbox(envelope.newsletter_name, envelope.list_id)),
        "list-unsubscribe-post": field("List-Unsubscribe-Post", ["List-Unsubscribe=One-Click"]),
        "precedence": field("Precedence", ["bulk"]),
    }
    if envelope.reply_to:
        lines["reply-to"] = field("Reply-To", [header_address(envelope.reply_to)])
    if envelope.feedback_id:
        lines["feedback-id"] = field("Feedback-ID", [envelope.feedback_id])
    if envelope.unsubscribe_mailto:
        header_address(envelope.unsubscribe_mailto)
    lines["mime-version"] = field("MIME-Version", ["1.0"])
    lines["content-type"] = field("Content-Type", ["multipart/alternative;", f'boundary="{boundary}"'])
    lines["content-transfer-encoding"] = field("Content-Transfer-Encoding", ["7bit"])
    return lines


def _boundary(marker: str, edition: str) -> str:
    # "=_" never occurs in quoted-printable, so no line of a part can look like the boundary (RFC 2045 §6.7).
    return f"=_{hashlib.sha256(f'{marker} {edition}'.encode()).hexdigest()[:24]}"
