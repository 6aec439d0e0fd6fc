"""The tables of a fleet: its workers, and the token buckets that its limits are leased from; no queries."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table

from digest.store.metadata import Instant, metadata

workers = Table(
    "workers",
    metadata,
    Column("name", String, primary_key=True),  # the name of its sender
    Column("host", String, nullable=False),
    Column("process_id", Integer, nullable=False),
    Column("state", String, nullable=False),  # starting, idle, sending, draining
    Column("doing", String, nullable=False),  # the editions it sends, with a blank between them
    Column("sent", BigInteger, nullable=False),  # messages ended since it started
    Column("per_second", Float, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)
"""Processes that share the work of one store; one that is not seen any more has crashed or was cut off."""

buckets = Table(
    "buckets",
    metadata,
    Column("name", String, primary_key=True),  # of a route or of a recipient domain
    Column("next_at", BigInteger, nullable=False),  # microseconds since 1970: when the next message may start
)
"""Even rates for a whole fleet: a slice of the future is leased by moving `next_at`."""
