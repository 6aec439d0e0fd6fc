"""Mail that a client writes to leave (RFC 2369 §3.2): the token in its subject; whose it is, is decided elsewhere."""

from __future__ import annotations

import re

from digest.bounces.message import ReportMessage

_SUBJECT = re.compile(r"\s*(?:re:\s*)?unsubscribe\s+<?([0-9a-f]{32})>?\s*", re.IGNORECASE)


def find_leave_token(raw: bytes) -> str | None:
    """Return the delivery token of a message whose own subject says `unsubscribe TOKEN`; None for all other mail.

    What a report returns, or an answer quotes, is not looked at: our own messages name the address to write to.
    """
    if b"unsubscribe" not in raw[:65536].lower():
        return None
    found = _SUBJECT.fullmatch(ReportMessage(raw).header("Subject"))
    return found[1].lower() if found else None
