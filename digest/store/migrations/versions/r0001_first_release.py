"""The tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_audiences()
    _create_editions()
    _create_quotas()
    _create_secrets()
    _create_senders()
    _create_sources()
    _create_stories()
    _create_subscribers()
    _create_suppressions()
    _create_watches()
    _create_deliveries()
    _create_edition_stories()
    _create_story_content()
    _create_story_history()
    _create_subscription_events()
    _create_subscriptions()
    _create_attempts()


def _create_audiences() -> None:
    op.create_table(
        "audiences",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("edition_id", sa.String(), nullable=False),
        sa.Column("newsletter", sa.String(), nullable=False),
        sa.Column("selected", sa.Integer(), nullable=False),
        sa.Column("uncertain", sa.String(), nullable=False),
        sa.Column("useful_until", sa.BigInteger(), nullable=False),
        sa.Column("fixed_at", sa.BigInteger(), nullable=False),
        sa.Column("paused", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audiences"),
        sa.UniqueConstraint("edition_id", name="uq_audiences_edition_id"),
    )


def _create_editions() -> None:
    op.create_table(
        "editions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("newsletter", sa.String(), nullable=False),
        sa.Column("slot_at", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=True),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_editions"),
        sa.UniqueConstraint("newsletter", "slot_at", "lane", name="uq_editions_newsletter_slot_at_lane"),
    )
    op.create_index("ix_editions_slot_at", "editions", ["slot_at"], unique=False)
    op.create_index("ix_editions_state", "editions", ["state"], unique=False)


def _create_quotas() -> None:
    op.create_table(
        "quotas",
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("minute_at", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("route", "minute_at", name="pk_quotas"),
    )


def _create_secrets() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )


def _create_senders() -> None:
    op.create_table(
        "senders",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_senders"),
    )


def _create_sources() -> None:
    op.create_table(
        "sources",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.Column("moved_to", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("last_read_at", sa.BigInteger(), nullable=True),
        sa.Column("last_success_at", sa.BigInteger(), nullable=True),
        sa.Column("last_new_at", sa.BigInteger(), nullable=True),
        sa.Column("next_try_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_sources"),
    )


def _create_stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("canonical_url", sa.String(), nullable=False),
        sa.Column("headline", sa.String(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.Column("cluster", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("has_picture", sa.Boolean(), nullable=False),
        sa.Column("has_parts", sa.Boolean(), nullable=False),
        sa.Column("embargo_until", sa.BigInteger(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("routing_version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
    )
    op.create_index("ix_stories_canonical_url", "stories", ["canonical_url"], unique=False)
    op.create_index("ix_stories_cluster", "stories", ["cluster"], unique=False)
    op.create_index("ix_stories_fetched_at", "stories", ["fetched_at"], unique=False)
    op.create_index("ix_stories_published_at", "stories", ["published_at"], unique=False)
    op.create_index("ix_stories_seen_at", "stories", ["seen_at"], unique=False)
    op.create_index("ix_stories_source_guid", "stories", ["source", "guid"], unique=False)


def _create_subscribers() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscribers"),
        sa.UniqueConstraint("key", name="uq_subscribers_key"),
        sqlite_autoincrement=True,
    )


def _create_suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_suppressions"),
    )


def _create_watches() -> None:
    op.create_table(
        "watches",
        sa.Column("newsletter", sa.String(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("newsletter", name="pk_watches"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("audience_id", _ROW_ID, nullable=False),
        sa.Column("subscriber_id", _ROW_ID, nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("crashes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sender", sa.String(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["audience_id"], ["audiences.id"], name="fk_deliveries_audience_id"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_deliveries_subscriber_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("audience_id", "subscriber_id", name="uq_deliveries_audience_id_subscriber_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["audience_id", "state", "next_try_at"],
        unique=False,
        sqlite_where=sa.text("next_try_at IS NOT NULL"),
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )
    op.create_index(
        "uq_deliveries_audience_id_email",
        "deliveries",
        ["audience_id", "email"],
        unique=True,
        sqlite_where=sa.text("email IS NOT NULL"),
        postgresql_where=sa.text("email IS NOT NULL"),
    )


def _create_edition_stories() -> None:
    op.create_table(
        "edition_stories",
        sa.Column("edition_id", sa.String(), nullable=False),
        sa.Column("story_id", sa.String(), nullable=False),
        sa.Column("newsletter", sa.String(), nullable=False),
        sa.Column("cluster", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["editions.id"], name="fk_edition_stories_edition_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("edition_id", "story_id", name="pk_edition_stories"),
    )
    op.create_index("ix_edition_stories_newsletter", "edition_stories", ["newsletter"], unique=False)
    op.create_index("ix_edition_stories_story_id", "edition_stories", ["story_id"], unique=False)


def _create_story_content() -> None:
    op.create_table(
        "story_content",
        sa.Column("story_id", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("routes", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_story_content_story_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("story_id", name="pk_story_content"),
    )


def _create_story_history() -> None:
    op.create_table(
        "story_history",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("story_id", sa.String(), nullable=False),
        sa.Column("replaced_at", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_story_history_story_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_story_history"),
    )
    op.create_index("ix_story_history_story_id", "story_history", ["story_id"], unique=False)


def _create_subscription_events() -> None:
    op.create_table(
        "subscription_events",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("subscriber_id", _ROW_ID, nullable=False),
        sa.Column("newsletter", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name="fk_subscription_events_subscriber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscription_events"),
    )
    op.create_index("ix_subscription_events_subscriber_id", "subscription_events", ["subscriber_id"], unique=False)


def _create_subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("subscriber_id", _ROW_ID, nullable=False),
        sa.Column("newsletter", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("consent", sa.String(), nullable=False),
        sa.Column("consent_source", sa.String(), nullable=False),
        sa.Column("consent_at", sa.BigInteger(), nullable=False),
        sa.Column("consent_ip", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name="fk_subscriptions_subscriber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "newsletter", name="pk_subscriptions"),
    )
    op.create_index(
        "ix_subscriptions_newsletter_state", "subscriptions", ["newsletter", "state", "subscriber_id"], unique=False
    )


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("delivery_id", _ROW_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("fate", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("reply", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_attempts_delivery_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_delivery_id", "attempts", ["delivery_id"], unique=False)
