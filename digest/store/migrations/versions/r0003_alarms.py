"""The table of alarms, and when a newsletter was restored from a backup."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("watches", sa.Column("restored_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "alarms",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("end_told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
    )
    still_on = sa.text("cleared_at IS NULL")
    op.create_index("uq_alarms_key", "alarms", ["key"], unique=True, sqlite_where=still_on, postgresql_where=still_on)
    op.create_index("ix_alarms_raised_at", "alarms", ["raised_at"], unique=False)
