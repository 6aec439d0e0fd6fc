"""What a message is made from and what it is: values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class EnvelopeFacts:
    """What stands in the headers of an edition's messages, the same for all readers.

    `slot_at` becomes Date, so it stays the same on each try. `list_id` is the dotted identifier of List-Id, as
    `denver.example.com`. `unsubscribe_mailto` is an address that takes unsubscriptions by mail, or empty.
    `feedback_id` has at most four fields joined by colons.
    """

    sender_name: str
    sender_email: str
    bounce_domain: str
    list_id: str
    newsletter: str
    newsletter_name: str
    edition: str
    slot_at: datetime
    reply_to: str = ""
    feedback_id: str = ""
    unsubscribe_mailto: str = ""


@dataclass(frozen=True, slots=True)
class InlinePicture:
    """A picture that travels inside the message; the HTML names it as `cid:` and its `cid`."""

    cid: str
    content_type: str
    data: bytes


class Message(NamedTuple):
    """One reader's message: CRLF lines, none begins with a dot, so it goes on the wire as it is."""

    content: bytes
    envelope_from: str
    envelope_to: str
