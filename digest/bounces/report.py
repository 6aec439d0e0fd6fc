"""What a report says: its kind, the reason for each recipient, and where it points; not how that is found out."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """What a message that came to the bounce address is."""

    HARD = "hard"  # the address does not exist
    SOFT = "soft"  # not delivered, for a reason that may pass or that is about us
    COMPLAINT = "complaint"  # a reader called the message spam
    AUTO_REPLY = "auto-reply"  # a vacation note or the like: the address lives
    NONE = "none"  # no report at all


class Reason(enum.StrEnum):
    """Why a message was not delivered."""

    UNKNOWN_USER = "unknown-user"  # no such mailbox
    UNKNOWN_HOST = "unknown-host"  # no such domain
    MOVED = "moved"  # the mailbox went elsewhere, nobody says where
    NO_MAIL = "no-mail"  # the domain takes no mail at all
    MAILBOX_FULL = "mailbox-full"  # the quota is used up
    SUSPENDED = "suspended"  # the account is switched off
    FILTERED = "filtered"  # refused by the reader's own filter, or "unknown" said too late to rely on it
    TOO_BIG = "too-big"  # the message is larger than they take
    EXPIRED = "expired"  # tried until the time was over
    NETWORK = "network"  # routing, loops, connections
    SYSTEM = "system"  # something is broken on the way
    RATE = "rate"  # too much at a time
    POLICY = "policy"  # refused by a rule of theirs
    BLOCKED = "blocked"  # refused for our address or reputation
    AUTHENTICATION = "authentication"  # SPF, DKIM, DMARC or a login
    SPAM = "spam"  # taken for spam
    VIRUS = "virus"  # taken for a virus
    CONTENT = "content"  # the message's form is refused
    SYNTAX = "syntax"  # a command was not understood
    RELAY = "relay"  # they say they are not the server for it
    UNDEFINED = "undefined"  # a report that gives no reason we understand
    COMPLAINT = "complaint"  # the reader's own spam button
    DELIVERED = "delivered"  # a receipt: it arrived
    AUTO_REPLY = "auto-reply"  # a note of a machine that reads the reader's mail


HARD = frozenset({Reason.UNKNOWN_USER, Reason.UNKNOWN_HOST, Reason.MOVED, Reason.NO_MAIL})
"""Reasons for which an address is given up at once."""

OURS = frozenset(
    {
        Reason.POLICY,
        Reason.BLOCKED,
        Reason.AUTHENTICATION,
        Reason.SPAM,
        Reason.VIRUS,
        Reason.CONTENT,
        Reason.SYNTAX,
        Reason.RELAY,
        Reason.RATE,
        Reason.NETWORK,
    }
)
"""Reasons about the sender or the way there (5.7.x, 5.6.x, 5.5.x, 5.4.x): never charged to a reader."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a report says of one recipient; `recipient` is empty where the report names none."""

    recipient: str
    reason: Reason
    status: str = ""
    detail: str = ""
    is_delay: bool = False

    @property
    def kind(self) -> Kind:
        """What the reason means for the address."""
        if self.reason is Reason.COMPLAINT:
            return Kind.COMPLAINT
        if self.reason in (Reason.DELIVERED, Reason.AUTO_REPLY):
            return Kind.AUTO_REPLY
        return Kind.HARD if self.reason in HARD and not self.is_delay else Kind.SOFT


@dataclass(frozen=True, slots=True)
class Report:
    """A classified message; without findings it is no report.

    `tokens` are texts that look like tokens of ours in the addresses it went to, `message_ids` those of the
    returned message: hints for attribution, none of them trusted.
    """

    findings: tuple[Finding, ...] = ()
    tokens: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()

    @property
    def decisive(self) -> Finding | None:
        """The finding that gives the report its kind: a complaint, else a hard one, else the first."""
        order = (Kind.COMPLAINT, Kind.HARD, Kind.SOFT, Kind.AUTO_REPLY)
        return min(self.findings, key=lambda finding: order.index(finding.kind), default=None)

    @property
    def kind(self) -> Kind:
        """The kind of the whole message."""
        return self.decisive.kind if self.decisive else Kind.NONE

    @property
    def recipients(self) -> tuple[str, ...]:
        """The addresses it speaks of, each once."""
        return tuple(dict.fromkeys(finding.recipient for finding in self.findings if finding.recipient))
