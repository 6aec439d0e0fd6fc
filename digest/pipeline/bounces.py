"""Bounces as use cases: whose message a report is about, what is kept, who is suppressed; reads no mailbox."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import Connection

from digest.bounces import Finding, Kind, Report, classify
from digest.bounces.leaving import find_leave_token
from digest.bounces.policy import SOFT_BOUNCES, Limits, is_charged, is_given_up, suppression_reason
from digest.bounces.reasons import Said, decide
from digest.errors import TokenError
from digest.outbox.tokens import DeliveryTokens
from digest.pipeline.workspace import Workspace, utc_now
from digest.store import Store
from digest.store import bounces as store
from digest.store.suppressions import add_suppression
from digest.subscriptions.addresses import normalise_address
from digest.subscriptions.signup import unsubscribe

DEFAULT_LIMITS = Limits()
REMEMBERED = timedelta(days=90)
"""How far back editions count for the rule of soft bounces."""

BY_ADDRESS = timedelta(days=14)
"""A report without a token is believed only where the address was mailed so recently."""


class Outcome(enum.StrEnum):
    """What a report changed."""

    LEFT = "left"  # the reader asked by mail to leave a newsletter
    SUPPRESSED = "suppressed"  # the address is never mailed again
    COUNTED = "counted"  # kept; counts towards the rule of soft bounces
    NOTED = "noted"  # kept; counts for nobody: a delay, or about us
    REPEATED = "repeated"  # known already
    UNKNOWN = "unknown"  # nobody's of ours, or not understood
    NOTHING = "nothing"  # no report, or the note of an autoresponder


@dataclass(frozen=True, slots=True)
class Handled:
    """A report and what it changed."""

    report: Report
    outcome: Outcome


class BounceDesk:
    """Handles reports for one store; `open` makes one for an installation."""

    def __init__(
        self,
        opened: Store,
        tokens: DeliveryTokens,
        *,
        limits: Limits = DEFAULT_LIMITS,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = opened
        self._tokens = tokens
        self._limits = limits
        self._clock = clock

    @classmethod
    def open(cls, workspace: Workspace) -> Self:
        """Return the desk of an installation, with its keys and limits."""
        settings = workspace.project.settings.bounces
        limits = Limits(settings.soft_editions, settings.soft_span)
        return cls(workspace.store, DeliveryTokens(workspace.delivery_keys), limits=limits, clock=workspace.clock)

    def handle(self, raw: bytes) -> Handled:
        """Classify a message and carry out what it means; the same bytes twice change nothing.

        A message that asks to leave is believed by its token, whoever wrote it: the link in a message is, too.
        """
        token = find_leave_token(raw)
        if token is not None:
            return Handled(Report(()), self._leave(token))
        return self.handle_report(classify(raw), fingerprint=hashlib.sha256(raw).hexdigest())

    def handle_report(self, report: Report, *, fingerprint: str) -> Handled:
        """Carry out what a report means. `fingerprint` is the same for the same report, however often it comes.

        Raises StoreError when the store does not answer; nothing is half done then.
        """
        if report.kind in (Kind.NONE, Kind.AUTO_REPLY):
            return Handled(report, Outcome.NOTHING)
        with self._store.begin() as connection:
            # Numbered by their place in the report, so that its copy has the same fingerprints.
            outcomes = [
                self._apply(connection, finding, mailed, fingerprint=f"{fingerprint}:{number}")
                for number, (finding, mailed) in enumerate(self._attribute(connection, report))
                if mailed is not None
            ]
        outcome = min(outcomes, key=list(Outcome).index, default=Outcome.UNKNOWN)
        return Handled(report, outcome)

    def _leave(self, token: str) -> Outcome:
        delivery_id = self._read_token(token)
        with self._store.begin() as connection:
            reader = None if delivery_id is None else store.find_reader(connection, delivery_id)
            if reader is None:
                return Outcome.UNKNOWN
            ended = unsubscribe(connection, *reader, self._clock(), detail="by the reader, by mail")
        return Outcome.LEFT if ended else Outcome.REPEATED

    def charge_refusals(self) -> int:
        """Count deliveries that servers refused for good while they were sent; return how many were new."""
        now, new = self._clock(), 0
        with self._store.begin() as connection:
            for refusal in store.load_refusals(connection, since=now - REMEMBERED):
                mailed = store.find_mailed(connection, refusal.delivery_id)
                verdict = decide(Said([refusal.reply], context="RCPT"))
                finding = Finding("", verdict.reason, verdict.status)
                if mailed is not None:
                    key = f"smtp:{refusal.delivery_id}"
                    new += self._apply(connection, finding, mailed, fingerprint=key) is not Outcome.REPEATED
        return new

    def _attribute(self, connection: Connection, report: Report) -> list[tuple[Finding, store.Mailed | None]]:
        """Return whose deliveries the findings are about: by token, by our Message-ID, by address, in this order.

        A report that came to a return path that was not made here is forged, and believed in nothing.
        """
        worst = report.decisive
        if worst is None or (report.tokens and self._read_token(report.tokens[0]) is None):
            return []
        # Many programs make Message-IDs that look like ours: one that is not ours is no forgery.
        tokens = [*report.tokens, *(name.strip("<>").partition("@")[0] for name in report.message_ids)]
        ids = [found for token in tokens if (found := self._read_token(token)) is not None]
        if ids:
            return [(worst, next(filter(None, (store.find_mailed(connection, one) for one in ids)), None))]
        return [(finding, self._by_address(connection, finding)) for finding in report.findings]

    def _read_token(self, token: str) -> int | None:
        try:
            return self._tokens.read(token)
        except TokenError:
            return None

    def _by_address(self, connection: Connection, finding: Finding) -> store.Mailed | None:
        try:
            key = normalise_address(finding.recipient)[1]
        except ValueError:
            return None
        return store.find_mailed_to(connection, key, since=self._clock() - BY_ADDRESS)

    def _apply(self, connection: Connection, finding: Finding, mailed: store.Mailed, *, fingerprint: str) -> Outcome:
        now, charged = self._clock(), is_charged(finding)
        row = store.BounceRow(
            fingerprint, mailed.delivery_id, _kept_kind(finding), finding.reason, finding.status, charged
        )
        if not store.add_report(connection, row, at=now):
            return Outcome.REPEATED
        reason = suppression_reason(finding)
        if not reason and charged:
            outcomes = store.load_outcomes(connection, mailed, since=now - REMEMBERED)
            reason = SOFT_BOUNCES if is_given_up(outcomes, self._limits, now=now) else ""
        if not reason or not mailed.key:
            return Outcome.COUNTED if charged else Outcome.NOTED
        detail = f"{finding.reason} {finding.status}".strip()
        add_suppression(connection, mailed.key, reason=reason, now=now, detail=detail)
        return Outcome.SUPPRESSED


def _kept_kind(finding: Finding) -> str:
    # A delay and the failure after it are two things about one delivery; each may come once.
    return "delay" if finding.is_delay else finding.kind.value
