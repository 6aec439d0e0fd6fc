"""The table of opens and clicks: counts of an edition, never a row of a reader's; no queries."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from digest.store.metadata import metadata

edition_counts = Table(
    "edition_counts",
    metadata,
    Column("edition_id", ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String, primary_key=True),  # open or click
    Column("link", Integer, primary_key=True),  # the number of the link in the edition; 0 for openings
    Column("hour", Integer, primary_key=True),  # whole hours after the slot, the last one for all that come later
    Column("times", Integer, nullable=False),
)
"""How often something was done, by edition, link and hour."""
