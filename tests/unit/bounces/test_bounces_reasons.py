"""Reasons out of words and codes: what is never hard, which words count, how text is folded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.bounces.reasons import Said, decide, match_reason, reason_of_status, reply_code
from digest.bounces.report import HARD, Reason

WORDS = st.sampled_from(
    [
        "user unknown",
        "550",
        "5.1.1",
        "mailbox full",
        "<reader@example.org>",
        "host not found",
        "421",
        "4.2.2",
        "rejected",
    ]
)
TEXTS = st.lists(WORDS, max_size=6).map(" ".join)


@given(TEXTS, TEXTS)
def test_a_delay_is_never_hard(text: str, context: str) -> None:
    """While a system still tries, nothing it says gives an address up."""
    assert decide(Said([text], context=context, is_delay=True)).reason not in HARD


@given(TEXTS)
def test_a_full_mailbox_is_never_hard(text: str) -> None:
    """Whatever stands beside it, a mailbox that is full exists."""
    assert decide(Said([f"{text}. The mailbox is over quota"], "5.1.1", "RCPT")).reason not in HARD


@given(TEXTS)
def test_unknown_after_the_message_is_never_hard(text: str) -> None:
    """An unknown user that is only told after DATA, without a code for it, needs a second witness."""
    said = Said(["550 user unknown"], context="failed after I sent the message")
    assert decide(said).reason is Reason.FILTERED
    assert decide(Said([], text)).words == ""


@pytest.mark.parametrize(
    ("status", "reason"),
    [("5.1.1", Reason.UNKNOWN_USER), ("5.2.2", Reason.MAILBOX_FULL), ("5.7.26", Reason.AUTHENTICATION),
     ("5.7.25", Reason.BLOCKED), ("5.4.4", Reason.NETWORK), ("5.0.0", None), ("", None), ("9.9.9", None)],
)  # fmt: skip
def test_codes_alone(status: str, reason: Reason | None) -> None:
    """A code speaks where no words do; vague and unknown ones say nothing."""
    assert reason_of_status(status) is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Recipient address rejected: Access denied", Reason.POLICY),
        ("<a@b.example>: Relay access denied", Reason.RELAY),
        ("Client host [192.0.2.1] blocked using a list", Reason.BLOCKED),
        ("boîte aux lettres pleine", Reason.MAILBOX_FULL),
        ("Postfach ist voll", Reason.MAILBOX_FULL),
        ("the message was forwarded more than the maximum allowed times, a mail loop", Reason.NETWORK),
        ("all is well", None),
    ],
)
def test_phrases(text: str, reason: Reason | None) -> None:
    """Words of several systems and languages mean the reason they mean."""
    assert match_reason(text) is reason


def test_permanent_replies_come_first() -> None:
    """Of several reply codes in a text the permanent one counts."""
    assert reply_code("421 later <<< 550 user unknown") == "550"
    assert reply_code("421 later") == "421"
    assert reply_code("room 550") == "550"
    assert reply_code("nothing here") == ""
