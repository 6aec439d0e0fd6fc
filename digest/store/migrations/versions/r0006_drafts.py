"""Drafts and approvals; since when a newsletter is watched is kept for each version of its schedule."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("editions", sa.Column("approved_at", sa.BigInteger(), nullable=True))
    op.add_column("editions", sa.Column("approved_by", sa.String(), nullable=True))
    op.create_table(
        "drafts",
        sa.Column("edition_id", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("mailed_at", sa.BigInteger(), nullable=True),
        sa.Column("edits", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name="fk_drafts_edition_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("edition_id", name="pk_drafts"),
    )
    _widen_watches()


def _widen_watches() -> None:
    kept = op.get_bind().execute(sa.text("SELECT newsletter, since_at, restored_at FROM watches")).all()
    op.drop_table("watches")
    watches = op.create_table(
        "watches",
        sa.Column("newsletter", sa.String(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("restored_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("newsletter", "schedule", name="pk_watches"),
    )
    rows = [dict(row._mapping) | {"schedule": "", "rule": "", "seen_at": row.since_at} for row in kept]
    op.bulk_insert(watches, rows)
