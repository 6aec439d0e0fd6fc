"""SendGrid's signed event webhook: ECDSA over timestamp and body (its "Event Webhook Security Features"); no I/O."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

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

SIGNATURE_HEADER = "x-twilio-email-event-webhook-signature"
TIMESTAMP_HEADER = "x-twilio-email-event-webhook-timestamp"
_SERVICE = "SendGrid"


def parse_sendgrid(
    body: bytes, headers: Mapping[str, str], *, public_key: str, now: datetime
) -> Sequence[ServiceReport]:
    """Return the bounces and complaints of a request; `headers` by lower-case name, `public_key` in base64 (DER).

    Raises WebhookError for a wrong signature or an old request.
    """
    timestamp = headers.get(TIMESTAMP_HEADER, "")
    _verify(timestamp.encode() + body, headers.get(SIGNATURE_HEADER, ""), public_key)
    check_age(_SERVICE, timestamp, now)
    events = load_json(_SERVICE, body)
    if not isinstance(events, list):
        raise WebhookError(_SERVICE, "the body is no list of events")
    reports = []
    for event in map(mapping, events):
        finding = _finding(event)
        if finding is not None:
            name = text(event.get("sg_event_id")) or f"{text(event.get('sg_message_id'))}:{text(event.get('event'))}"
            reports.append(ServiceReport(make_report(finding, hints=[text(event.get("smtp-id"))]), f"sendgrid:{name}"))
    return reports


def _finding(event: dict[str, Any]) -> Finding | None:
    recipient, kind = text(event.get("email")), event.get("event")
    if kind == "spamreport":
        return Finding(recipient, Reason.COMPLAINT)
    if kind != "bounce":
        return None
    # "blocked" is SendGrid's word for a refusal that may pass.
    is_hard = event.get("type", "bounce") == "bounce"
    return make_finding(
        recipient, words=text(event.get("reason")), status=text(event.get("status")), is_final=True, is_hard=is_hard
    )


def _verify(signed: bytes, signature: str, public_key: str) -> None:
    try:
        key = load_der_public_key(base64.b64decode(public_key, validate=True))
        if not public_key or not isinstance(key, ec.EllipticCurvePublicKey):
            raise WebhookError(_SERVICE, "the configured verification key is none")
        key.verify(base64.b64decode(signature, validate=True), signed, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, binascii.Error) as error:
        raise WebhookError(_SERVICE, "the signature does not hold") from error
