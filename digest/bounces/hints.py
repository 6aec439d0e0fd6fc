"""Whose message a report may be about: tokens in addresses, ids of the returned message; nothing is believed here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.bounces.message import ReportMessage

_TOKEN = re.compile(r"(?i)(?<![0-9a-z])bounce\+([0-9a-f]{32})@")
_MESSAGE_ID = re.compile(r"(?im)^message-id:\s*(<[^<>\s]{3,250}>)")
_ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To", "Cc")
_MAX = 20


def tokens(message: ReportMessage) -> Iterator[str]:
    """Yield delivery tokens, first from the addresses it went to, then from the returned message's return path."""
    addressed = " ".join(" ".join(message.headers(name))[:4000] for name in _ADDRESSED)
    found = _TOKEN.findall(f"{addressed}\n{message.returned_text}\n{message.feedback_text}\n{message.status_text}")
    yield from list(dict.fromkeys(token.lower() for token in found))[:_MAX]


def message_ids(message: ReportMessage) -> Iterator[str]:
    """Yield the Message-IDs of what was returned, and those it says it answers."""
    found = _MESSAGE_ID.findall(message.returned_text)
    answered = [part for name in ("In-Reply-To", "References") for part in message.header(name).split()]
    yield from list(dict.fromkeys([*found, *answered]))[:_MAX]
