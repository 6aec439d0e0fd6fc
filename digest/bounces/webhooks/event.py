"""What all mail services have in common: the report they tell of, the error, reading their JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from digest.bounces.reasons import Said, decide
from digest.bounces.report import HARD, Finding, Reason, Report
from digest.errors import DigestError

MAX_AGE = timedelta(minutes=15)
"""An older signed event is taken for a replayed one."""

_TOKEN = re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{32}(?=@)")


class WebhookError(DigestError):
    """A request that is not believed: the service, and why."""

    def __init__(self, service: str, message: str) -> None:
        self.service = service
        self.message = message
        super().__init__(f"{service}: {message}")


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """A report of a mail service; `fingerprint` is the same when the service sends the event again."""

    report: Report
    fingerprint: str


def load_json(service: str, body: bytes | str) -> Any:
    """Return the JSON of a body; raises WebhookError for anything else."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WebhookError(service, "the body is no JSON") from error


def check_age(service: str, timestamp: object, now: datetime) -> None:
    """Raise WebhookError unless a Unix time in seconds lies within `MAX_AGE` of now."""
    try:
        at = datetime.fromtimestamp(float(str(timestamp)), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise WebhookError(service, "the event has no time") from error
    if abs(now - at) > MAX_AGE:
        raise WebhookError(service, "the event is too old")


def mapping(value: Any) -> dict[str, Any]:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """Return a JSON text or number as text, else nothing."""
    return str(value) if isinstance(value, str | int | float) else ""


def make_report(finding: Finding, *, hints: Iterable[str]) -> Report:
    """Return the report of one finding; `hints` are return paths and Message-IDs that may hold a token of ours."""
    found = [token.lower() for hint in hints for token in _TOKEN.findall(hint[:1000])]
    return Report((finding,), tuple(dict.fromkeys(found)))


def make_finding(recipient: str, *, words: str, status: str, is_final: bool, is_hard: bool) -> Finding:
    """Return what a refusal means: what the server said decides, what the service calls it where that says nothing."""
    context = "RCPT" if is_hard else ""
    verdict = decide(Said([words], status, context, recipient.lower(), is_final, not is_final))
    vague = verdict.reason in (Reason.FILTERED, Reason.UNDEFINED)
    reason = Reason.UNKNOWN_USER if is_hard and vague else verdict.reason
    if not is_hard and reason in HARD:
        reason = Reason.FILTERED
    return Finding(recipient, reason, verdict.status or status, words[:300], is_delay=not is_final)
