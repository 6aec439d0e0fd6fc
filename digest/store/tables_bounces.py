"""The table of bounce and complaint reports; no queries, and never an address."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, UniqueConstraint

from digest.store.metadata import Instant, RowId, metadata

bounce_reports = Table(
    "bounce_reports",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("fingerprint", String, nullable=False, unique=True),  # of the report's bytes: the same one counts once
    Column("at", Instant, nullable=False),
    Column("delivery_id", ForeignKey("deliveries.id", ondelete="CASCADE")),  # none where it is nobody's
    Column("kind", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("status", String, nullable=False),
    Column("charged", Boolean, nullable=False),  # whether it counts against the reader
    # However many reports come for one delivery, each kind counts once.
    UniqueConstraint("delivery_id", "kind"),
    Index("ix_bounce_reports_at", "at"),
)
"""One row a report that was understood."""
