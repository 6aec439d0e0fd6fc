"""Events of mail services: believed with the right signature only, and read for what the server said."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from digest.bounces import Kind, Reason
from digest.bounces.webhooks import (
    WebhookError,
    parse_mailgun,
    parse_notification,
    parse_postmark,
    parse_sendgrid,
    parse_ses,
    signing_certificate_url,
)

NOW = datetime(2030, 1, 2, 12, tzinfo=UTC)
TOKEN = "0123456789abcdef" * 2
READER = "reader@example.org"
TOPIC = "arn:aws:sns:us-east-1:123456789012:bounces"


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    """Make the key that stands for Amazon's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def certificate(rsa_key: rsa.RSAPrivateKey) -> bytes:
    """Make the certificate that stands for Amazon's."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example.com")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(rsa_key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    )
    return builder.sign(rsa_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _sns(key: rsa.RSAPrivateKey, event: dict[str, Any], **changes: str) -> bytes:
    fields = {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": json.dumps(event),
        "Timestamp": "2030-01-02T12:00:00.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService.pem",
    }
    signed = "".join(f"{n}\n{fields[n]}\n" for n in ("Message", "MessageId", "Timestamp", "TopicArn", "Type"))
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    fields["Signature"] = base64.b64encode(signature).decode()
    return json.dumps(fields | changes).encode()


def _ses_bounce(kind: str, diagnostic: str, subtype: str = "General") -> dict[str, Any]:
    recipient = {"emailAddress": READER, "diagnosticCode": diagnostic, "status": "5.0.0"}
    bounce = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [recipient]}
    return {"mail": {"source": f"bounce+{TOKEN}@news.example.com"}, "bounce": bounce}


def test_ses_bounce_and_complaint(rsa_key: rsa.RSAPrivateKey, certificate: bytes) -> None:
    """A signed notification gives kind, recipient and the token of its return path."""
    body = _sns(rsa_key, _ses_bounce("Permanent", "smtp; 550 5.1.1 user unknown"))
    notification = parse_notification(body, certificate=certificate, topics=[TOPIC])
    (found,) = parse_ses(notification)
    assert (found.report.kind, found.report.recipients, found.report.tokens) == (Kind.HARD, (READER,), (TOKEN,))
    complaint = {"mail": {}, "complaint": {"complainedRecipients": [{"emailAddress": READER}]}}
    told = parse_ses(parse_notification(_sns(rsa_key, complaint), certificate=certificate, topics=[TOPIC]))
    assert [one.report.kind for one in told] == [Kind.COMPLAINT]


@pytest.mark.parametrize(
    ("kind", "diagnostic", "reason"),
    [
        ("Permanent", "smtp; 552 5.2.2 mailbox full", Reason.MAILBOX_FULL),
        ("Permanent", "smtp; 550 5.7.1 rejected as spam", Reason.SPAM),
        ("Permanent", "", Reason.UNKNOWN_USER),
        ("Transient", "smtp; 550 5.1.1 user unknown", Reason.FILTERED),
    ],
)
def test_what_the_server_said_decides(
    rsa_key: rsa.RSAPrivateKey, certificate: bytes, kind: str, diagnostic: str, reason: Reason
) -> None:
    """A service calls a full mailbox permanent; the words of the server are believed, and never made harder."""
    body = _sns(rsa_key, _ses_bounce(kind, diagnostic))
    (found,) = parse_ses(parse_notification(body, certificate=certificate, topics=[TOPIC]))
    assert found.report.decisive is not None
    assert found.report.decisive.reason is reason


def test_ses_forgeries_are_refused(rsa_key: rsa.RSAPrivateKey, certificate: bytes) -> None:
    """A changed message, another topic, a certificate from elsewhere: each is refused."""
    event = _ses_bounce("Permanent", "")
    for body, topics in (
        (_sns(rsa_key, event, Message='{"complaint": {}}'), [TOPIC]),
        (_sns(rsa_key, event), ["arn:aws:sns:us-east-1:1:other"]),
        (_sns(rsa_key, event, SignatureVersion="3"), [TOPIC]),
        (_sns(rsa_key, event, Signature="!"), [TOPIC]),
        (b"no json", [TOPIC]),
        (b"[]", [TOPIC]),
    ):
        with pytest.raises(WebhookError):
            parse_notification(body, certificate=certificate, topics=topics)
    for url in ("http://sns.us-east-1.amazonaws.com/x.pem", "https://sns.us-east-1.amazonaws.com.example.com/x.pem",
                "https://evil.example.com/x.pem", "https://sns.us-east-1.amazonaws.com:8443/x.pem"):  # fmt: skip
        with pytest.raises(WebhookError):
            signing_certificate_url(_sns(rsa_key, event, SigningCertURL=url))
    assert signing_certificate_url(_sns(rsa_key, event)).startswith("https://sns.us-east-1.amazonaws.com/")


def _sendgrid(events: object, key: ec.EllipticCurvePrivateKey, at: datetime = NOW) -> tuple[bytes, dict[str, str]]:
    body, timestamp = json.dumps(events).encode(), str(int(at.timestamp()))
    signature = key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return body, {
        "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
        "x-twilio-email-event-webhook-timestamp": timestamp,
    }


def test_sendgrid() -> None:
    """Bounces, blocks and spam reports are told apart; the rest is left out; forged and old ones are refused."""
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    public = base64.b64encode(der).decode()
    gone = {"email": READER, "event": "bounce", "type": "bounce", "reason": "550 5.1.1 no such user", "status": "5.1.1"}
    events = [
        gone | {"smtp-id": f"<{TOKEN}@news.example.com>", "sg_event_id": "e1"},
        {
            "email": READER,
            "event": "bounce",
            "type": "blocked",
            "reason": "550 5.1.1 no such user",
            "sg_event_id": "e2",
        },
        {"email": READER, "event": "spamreport", "sg_event_id": "e3"},
        {"email": READER, "event": "delivered", "sg_event_id": "e4"},
        "nonsense",
    ]
    body, headers = _sendgrid(events, key)
    found = parse_sendgrid(body, headers, public_key=public, now=NOW)
    assert [one.report.kind for one in found] == [Kind.HARD, Kind.SOFT, Kind.COMPLAINT]
    assert found[0].report.tokens == (TOKEN,)
    assert len({one.fingerprint for one in found}) == 3
    other = ec.generate_private_key(ec.SECP256R1())
    for bad_body, bad_headers in ((body + b" ", headers), _sendgrid(events, other), (body, {}),
                                  _sendgrid(events, key, NOW - timedelta(hours=1)), _sendgrid({}, key)):  # fmt: skip
        with pytest.raises(WebhookError):
            parse_sendgrid(bad_body, bad_headers, public_key=public, now=NOW)
    with pytest.raises(WebhookError):
        parse_sendgrid(body, headers, public_key="", now=NOW)


def _mailgun(event: dict[str, Any], key: str = "secret", at: datetime = NOW) -> bytes:
    timestamp = str(int(at.timestamp()))
    mac = hmac.new(key.encode(), f"{timestamp}t0k".encode(), hashlib.sha256).hexdigest()
    return json.dumps(
        {"signature": {"timestamp": timestamp, "token": "t0k", "signature": mac}, "event-data": event}
    ).encode()


def test_mailgun() -> None:
    """Permanent and temporary failures and complaints; the signature's token is what makes a copy known."""
    failed = {"event": "failed", "severity": "permanent", "reason": "bounce", "recipient": READER}
    status = {"code": 550, "message": "5.1.1 no such user", "enhanced-code": "5.1.1"}
    headers = {"headers": {"message-id": f"{TOKEN}@news.example.com"}}
    event = failed | {"delivery-status": status, "message": headers}
    (found,) = parse_mailgun(_mailgun(event), signing_key="secret", now=NOW)
    assert (found.report.kind, found.report.tokens, found.fingerprint) == (Kind.HARD, (TOKEN,), "mailgun:t0k")
    (later,) = parse_mailgun(_mailgun(event | {"severity": "temporary"}), signing_key="secret", now=NOW)
    assert later.report.kind is Kind.SOFT
    (angry,) = parse_mailgun(_mailgun({"event": "complained", "recipient": READER}), signing_key="secret", now=NOW)
    assert angry.report.kind is Kind.COMPLAINT
    assert parse_mailgun(_mailgun({"event": "opened"}), signing_key="secret", now=NOW) == ()
    for body in (_mailgun(event, key="other"), _mailgun(event, at=NOW - timedelta(hours=1)), b"{}"):
        with pytest.raises(WebhookError):
            parse_mailgun(body, signing_key="secret", now=NOW)
    with pytest.raises(WebhookError):
        parse_mailgun(_mailgun(event, key=""), signing_key="", now=NOW)


def test_postmark() -> None:
    """Kinds of bounces by their type and words; no password, no belief."""
    headers = {"authorization": "Basic " + base64.b64encode(b"postmark:s3cret").decode()}

    def kinds(**event: str) -> list[Kind]:
        body = json.dumps({"RecordType": "Bounce", "Email": READER, "ID": 7, **event}).encode()
        return [one.report.kind for one in parse_postmark(body, headers, password="s3cret")]

    assert kinds(Type="HardBounce", Details="550 5.1.1 unknown user") == [Kind.HARD]
    assert kinds(Type="HardBounce", Details="552 mailbox full") == [Kind.SOFT]
    assert kinds(Type="Blocked", Details="550 user unknown") == [Kind.SOFT]
    assert kinds(Type="Transient") == []
    assert kinds(Type="AutoResponder") == []
    assert kinds(RecordType="SpamComplaint") == [Kind.COMPLAINT]
    for bad in ({}, {"authorization": "Basic ???"}, {"authorization": headers["authorization"][:-4]}):
        with pytest.raises(WebhookError):
            parse_postmark(b"{}", bad, password="s3cret")
    with pytest.raises(WebhookError):
        parse_postmark(b"{}", {"authorization": "Basic Og=="}, password="")


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@given(_JSON, st.sampled_from(["message", "delivery-status", "envelope", "recipient", "severity", "event"]))
def test_odd_events_raise_nothing_else(value: object, name: str) -> None:
    """A signed event of any shape gives reports or a WebhookError."""
    event: dict[str, Any] = {"event": "failed", "recipient": READER, name: value}
    assert len(parse_mailgun(_mailgun(event), signing_key="secret", now=NOW)) <= 1
