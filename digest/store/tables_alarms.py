"""The table of alarms; no queries, and never an address of a reader."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, text

from digest.store.metadata import Instant, RowId, metadata

alarms = Table(
    "alarms",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", String, nullable=False),  # kind and subject: one alarm at a time
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),  # newsletter, edition, source, route or file
    Column("detail", String, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("cleared_at", Instant),  # none while it lasts
    Column("told_at", Instant),  # none until somebody was told that it was raised
    Column("end_told_at", Instant),  # none until somebody was told that it was cleared
    Index(
        "uq_alarms_key",
        "key",
        unique=True,
        sqlite_where=text("cleared_at IS NULL"),
        postgresql_where=text("cleared_at IS NULL"),
    ),
    Index("ix_alarms_raised_at", "raised_at"),
)
"""One row an alarm, from its raising to its clearing, so that a restart tells nothing twice."""
