"""Pure: the reason behind what a mail system said; reads text and codes, knows no message.

The plain class of a status code is a poor witness (many systems send 5.1.1 for a full mailbox and 5.0.0 for
everything), so words come first and codes second. "No such user" costs a reader the newsletter at once, so it is
believed only with a second witness: an enhanced code that says so (RFC 3463 §3.2), a refusal at RCPT, or a system
that speaks of its own mailboxes. Without one it counts as `filtered`, which five editions in a row confirm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digest.bounces.phrases import REASONS
from digest.bounces.report import HARD, Reason

STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?:^|[\s:;'\"(#<\[])([245]\d\d)(?=[\s-](?:#?[245]\.\d|[^\d\s])|[\s]*$|[ ]<)")
_RCPT = re.compile(
    r"(?i)(?<![a-z])rcpt(?![a-z])(?! to: )|does not like recipient|recipient (?:was|is) (?:refused|rejected)"
    r"|recipients? (?:command|stage)"
)
_DATA = re.compile(
    r"(?i)after i sent the message|>>> data\b|end of (?:data|\.)|\bdata\b (?:command|stage)|final data|final dot"
    r"|text command|message body"
)
_LOCAL = re.compile(
    r"(?i)not listed in|name is not recogni[sz]ed|^\W*(?:unknown user|invalid final delivery)|no valid recipients"
    r"|recipnotfound|no mailbox (?:here )?by that name|unknown local|ディレクトリ|address couldn't be found"
    r"|mail\.local: unknown"
)
_TEMPORARY_WORDS = re.compile(
    r"(?i)\bwill (?:be )?(?:retried|keep trying)|no need to resend|warning (?:message )?only|still being retried"
)

_BY_STATUS: tuple[tuple[str, Reason], ...] = (
    (r"[45]\.1\.(?:0|1|3|10)", Reason.UNKNOWN_USER),
    (r"[45]\.1\.2", Reason.UNKNOWN_HOST),
    (r"[45]\.1\.6", Reason.MOVED),
    (r"[45]\.1\.[78]", Reason.POLICY),
    (r"5\.2\.1", Reason.UNKNOWN_USER),
    (r"4\.2\.1", Reason.SUSPENDED),
    (r"[45]\.2\.2", Reason.MAILBOX_FULL),
    (r"[45]\.(?:2\.3|3\.4)", Reason.TOO_BIG),
    (r"5\.3\.2", Reason.SYSTEM),
    (r"[45]\.3\.\d+", Reason.SYSTEM),
    (r"[45]\.4\.7", Reason.EXPIRED),
    (r"4\.4\.\d+", Reason.NETWORK),
    (r"5\.4\.\d+", Reason.NETWORK),
    (r"[45]\.5\.\d+", Reason.SYNTAX),
    (r"[45]\.6\.\d+", Reason.CONTENT),
    (r"[45]\.7\.13", Reason.SUSPENDED),
    (r"[45]\.7\.(?:2[0-46-9]|509|515)", Reason.AUTHENTICATION),
    (r"[45]\.7\.(?:25|5\d\d|6\d\d|7\d\d)", Reason.BLOCKED),
    (r"[45]\.7\.\d+", Reason.POLICY),
    (r"2\.\d+\.\d+", Reason.DELIVERED),
)
_BY_REPLY = {"552": Reason.MAILBOX_FULL, "521": Reason.NO_MAIL, "556": Reason.NO_MAIL, "530": Reason.POLICY,
             "535": Reason.AUTHENTICATION, "523": Reason.TOO_BIG, "525": Reason.SUSPENDED}  # fmt: skip
_USER_STATUS = re.compile(r"5\.1\.(?:0|1|3|6|10)$")
_OTHER_STATUS = re.compile(r"5\.(?:[4567]\.|2\.1$)")
_SPECIFIC_STATUS = re.compile(r"[45]\.(?:1\.[1236]|1\.10|2\.[23]|3\.4|4\.[46]|6\.\d+|7\.(?:13|2\d))$")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reason with the status code and the words it was read from."""

    reason: Reason
    status: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of one recipient: `texts` from the most to the least telling, the status field, the stage.

    `context` is all that bears on the stage of the dialogue; `is_failed` that a status field says so (RFC 3464 §2.3.3).
    """

    texts: Sequence[str]
    status: str = ""
    context: str = ""
    recipient: str = ""
    is_failed: bool = False
    is_delay: bool = False


def decide(said: Said) -> Verdict:
    """Return the reason that a report gives for one recipient."""
    texts = [one_line(text) for text in said.texts if text.strip()]
    status = _status(said.status, texts)
    for text in texts:
        own = _status("", [text])
        reason = match_reason(text) or (reason_of_status(own) if _SPECIFIC_STATUS.match(own) else None)
        if reason is not None:
            return Verdict(_believed(reason, own or status, text, said), own or status, text)
    by_status = reason_of_status(status)
    if by_status is not None:
        return Verdict(_believed(by_status, status, " ".join(texts), said), status, texts[0] if texts else "")
    for text in texts:
        if (code := _REPLY.search(text)) and code[1] in _BY_REPLY:
            return Verdict(_believed(_BY_REPLY[code[1]], status, text, said), status, text)
    reason = Reason.FILTERED if status.startswith("5") else Reason.UNDEFINED
    return Verdict(reason, status, texts[0] if texts else "")


def match_reason(text: str) -> Reason | None:
    """Return the first reason whose phrases the text holds."""
    return next((reason for reason, pattern in REASONS if pattern.search(text)), None)


def reason_of_status(status: str) -> Reason | None:
    """Return what an enhanced status code alone tells (RFC 3463 §3); None for codes that say nothing, as 5.0.0."""
    return next((reason for pattern, reason in _BY_STATUS if re.fullmatch(pattern, status)), None)


def reply_code(text: str) -> str:
    """Return the first SMTP reply code in the text, permanent ones before temporary ones; empty where there is none."""
    codes = _REPLY.findall(text)
    return next((code for code in codes if code[0] == "5"), codes[0] if codes else "")


def one_line(text: str) -> str:
    """Fold the text to one line of at most 4,000 characters."""
    return " ".join(text.split())[:4000]


def _status(given: str, texts: Sequence[str]) -> str:
    """Return the most telling status code: one in the words, unless the field says more."""
    found = [match for text in texts for match in STATUS.findall(text)]
    candidates = [*found, *STATUS.findall(given)]
    specific = [code for code in candidates if _SPECIFIC_STATUS.match(code)]
    telling = [code for code in candidates if not code.endswith(".0.0")]
    return next(iter([*specific, *telling, *candidates]), "")


def _believed(reason: Reason, status: str, text: str, said: Said) -> Reason:
    """Return the reason, or a milder one where the evidence for giving an address up is thin."""
    if reason not in HARD:
        return reason
    code = reply_code(text)
    is_temporary = said.is_delay or code.startswith("4") or (status.startswith("4") and not code.startswith("5"))
    if is_temporary:
        return Reason.NETWORK if reason is Reason.UNKNOWN_HOST else Reason.EXPIRED
    if (exists := _says_it_exists(said)) is not None:
        return exists
    if reason is not Reason.UNKNOWN_USER or _USER_STATUS.match(status):
        return reason
    if _DATA.search(said.context) and not _RCPT.search(said.context):
        return Reason.FILTERED
    is_named = said.is_failed and code.startswith("5") and bool(said.recipient) and said.recipient in text.lower()
    is_named = is_named and not _OTHER_STATUS.match(status)
    is_witnessed = _RCPT.search(said.context) or _LOCAL.search(text) or (status == "5.2.1" and not match_reason(text))
    return reason if is_witnessed or is_named else Reason.FILTERED


def _says_it_exists(said: Said) -> Reason | None:
    """Return what another sentence of the report says of a mailbox that must exist to be full or switched off."""
    found = {match_reason(one_line(text)) for text in (*said.texts, said.context) if text.strip()}
    return next((reason for reason in (Reason.MAILBOX_FULL, Reason.SUSPENDED) if reason in found), None)
