"""From a message to a report: kind and reason for every recipient, and hints whose message it was; no store."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from digest.bounces.evidence import ENOUGH, is_auto_reply, points
from digest.bounces.fields import RecipientFields, feedback_fields, find_address, recipient_fields
from digest.bounces.hints import message_ids, tokens
from digest.bounces.message import ReportMessage
from digest.bounces.reasons import Said, decide
from digest.bounces.recipients import Passage, passages, spoken_of
from digest.bounces.report import Finding, Reason, Report

_MAX_FINDINGS = 100
_COMPLAINTS = frozenset({"abuse", "fraud", "virus", "opt-out", "opt-out-list", "other", "miscategorized"})
_COMPLAINT_SUBJECT = "complaint about message from"
_COMPLAINANT = re.compile(r"(?im)^x-hmxmroriginalrecipient:[^\n]{0,300}")
"""Outlook.com's complaints are no RFC 5965 reports: a subject, and the message with the reader in a header."""
_DONE = frozenset({"delivered", "relayed", "expanded", "deliverable"})
_WARNING = re.compile(
    r"(?i)warning message only|this is a warning only|still being retried|delivery (?:is |has been )?delayed"
    r"|no need to resend|do not need to resend|will be retried|will continue trying|will keep trying"
)


def classify(raw: bytes) -> Report:
    """Classify one message; any bytes are taken, the time is bounded, nothing is raised.

    In this order: complaints (RFC 5965), delivery status (RFC 3464), notes of autoresponders (RFC 3834), reports in
    free form. What is none of them gives a report without findings.
    """
    message = ReportMessage(raw)
    findings = tuple(_findings(message))[:_MAX_FINDINGS]
    if not findings:
        return Report()
    return Report(findings, tuple(tokens(message)), tuple(message_ids(message)))


def _findings(message: ReportMessage) -> Sequence[Finding]:
    if message.feedback_text:
        return _complaint(message)
    groups = recipient_fields(message.status_text)
    if groups:
        return _status_findings(message, groups)
    if message.header("Subject").lower().startswith(_COMPLAINT_SUBJECT) and message.returned_text:
        named = _COMPLAINANT.search(message.returned_text)
        return (Finding(find_address(named[0]) if named else "", Reason.COMPLAINT, detail="abuse"),)
    score = points(message)
    if score < ENOUGH + 2 and is_auto_reply(message):
        return (Finding("", Reason.AUTO_REPLY),)
    score += 3 * message.is_status_report
    if score < ENOUGH:
        return ()
    # Where the MIME is broken, or was never made, the fields stand in the text.
    groups = recipient_fields(message.own_text)
    return _status_findings(message, groups) if groups else _free_findings(message)


def _complaint(message: ReportMessage) -> Sequence[Finding]:
    fields = feedback_fields(message.feedback_text)
    if fields.get("feedback-type", "abuse").strip().lower() not in _COMPLAINTS:
        return ()  # not-spam and auth-failure are no reader's wish
    named = find_address(fields.get("original-rcpt-to", "")) or find_address(fields.get("removal-recipient", ""))
    return (Finding(named, Reason.COMPLAINT, detail=fields.get("feedback-type", "abuse")),)


def _status_findings(message: ReportMessage, groups: Sequence[RecipientFields]) -> Sequence[Finding]:
    said = passages(message.own_text)
    return tuple(_status_finding(message, group, said, alone=len(groups) == 1) for group in groups)


def _status_finding(message: ReportMessage, group: RecipientFields, said: Sequence[Passage], *, alone: bool) -> Finding:
    if group.action in _DONE or group.status.startswith("2."):
        return Finding(group.recipient, Reason.DELIVERED, group.status)
    mine = [one.text for one in said if one.recipient.lower() == group.recipient.lower()]
    texts = [group.diagnostic, *mine, *([message.own_text] if alone else [])]
    context = " ".join(texts)
    said_of_it = Said(texts, group.status, context, group.recipient.lower(), group.action == "failed", group.is_delay)
    verdict = decide(said_of_it)
    return Finding(group.recipient, verdict.reason, verdict.status, verdict.words[:300], is_delay=group.is_delay)


def _free_findings(message: ReportMessage) -> Sequence[Finding]:
    own = message.own_text
    is_delay = bool(_WARNING.search(own))
    said = passages(own)
    if len(said) > 1:
        return tuple(_free_finding(one.recipient, [one.text], one.text, is_delay=is_delay) for one in said)
    named = said[0].recipient if said else spoken_of(message)
    texts = [*_reply_lines(own), *(one.text for one in said), own, message.header("Subject")]
    return (_free_finding(named, texts, own, is_delay=is_delay),)


def _free_finding(recipient: str, texts: Sequence[str], context: str, *, is_delay: bool) -> Finding:
    verdict = decide(Said(texts, context=context, recipient=recipient.lower(), is_delay=is_delay))
    return Finding(recipient, verdict.reason, verdict.status, verdict.words[:300], is_delay=is_delay)


def _reply_lines(text: str) -> Iterator[str]:
    """Yield what servers answered, permanent refusals first; the lines of one reply joined."""
    replies = re.findall(r"(?m)(?:^|[\s:])((?:5\d\d)[ -](?:[^\n]*(?:\n[ \t]*5\d\d[ -][^\n]*)*))", text)
    yield from replies[:5]
