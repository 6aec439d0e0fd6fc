"""Requests as mail services sign them, with keys made for the test; for tests of webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

SIGNED_AT = datetime(2030, 1, 2, 12, tzinfo=UTC)
"""When these requests are signed, unless a test says otherwise."""

TOPIC = "arn:aws:sns:us-east-1:123456789012:bounces"
CERTIFICATE_URL = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService.pem"
_SIGNED = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class AmazonKey:
    """The key that stands for Amazon's, and its certificate in PEM."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example.com")])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self._key.public_key())
        builder = builder.serial_number(1).not_valid_before(SIGNED_AT - timedelta(days=1))
        certificate = builder.not_valid_after(SIGNED_AT + timedelta(days=1)).sign(self._key, hashes.SHA256())
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM)

    def sign(self, event: dict[str, Any], *, fields: dict[str, str] | None = None, **changes: str) -> bytes:
        """Return a message of SNS about `event`; `fields` are signed, `changes` made after the signing."""
        message = {
            "Type": "Notification",
            "MessageId": "m-1",
            "TopicArn": TOPIC,
            "Message": json.dumps(event),
            "Timestamp": "2030-01-02T12:00:00.000Z",
            "SignatureVersion": "2",
            "SigningCertURL": CERTIFICATE_URL,
        } | (fields or {})
        signed = "".join(f"{name}\n{message[name]}\n" for name in _SIGNED if name in message)
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        message["Signature"] = base64.b64encode(signature).decode()
        return json.dumps(message | changes).encode()


class SendGridKey:
    """The key that stands for SendGrid's; `public` is what the settings hold."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.public = base64.b64encode(der).decode()

    def sign(self, events: object, at: datetime = SIGNED_AT) -> tuple[bytes, dict[str, str]]:
        """Return body and headers of a request with these events."""
        body, timestamp = json.dumps(events).encode(), str(int(at.timestamp()))
        signature = self._key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return body, {
            "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
            "x-twilio-email-event-webhook-timestamp": timestamp,
        }


def sign_mailgun(event: dict[str, Any], key: str = "secret", at: datetime = SIGNED_AT) -> bytes:
    """Return the body of a request of Mailgun's with this event."""
    timestamp = str(int(at.timestamp()))
    mac = hmac.new(key.encode(), f"{timestamp}t0k".encode(), hashlib.sha256).hexdigest()
    signature = {"timestamp": timestamp, "token": "t0k", "signature": mac}
    return json.dumps({"signature": signature, "event-data": event}).encode()
