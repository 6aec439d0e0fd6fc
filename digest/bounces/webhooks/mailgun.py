"""Mailgun's webhooks: HMAC-SHA256 over timestamp and token (Mailgun documentation, "Securing webhooks")."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from digest.bounces.report import Finding, Reason
from digest.bounces.webhooks.event import (
    ServiceReport,
    WebhookError,
    check_age,
    load_json,
    make_finding,
    make_report,
    mapping,
    text,
)

_SERVICE = "Mailgun"


def parse_mailgun(body: bytes, *, signing_key: str, now: datetime) -> Sequence[ServiceReport]:
    """Return the bounce or complaint of a request, if it tells of one.

    Raises WebhookError for a wrong signature or an old request.
    """
    request = mapping(load_json(_SERVICE, body))
    signature = mapping(request.get("signature"))
    timestamp, token = text(signature.get("timestamp")), text(signature.get("token"))
    wanted = hmac.new(signing_key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    if not signing_key or not hmac.compare_digest(wanted.encode(), text(signature.get("signature")).encode()):
        raise WebhookError(_SERVICE, "the signature does not hold")
    check_age(_SERVICE, timestamp, now)
    event = mapping(request.get("event-data"))
    finding = _finding(event)
    if finding is None:
        return ()
    headers = mapping(mapping(event.get("message")).get("headers"))
    hints = [text(headers.get("message-id")), text(mapping(event.get("envelope")).get("sender"))]
    # The signature does not cover the event, only the token: that may be used once, whatever comes with it.
    return [ServiceReport(make_report(finding, hints=hints), f"mailgun:{token}")]


def _finding(event: dict[str, Any]) -> Finding | None:
    recipient, kind = text(event.get("recipient")), event.get("event")
    if kind == "complained":
        return Finding(recipient, Reason.COMPLAINT)
    if kind != "failed":
        return None
    status = mapping(event.get("delivery-status"))
    words = f"{text(status.get('code'))} {text(status.get('message')) or text(status.get('description'))}"
    is_final = event.get("severity") == "permanent"
    is_hard = is_final and event.get("reason") in ("bounce", "suppress-bounce")
    enhanced = text(status.get("enhanced-code"))
    return make_finding(recipient, words=words.strip(), status=enhanced, is_final=is_final, is_hard=is_hard)
