"""Amazon SES through SNS: the notification's signature, its confirmation, bounces and complaints; fetches nothing.

What SNS signs, and with which certificate: Amazon SNS developer guide, "Verifying the signatures of messages".
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

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

_SERVICE = "Amazon SNS"
_HOST = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?")
_CERTIFICATE = re.compile(r"/SimpleNotificationService(?:-[0-9a-f]{1,64})?\.pem")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HASHES: dict[str, type[hashes.SHA1 | hashes.SHA256]] = {"1": hashes.SHA1, "2": hashes.SHA256}
_GONE = frozenset({"General", "NoEmail", "Suppressed", "OnAccountSuppressionList"})


@dataclass(frozen=True, slots=True)
class Notification:
    """A verified message of SNS; `subscribe_url` is to be visited once to confirm a subscription."""

    kind: Literal["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"]
    message_id: str
    message: str
    subscribe_url: str = ""


def signing_certificate_url(body: bytes, *, topics: Collection[str]) -> str:
    """Return where the certificate of a notification of one of these topics lies.

    Raises WebhookError unless that is an https address of SNS itself: anybody could sign with a certificate of theirs.
    """
    fields = mapping(load_json(_SERVICE, body))
    _check_topic(fields, topics)
    url = _amazon_url(text(fields.get("SigningCertURL")))
    if not _CERTIFICATE.fullmatch(urlsplit(url).path) or urlsplit(url).query:
        raise WebhookError(_SERVICE, "the certificate does not lie where those of SNS do")
    return url


def parse_notification(body: bytes, *, certificate: bytes, topics: Collection[str]) -> Notification:
    """Verify a message of SNS with the PEM certificate from `signing_certificate_url`, and return it.

    Raises WebhookError for a wrong signature, or a topic (ARN) that is not among `topics`.
    """
    fields = mapping(load_json(_SERVICE, body))
    kind = fields.get("Type")
    if kind not in _SIGNED:
        raise WebhookError(_SERVICE, "no message of SNS")
    _check_topic(fields, topics)
    _verify(fields, certificate)
    url = text(fields.get("SubscribeURL"))
    return Notification(
        kind, text(fields.get("MessageId")), text(fields.get("Message")), _amazon_url(url) if url else ""
    )


def parse_ses(notification: Notification) -> Sequence[ServiceReport]:
    """Return the bounces and complaints of a verified notification; nothing for other events."""
    if notification.kind != "Notification":
        return ()
    event = mapping(load_json(_SERVICE, notification.message))
    mail = mapping(event.get("mail"))
    headers = mapping(mail.get("commonHeaders"))
    hints = [text(mail.get("source")), text(headers.get("messageId")), text(headers.get("returnPath"))]
    findings = [*_bounces(mapping(event.get("bounce"))), *_complaints(mapping(event.get("complaint")))]
    return [
        ServiceReport(make_report(finding, hints=hints), f"ses:{notification.message_id}:{index}")
        for index, finding in enumerate(findings)
    ]


def _bounces(bounce: dict[str, Any]) -> list[Finding]:
    is_permanent = bounce.get("bounceType") == "Permanent"
    is_hard = is_permanent and bounce.get("bounceSubType") in _GONE
    return [
        make_finding(
            text(one.get("emailAddress")),
            words=text(one.get("diagnosticCode")),
            status=text(one.get("status")),
            is_final=True,
            is_hard=is_hard,
        )
        for one in map(mapping, bounce.get("bouncedRecipients") or ())
    ]


def _complaints(complaint: dict[str, Any]) -> list[Finding]:
    if complaint.get("complaintFeedbackType") == "not-spam":
        return []
    named = map(mapping, complaint.get("complainedRecipients") or ())
    return [Finding(text(one.get("emailAddress")), Reason.COMPLAINT) for one in named]


def _check_topic(fields: dict[str, Any], topics: Collection[str]) -> None:
    if text(fields.get("TopicArn")) not in topics:
        raise WebhookError(_SERVICE, "the topic is not one of the configured ones")


def _amazon_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_amazons = parts.scheme == "https" and parts.port in (None, 443) and _HOST.fullmatch(parts.hostname or "")
    except ValueError:
        is_amazons = None
    if not is_amazons or parts.username is not None:
        raise WebhookError(_SERVICE, "an address in the message is not one of SNS")
    return url


def _verify(fields: dict[str, Any], certificate: bytes) -> None:
    signed = "".join(f"{name}\n{fields[name]}\n" for name in _SIGNED[fields["Type"]] if name in fields)
    try:
        key = x509.load_pem_x509_certificate(certificate).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise WebhookError(_SERVICE, "the certificate has no RSA key")
        algorithm = _HASHES[text(fields.get("SignatureVersion"))]()
        signature = base64.b64decode(text(fields.get("Signature")), validate=True)
        key.verify(signature, signed.encode(), padding.PKCS1v15(), algorithm)
    except (InvalidSignature, ValueError, KeyError, binascii.Error) as error:
        raise WebhookError(_SERVICE, "the signature does not hold") from error
