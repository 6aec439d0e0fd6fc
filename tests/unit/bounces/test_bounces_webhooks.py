"""Events of mail services: believed with the right signature only, and read for what the server said."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
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
from digest.testing.webhooks import SIGNED_AT as NOW
from digest.testing.webhooks import TOPIC, AmazonKey, SendGridKey, sign_mailgun

TOKEN = "0123456789abcdef" * 2
READER = "reader@example.org"


@pytest.fixture(scope="module")
def amazon() -> AmazonKey:
    """Make the key that stands for Amazon's."""
    return AmazonKey()


def _ses_bounce(kind: str, diagnostic: str, subtype: str = "General") -> dict[str, Any]:
    recipient = {"emailAddress": READER, "diagnosticCode": diagnostic, "status": "5.0.0"}
    bounce = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [recipient]}
    return {"mail": {"source": f"bounce+{TOKEN}@news.example.com"}, "bounce": bounce}


def test_ses_bounce_and_complaint(amazon: AmazonKey) -> None:
    """A signed notification gives kind, recipient and the token of its return path."""
    body = amazon.sign(_ses_bounce("Permanent", "smtp; 550 5.1.1 user unknown"))
    notification = parse_notification(body, certificate=amazon.certificate, topics=[TOPIC])
    (found,) = parse_ses(notification)
    assert (found.report.kind, found.report.recipients, found.report.tokens) == (Kind.HARD, (READER,), (TOKEN,))
    complaint = {"mail": {}, "complaint": {"complainedRecipients": [{"emailAddress": READER}]}}
    told = parse_ses(parse_notification(amazon.sign(complaint), certificate=amazon.certificate, topics=[TOPIC]))
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
def test_what_the_server_said_decides(amazon: AmazonKey, kind: str, diagnostic: str, reason: Reason) -> None:
    """A service calls a full mailbox permanent; the words of the server are believed, and never made harder."""
    body = amazon.sign(_ses_bounce(kind, diagnostic))
    (found,) = parse_ses(parse_notification(body, certificate=amazon.certificate, topics=[TOPIC]))
    assert found.report.decisive is not None
    assert found.report.decisive.reason is reason


def test_ses_forgeries_are_refused(amazon: AmazonKey) -> None:
    """A changed message, another topic, a certificate from elsewhere: each is refused."""
    event = _ses_bounce("Permanent", "")
    for body, topics in (
        (amazon.sign(event, Message='{"complaint": {}}'), [TOPIC]),
        (amazon.sign(event), ["arn:aws:sns:us-east-1:1:other"]),
        (amazon.sign(event, SignatureVersion="3"), [TOPIC]),
        (amazon.sign(event, Signature="!"), [TOPIC]),
        (b"no json", [TOPIC]),
        (b"[]", [TOPIC]),
    ):
        with pytest.raises(WebhookError):
            parse_notification(body, certificate=amazon.certificate, topics=topics)
    for url in ("http://sns.us-east-1.amazonaws.com/x.pem", "https://sns.us-east-1.amazonaws.com.example.com/x.pem",
                "https://evil.example.com/x.pem", "https://sns.us-east-1.amazonaws.com:8443/x.pem",
                "https://sns.us-east-1.amazonaws.com/x.pem", "https://sns.us-east-1.amazonaws.com:x/", "https://[",
                "https://sns.us-east-1.amazonaws.com/SimpleNotificationService.pem?a=1",
                "https://me@sns.us-east-1.amazonaws.com/SimpleNotificationService.pem"):  # fmt: skip
        with pytest.raises(WebhookError):
            signing_certificate_url(amazon.sign(event, SigningCertURL=url), topics=[TOPIC])
    url = signing_certificate_url(amazon.sign(event), topics=[TOPIC])
    assert url == "https://sns.us-east-1.amazonaws.com/SimpleNotificationService.pem"
    with pytest.raises(WebhookError):
        signing_certificate_url(amazon.sign(event), topics=["arn:aws:sns:us-east-1:1:other"])


def test_sendgrid() -> None:
    """Bounces, blocks and spam reports are told apart; the rest is left out; forged and old ones are refused."""
    key, other = SendGridKey(), SendGridKey()
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
    body, headers = key.sign(events)
    found = parse_sendgrid(body, headers, public_key=key.public, now=NOW)
    assert [one.report.kind for one in found] == [Kind.HARD, Kind.SOFT, Kind.COMPLAINT]
    assert found[0].report.tokens == (TOKEN,)
    assert len({one.fingerprint for one in found}) == 3
    for bad_body, bad_headers in ((body + b" ", headers), other.sign(events), (body, {}),
                                  key.sign(events, NOW - timedelta(hours=1)), key.sign({})):  # fmt: skip
        with pytest.raises(WebhookError):
            parse_sendgrid(bad_body, bad_headers, public_key=key.public, now=NOW)
    with pytest.raises(WebhookError):
        parse_sendgrid(body, headers, public_key="", now=NOW)


def test_mailgun() -> None:
    """Permanent and temporary failures and complaints; the signature's token is what makes a copy known."""
    failed = {"event": "failed", "severity": "permanent", "reason": "bounce", "recipient": READER}
    status = {"code": 550, "message": "5.1.1 no such user", "enhanced-code": "5.1.1"}
    headers = {"headers": {"message-id": f"{TOKEN}@news.example.com"}}
    event = failed | {"delivery-status": status, "message": headers}
    (found,) = parse_mailgun(sign_mailgun(event), signing_key="secret", now=NOW)
    assert (found.report.kind, found.report.tokens, found.fingerprint) == (Kind.HARD, (TOKEN,), "mailgun:t0k")
    (later,) = parse_mailgun(sign_mailgun(event | {"severity": "temporary"}), signing_key="secret", now=NOW)
    assert later.report.kind is Kind.SOFT
    (angry,) = parse_mailgun(sign_mailgun({"event": "complained", "recipient": READER}), signing_key="secret", now=NOW)
    assert angry.report.kind is Kind.COMPLAINT
    assert parse_mailgun(sign_mailgun({"event": "opened"}), signing_key="secret", now=NOW) == ()
    for body in (sign_mailgun(event, key="other"), sign_mailgun(event, at=NOW - timedelta(hours=1)), b"{}"):
        with pytest.raises(WebhookError):
            parse_mailgun(body, signing_key="secret", now=NOW)
    with pytest.raises(WebhookError):
        parse_mailgun(sign_mailgun(event, key=""), signing_key="", now=NOW)


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
    assert len(parse_mailgun(sign_mailgun(event), signing_key="secret", now=NOW)) <= 1
