"""Messages into kinds and reasons: standard reports, reports in free form, ordinary mail, any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.bounces import Kind, Reason, classify
from digest.testing.mails import complaint_report, ordinary_mails, plain_report, returning, status_report

READER = "reader@example.org"


@pytest.mark.parametrize(
    ("status", "diagnostic", "reason"),
    [
        ("5.1.1", "smtp; 550 5.1.1 <reader@example.org>: user unknown", Reason.UNKNOWN_USER),
        ("5.0.0", "smtp; 550 <reader@example.org>... No such user", Reason.UNKNOWN_USER),
        ("5.1.2", "", Reason.UNKNOWN_HOST),
        ("5.4.4", "dns; Host or domain name not found. Name service error for name=example.org", Reason.UNKNOWN_HOST),
        ("5.1.6", "smtp; 550 mailbox moved", Reason.MOVED),
        ("5.1.10", "smtp; 556 5.1.10 recipient domain has a null MX", Reason.NO_MAIL),
        ("5.2.1", "", Reason.UNKNOWN_USER),
    ],
)
def test_an_address_that_does_not_exist_is_hard(status: str, diagnostic: str, reason: Reason) -> None:
    """Codes and words that say that nobody is there give the address up."""
    report = classify(status_report(READER, status=status, diagnostic=diagnostic))
    assert (report.kind, report.decisive and report.decisive.reason) == (Kind.HARD, reason)
    assert report.recipients == (READER,)


@pytest.mark.parametrize(
    ("status", "diagnostic", "reason"),
    [
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", Reason.MAILBOX_FULL),
        ("5.1.1", "smtp; 552 5.1.1 sorry, over quota", Reason.MAILBOX_FULL),
        ("5.7.1", "smtp; 550 5.7.1 message rejected as spam", Reason.SPAM),
        ("5.7.26", "smtp; 550 5.7.26 does not pass DMARC", Reason.AUTHENTICATION),
        ("5.0.0", "smtp; 554 your IP is on a blocklist", Reason.BLOCKED),
        ("5.3.4", "smtp; 552 message too big", Reason.TOO_BIG),
        ("4.4.7", "smtp; 450 4.4.7 message expired", Reason.EXPIRED),
        ("5.4.6", "smtp; 554 5.4.6 too many hops", Reason.NETWORK),
        ("5.6.0", "", Reason.CONTENT),
        ("5.5.0", "smtp; 503 bad sequence of commands", Reason.SYNTAX),
        ("5.7.13", "smtp; 525 account disabled", Reason.SUSPENDED),
        ("4.1.1", "smtp; 450 4.1.1 user unknown, try again", Reason.EXPIRED),
        ("5.0.0", "smtp; 550 user unknown", Reason.FILTERED),
        ("5.1.1", "smtp; 550 5.1.1 refused due to recipient preferences", Reason.FILTERED),
        ("5.1.8", "smtp; 501 5.1.8 sender address rejected", Reason.POLICY),
    ],
)
def test_everything_else_is_soft(status: str, diagnostic: str, reason: Reason) -> None:
    """Whatever may pass, or is about us, leaves the address alone; words count more than codes."""
    report = classify(status_report(READER, status=status, diagnostic=diagnostic))
    assert (report.kind, report.decisive and report.decisive.reason) == (Kind.SOFT, reason)


def test_a_delay_is_never_hard() -> None:
    """A system that still tries has not given the address up, whatever it says of it."""
    report = classify(status_report(READER, action="delayed", diagnostic="smtp; 550 5.1.1 user unknown"))
    assert report.kind is Kind.SOFT
    assert report.findings[0].is_delay


def test_a_receipt_of_delivery_is_no_bounce() -> None:
    """A report that says `delivered` tells that the address lives."""
    assert classify(status_report(READER, action="delivered", status="2.0.0", diagnostic="")).kind is Kind.AUTO_REPLY


def test_complaints() -> None:
    """The spam button is a complaint; a DMARC failure and a `not spam` are nobody's wish to leave."""
    report = classify(complaint_report(READER))
    assert (report.kind, report.recipients) == (Kind.COMPLAINT, (READER,))
    assert classify(complaint_report(READER, kind="auth-failure")).kind is Kind.NONE
    assert classify(complaint_report(READER, kind="not-spam")).kind is Kind.NONE


def test_complaint_of_outlook() -> None:
    """A complaint that is no standard report names its reader in a header of the returned message."""
    raw = (
        b"From: staff@example.net\r\nSubject: complaint about message from 192.0.2.1\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\nContent-Type: message/rfc822\r\n\r\n"
        b"X-HmXmrOriginalRecipient: reader@example.org\r\nSubject: News\r\n\r\nHello\r\n--cut--\r\n"
    )
    report = classify(raw)
    assert (report.kind, report.recipients) == (Kind.COMPLAINT, (READER,))


@pytest.mark.parametrize(
    "headers",
    [
        "Subject: Automatic reply: News",
        "Subject: Abwesenheitsnotiz",
        "Subject: 自動応答: News",
        "Subject: Thanks\r\nAuto-Submitted: auto-replied (vacation)",
        "Subject: Thanks\r\nX-Autoreply: yes",
        "Subject: Thanks\r\nPrecedence: auto_reply",
    ],
)
def test_vacation_notes(headers: str) -> None:
    """Autoresponders are known by their headers or subjects, in several languages."""
    raw = f"Return-Path: <>\r\nFrom: {READER}\r\n{headers}\r\n\r\nI am back on Monday.\r\n".encode()
    assert classify(raw).kind is Kind.AUTO_REPLY


FREE_FORMS = [
    (
        "I was not able to deliver your message.\n\n<reader@example.org>:\n192.0.2.9 does not like recipient.\n"
        "Remote host said: 550 Unknown account\nGiving up.\n\n--- Below this line is a copy of the message.\n\n"
        "Received: from x\nSubject: mailbox full of spam",
        Kind.HARD,
        Reason.UNKNOWN_USER,
    ),
    (
        "   ----- Transcript of session follows -----\n>>> RCPT To:<reader@example.org>\n"
        "<<< 550 <reader@example.org>, User unknown\n550 <reader@example.org>... User unknown\n",
        Kind.HARD,
        Reason.UNKNOWN_USER,
    ),
    (
        "Could not be delivered:\n\n<reader@example.org>:\n192.0.2.9 failed after I sent the message.\n"
        "Remote host said: 550 no such user\n",
        Kind.SOFT,
        Reason.FILTERED,
    ),
    ("Delivery failed to reader@example.org:\nthe mailbox is over its quota\n", Kind.SOFT, Reason.MAILBOX_FULL),
    ("Could not be delivered for 4 days to reader@example.org: connection timed out\n", Kind.SOFT, Reason.EXPIRED),
    ("Not delivered to reader@example.org: Domain example.org not found\n", Kind.HARD, Reason.UNKNOWN_HOST),
    ("送信できませんでした。\nreader@example.org\nディレクトリに見つかりません\n", Kind.HARD, Reason.UNKNOWN_USER),
    (
        "Échec de la remise pour ces destinataires :\nreader@example.org\n"
        "Remote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'\n",
        Kind.HARD,
        Reason.UNKNOWN_USER,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "reason"), FREE_FORMS)
def test_reports_in_free_form(text: str, kind: Kind, reason: Reason) -> None:
    """Old and foreign systems write prose; what was returned below it is not read as theirs."""
    report = classify(plain_report(text))
    assert (report.kind, report.decisive and report.decisive.reason) == (kind, reason), report
    assert report.recipients == (READER,)


def test_a_report_marked_as_an_automatic_answer_is_a_report() -> None:
    """Some systems put Auto-Submitted: auto-replied on their bounces."""
    raw = plain_report("<reader@example.org>: 550 5.1.1 user unknown\n")
    assert classify(b"Auto-Submitted: auto-replied\r\n" + raw).kind is Kind.HARD


def test_each_recipient_has_a_finding_of_its_own() -> None:
    """A report about two readers tells of each; the worse one gives the report its kind."""
    text = (
        "Unable to deliver:\n<full@example.org>:\nRemote host said: 552 5.2.2 mailbox full\n"
        "<gone@example.org>:\nRemote host said: 550 5.1.1 user unknown\n"
    )
    report = classify(plain_report(text))
    assert {f.recipient: f.kind for f in report.findings} == {
        "full@example.org": Kind.SOFT,
        "gone@example.org": Kind.HARD,
    }
    assert report.kind is Kind.HARD


def test_a_mailbox_that_is_full_exists() -> None:
    """Where one sentence says unknown and another full, the milder one holds."""
    text = "Could not be delivered. The mailbox is full.\n<reader@example.org>: 550 5.1.1 user unknown (RCPT TO)\n"
    assert classify(plain_report(text)).kind is Kind.SOFT


def test_fields_in_broken_mime_are_found() -> None:
    """Status fields count also where the part around them is not recognisable."""
    text = (
        "Undeliverable mail\n\ncontent-type: message/delivery-status\n\nFinal-Recipient: rfc822; reader@example.org\n"
        "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1\n  user unknown\n"
    )
    report = classify(plain_report(text))
    assert (report.kind, report.recipients) == (Kind.HARD, (READER,))


def test_html_only_report() -> None:
    """A report that has only a page is read as well."""
    raw = plain_report(
        "<style>p{}</style><p>Your message could not be delivered</p><p>reader@example.org</p><p>Mailbox full</p>"
    )
    assert classify(raw.replace(b"text/plain", b"text/html")).kind is Kind.SOFT


def test_hints_for_attribution() -> None:
    """Tokens stand in the address it went to, our Message-ID in what was returned."""
    token = "ab" * 16
    raw = returning(
        status_report(READER, to=f"bounce+{token.upper()}@news.example.com"), f"Message-ID: <{token}@x.example>"
    )
    report = classify(raw)
    assert report.tokens == (token,)
    assert report.message_ids == (f"<{token}@x.example>",)


def test_ordinary_mail_is_never_a_bounce() -> None:
    """Of 1,000 ordinary mails, many of them about bounces, none is taken for one."""
    wrong = [raw for raw in ordinary_mails(1000, seed=7) if classify(raw).kind not in (Kind.NONE, Kind.AUTO_REPLY)]
    assert wrong == []


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=3000), st.text(max_size=3000).map(lambda text: plain_report(text))))
def test_any_bytes_give_a_report(raw: bytes) -> None:
    """Whatever comes is classified; nothing is raised."""
    assert classify(raw).kind in Kind


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_damaged_reports_give_a_report(data: st.DataObject) -> None:
    """A report with a hole, or with bytes changed, raises nothing."""
    raw = bytearray(data.draw(st.sampled_from([status_report(READER), complaint_report(READER)])))
    start = data.draw(st.integers(0, len(raw)))
    raw[start : start + data.draw(st.integers(0, 200))] = data.draw(st.binary(max_size=50))
    assert classify(bytes(raw)).kind in Kind


@pytest.mark.parametrize(
    "body",
    [
        b"<" * 10_000_000,
        b"-- message " * 900_000,
        b"Content-Type: message/rfc822\r\n\r\n" * 300_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(20_000)),
        b"Content-Type: text/html\r\n\r\n" + b"<style><a " * 900_000,
        b"user mailbox quota exceeds " * 400_000,
    ],
    ids=["brackets", "rules", "nested messages", "nested parts", "open tags", "half phrases"],
)
def test_hostile_messages_of_ten_megabytes(body: bytes) -> None:
    """Nesting, length and half-matches do not bring it down: the test ends."""
    head = b"Return-Path: <>\r\nFrom: MAILER-DAEMON@example.net\r\nSubject: Undeliverable\r\n"
    assert classify(head + body).kind in Kind


_LIST = "Precedence: bulk\r\nList-Id: Talk <talk.example.net>\r\nList-Unsubscribe: <https://lists.example.net/>\r\n"


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        (
            "MAILER-DAEMON@mx.example.net",
            "Processing Error",
            "<reader@example.org>:\nUnknown user.\n",
        ),
        (
            "Postmaster <postmaster@mx.example.net>",
            "Undeliverable mail",
            "Delivery failed 20 attempts: a@example.org\n",
        ),
    ],
)
def test_a_report_that_a_list_passed_on_is_one(sender: str, subject: str, text: str) -> None:
    """A list puts its headers on what comes to its return path; the daemon that wrote it still shows."""
    raw = f"From: {sender}\r\nTo: talk-owner@example.net\r\nSubject: {subject}\r\n{_LIST}\r\n{text}".encode()
    assert classify(raw).kind in (Kind.HARD, Kind.SOFT)


def test_list_mail_about_reports_is_none() -> None:
    """People on a list who write of undelivered mail, a postmaster among them, send no report."""
    for sender, subject in (
        ("Ana Example <ana@example.net>", "Undeliverable mail"),
        ("Postmaster <postmaster@example.net>", "Re: Undeliverable mail"),
        ("Postmaster <postmaster@example.net>", "Our new mail server"),
    ):
        text = "Delivery failed for a@example.org again. Who looks after that address?\n"
        raw = f"From: {sender}\r\nTo: talk@example.net\r\nSubject: {subject}\r\n{_LIST}\r\n{text}".encode()
        assert classify(raw).kind in (Kind.NONE, Kind.AUTO_REPLY), (sender, subject)


def test_an_address_ends_before_the_dots() -> None:
    """Old systems write the reason behind dots, without a blank."""
    report = classify(plain_report("550 <reader@example.org>...User unknown\n\n   reader@example.org...User unknown\n"))
    assert report.recipients == ("reader@example.org",)
