"""Postmark's webhooks: guarded by a password in the address, as Postmark signs nothing; bounces and complaints."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from digest.bounces.report import Finding, Reason
from digest.bounces.webhooks.event import (
    ServiceReport,
    WebhookError,
    load_json,
    make_finding,
    make_report,
    mapping,
    text,
)

_SERVICE = "Postmark"
_REASONS = {
    "HardBounce": Reason.UNKNOWN_USER,
    "BadEmailAddress": Reason.UNKNOWN_USER,
    "DnsError": Reason.NETWORK,
    "SoftBounce": Reason.UNDEFINED,
    "SpamNotification": Reason.SPAM,
    "VirusNotification": Reason.VIRUS,
    "DMARCPolicy": Reason.AUTHENTICATION,
    "Blocked": Reason.BLOCKED,
    "SMTPApiError": Reason.SYSTEM,
    "Undeliverable": Reason.UNDEFINED,
    "Unknown": Reason.UNDEFINED,
}


def parse_postmark(body: bytes, headers: Mapping[str, str], *, password: str) -> Sequence[ServiceReport]:
    """Return the bounce or complaint of a request, if it tells of one; `headers` by lower-case name.

    Raises WebhookError for a wrong password (HTTP basic authentication, RFC 7617).
    """
    if not password or not hmac.compare_digest(_password(headers.get("authorization", "")), password.encode()):
        raise WebhookError(_SERVICE, "the password does not hold")
    event = mapping(load_json(_SERVICE, body))
    finding = _finding(event)
    if finding is None:
        return ()
    metadata = mapping(event.get("Metadata"))
    hints = [text(value) for value in (event.get("From"), event.get("ReturnPath"), *metadata.values())]
    name = text(event.get("ID")) or text(event.get("MessageID"))
    return [ServiceReport(make_report(finding, hints=hints), f"postmark:{event.get('RecordType')}:{name}")]


def _finding(event: dict[str, Any]) -> Finding | None:
    recipient, kind = text(event.get("Email")), text(event.get("Type"))
    if event.get("RecordType") == "SpamComplaint" or kind == "SpamComplaint":
        return Finding(recipient, Reason.COMPLAINT)
    if event.get("RecordType") != "Bounce" or kind not in _REASONS:
        return None  # transient ones are tried again, autoresponders are no bounces
    words = text(event.get("Details")) or text(event.get("Description"))
    if kind in ("HardBounce", "BadEmailAddress", "SoftBounce", "Undeliverable"):
        is_hard = _REASONS[kind] is Reason.UNKNOWN_USER
        return make_finding(recipient, words=words, status="", is_final=True, is_hard=is_hard)
    return Finding(recipient, _REASONS[kind], detail=words[:300])


def _password(authorization: str) -> bytes:
    scheme, _, encoded = authorization.partition(" ")
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        return b""
    return decoded.partition(b":")[2] if scheme.lower() == "basic" else b""
