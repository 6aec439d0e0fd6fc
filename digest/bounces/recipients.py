"""Whom a report in free form speaks of, and which of its words belong to whom; no reasons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message

from flufl.bounce import all_failures

from digest.bounces.fields import find_address, trim_address
from digest.bounces.message import ReportMessage

_ADDRESS = r"[^\s<>;,\"'()\[\]:]{1,128}@[^\s<>;,\"'()\[\]:]{1,255}"
_AT_START = re.compile(
    rf"(?mi)^[ \t><*-]{{0,8}}(?:rcpt to:[ ]?)?(?:\d{{3}}[ -](?:\d\.\d\.\d )?)?[\"']?(?:<?mailto:)?<?({_ADDRESS})[>\"']?"
)
_ANY = re.compile(rf"<({_ADDRESS})>|(?:^|[\s:(])({_ADDRESS})(?=[\s.,;:)]|$)")
_MAX_PASSAGES = 100


@dataclass(frozen=True, slots=True)
class Passage:
    """What stands under one address, up to the next one."""

    recipient: str
    text: str


def passages(text: str) -> Sequence[Passage]:
    """Cut a report at the lines that begin with an address; one address told twice gives one passage."""
    starts = list(_AT_START.finditer(text))[:_MAX_PASSAGES]
    found: dict[str, str] = {}
    for index, start in enumerate(starts):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(text)
        address = trim_address(start[1])
        found[address] = f"{found.get(address, '')}\n{text[start.start() : end]}".strip()[:4000]
    return [Passage(address, words) for address, words in found.items()]


def spoken_of(message: ReportMessage) -> str:
    """Return the recipient of a report whose lines do not begin with one; empty where nobody is named."""
    for name in ("X-Failed-Recipients", "X-Actual-Recipient"):
        if address := find_address(message.header(name)):
            return address
    mine = {find_address(message.header(name)).lower() for name in ("To", "From")}
    for found in _ANY.finditer(message.own_text[:8000]):
        address = trim_address(found[1] or found[2])
        if address.lower() not in mine:
            return address
    return _by_detectors(message)


def _by_detectors(message: ReportMessage) -> str:
    """Ask flufl.bounce, which knows some systems whose reports name the recipient in odd places."""
    small = Message()
    for name, value in message.message.items():
        small.add_header(name, str(value)[:500])
    small.set_payload(message.own_text[:8000])
    small.set_type("text/plain")
    try:
        temporary, permanent = all_failures(small)
    except Exception:  # its detectors raise whatever a malformed message makes them
        return ""
    return min((address.decode("ascii", "replace") for address in permanent | temporary), default="")
