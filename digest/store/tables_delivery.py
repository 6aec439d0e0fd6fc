"""The tables of the outbox: audiences, deliveries, attempts, senders, quotas; no queries."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from digest.store.metadata import Instant, RowId, metadata

audiences = Table(
    "audiences",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("edition_id", String, nullable=False, unique=True),
    Column("newsletter", String, nullable=False),  # empty: named addresses, no subscription is asked for
    Column("selected", Integer, nullable=False),  # how many deliveries there must be
    Column("uncertain", String, nullable=False),  # the newsletter's policy: resend or hold
    Column("useful_until", Instant, nullable=False),
    Column("fixed_at", Instant, nullable=False),
    Column("paused", String, nullable=False),  # why sending was stopped, empty while it may run
)
"""Whom an edition goes to, fixed when it starts."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("audience_id", ForeignKey("audiences.id"), nullable=False),
    Column("subscriber_id", ForeignKey("subscribers.id")),
    Column("email", String),  # only where the address is no subscriber's
    Column("domain", String, nullable=False),
    Column("state", String, nullable=False),
    Column("next_try_at", Instant),  # none when nothing is left to do
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("crashes", Integer, nullable=False, server_default=text("0")),
    Column("sender", String),  # who holds it while it is `sending`
    Column("finished_at", Instant),
    Column("reason", String),  # for people: why it is not simply sent
    UniqueConstraint("audience_id", "subscriber_id"),
    Index(
        "uq_deliveries_audience_id_email",
        "audience_id",
        "email",
        unique=True,
        sqlite_where=text("email IS NOT NULL"),
        postgresql_where=text("email IS NOT NULL"),
    ),
    # Only what is left to do is indexed, so that a claim costs the same at the first and the millionth row.
    Index(
        "ix_deliveries_open",
        "audience_id",
        "state",
        "next_try_at",
        sqlite_where=text("next_try_at IS NOT NULL"),
        postgresql_where=text("next_try_at IS NOT NULL"),
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
    Column("minute_at", Instant, primary_key=True),
    Column("used", Integer, nullable=False),
)
"""Messages of a route by minute, so that its last hour and day can be summed."""

delivery_sums = Table(
    "delivery_sums",
    metadata,
    Column("audience_id", ForeignKey("audiences.id"), primary_key=True),
    Column("state", String, primary_key=True),
    Column("reason", String, primary_key=True),  # empty: simply sent
    Column("number", Integer, nullable=False),
)
"""What is left of the deliveries of an edition that was finished long ago: how many ended how, and why."""
