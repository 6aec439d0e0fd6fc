"""The tables of the outbox: audiences, deliveries, attempts, senders, quotas; no queries."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from digest.store.metadata import Instant, RowId, metadata

audiences = Table(
    "audiences",
    metadata,
    Column("edition_id", String, primary_key=True),
    Column("newsletter", String, nullable=False),  # empty: named addresses, no subscription is asked for
    Column("selected", Integer, nullable=False),  # how many deliveries there must be
    Column("uncertain", String, nullable=False),  # the newsletter's policy: resend or hold
    Column("useful_until", Instant, nullable=False),
    Column("fixed_at", Instant, nullable=False),
    Column("paused", String, nullable=False),  # why sending was stopped, empty while it runs
)
"""Whom an edition goes to, fixed when it starts."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("edition_id", ForeignKey("audiences.edition_id"), nullable=False),
    Column("subscriber_id", ForeignKey("subscribers.id")),
    Column("email", String),  # only where the address is no subscriber's
    Column("domain", String, nullable=False),
    Column("state", String, nullable=False),
    Column("next_try_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("crashes", Integer, nullable=False, server_default=text("0")),
    Column("sender", String),  # who holds it while `sending`
    Column("finished_at", Instant),
    Column("reason", String),  # for people: why it is not simply sent
    UniqueConstraint("edition_id", "subscriber_id"),
    UniqueConstraint("edition_id", "email"),
    # Only what is left to do is indexed, so that a claim costs the same at the first and the millionth row.
    Index(
        "ix_deliveries_open",
        "edition_id",
        "state",
        "next_try_at",
        sqlite_where=text("state IN ('queued', 'deferred', 'sending')"),
        postgresql_where=text("state IN ('queued', 'deferred', 'sending')"),
    ),
    sqlite_autoincrement=True,  # ids stand in return paths and must never be given out twice
)
"""The ledger: one row an edition and subscriber."""

attempts = Table(
    "attempts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("delivery_id", ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("fate", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("route", String, nullable=False),
    Column("code", Integer),  # reply code; none where the connection was lost
    Column("reply", String, nullable=False),  # never an address
)
"""Attempts that did not end with an acceptance."""

senders = Table(
    "senders",
    metadata,
    Column("name", String, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)
"""Processes that claim deliveries; one that is not seen any more has crashed."""

quotas = Table(
    "quotas",
    metadata,
    Column("route", String, primary_key=True),
    Column("period", String, primary_key=True),  # hour or day
    Column("begins_at", Instant, nullable=False),
    Column("used", Integer, nullable=False),
)
"""How much of a route's hour and day is used."""
