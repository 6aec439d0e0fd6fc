"""The tables of pool, sources, editions and subscribers; not those of deliveries, and no queries."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from digest.store.metadata import Instant, Json, RowId, metadata

stories = Table(
    "stories",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("source_name", String, nullable=False),
    Column("guid", String, nullable=False),
    Column("url", String, nullable=False),
    Column("canonical_url", String, nullable=False),
    Column("headline", String, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("fetched_at", Instant, nullable=False),  # when it entered the pool
    Column("seen_at", Instant, nullable=False),  # when a reading last held it
    Column("updated_at", Instant),
    Column("cluster", String, nullable=False),
    Column("language", String, nullable=False),
    Column("word_count", Integer, nullable=False),
    Column("has_picture", Boolean, nullable=False),
    Column("has_parts", Boolean, nullable=False),
    Column("embargo_until", Instant),
    Column("is_sample", Boolean, nullable=False),
    Column("categories", Json, nullable=False),  # list of strings
    Column("regions", Json, nullable=False),  # region id -> share
    Column("topics", Json, nullable=False),  # topic id -> share
    Column("content_hash", String, nullable=False),
    Column("routing_version", String, nullable=False),
    Index("ix_stories_published_at", "published_at"),
    Index("ix_stories_fetched_at", "fetched_at"),
    Index("ix_stories_seen_at", "seen_at"),
    Index("ix_stories_cluster", "cluster"),
    Index("ix_stories_source_guid", "source", "guid"),
    Index("ix_stories_canonical_url", "canonical_url"),
)
"""A row a story, with what selection reads; light, so that 100,000 of them are scanned in a moment."""

story_content = Table(
    "story_content",
    metadata,
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("content", Text, nullable=False),  # the whole story, see story_json
    Column("routes", Text, nullable=False),  # routes with their evidence, see story_json
    Column("body_text", Text, nullable=False),  # headline and text in lower case, for keyword rules
)
"""The heavy part of a story, read only for those that were chosen or searched."""

story_history = Table(
    "story_history",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("replaced_at", Instant, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("content", Text, nullable=False),
)
"""Earlier versions of stories that their outlet edited."""

sources = Table(
    "sources",
    metadata,
    Column("source", String, primary_key=True),
    Column("etag", String, nullable=False),
    Column("last_modified", String, nullable=False),
    Column("moved_to", String, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("last_read_at", Instant),
    Column("last_success_at", Instant),
    Column("last_new_at", Instant),
    Column("next_try_at", Instant),
    Column("failures", Integer, nullable=False),
    Column("error", String, nullable=False),
    Column("gone", Boolean, nullable=False),
)
"""What is known of a source between two readings; columns are the fields of `SourceState`."""

editions = Table(
    "editions",
    metadata,
    Column("id", String, primary_key=True),
    Column("newsletter", String, nullable=False),
    Column("slot_at", Instant, nullable=False),
    Column("lane", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("reason", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("content", Text),  # the edition as the caller wrote it
    Column("content_hash", String, nullable=False),
    Column("since_at", Instant),  # the window its stories came from
    Column("until_at", Instant),
    Column("owner", String, nullable=False),
    Column("lease_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("approved_at", Instant),  # a person wants it sent, however late it is
    Column("approved_by", String),
    UniqueConstraint("newsletter", "slot_at", "lane"),
    Index("ix_editions_slot_at", "slot_at"),
)
"""The ledger: whoever inserts (newsletter, slot, lane) first owns that edition."""

edition_stories = Table(
    "edition_stories",
    metadata,
    Column("edition_id", ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", String, primary_key=True),
    Column("newsletter", String, nullable=False),
    Column("cluster", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("section", String, nullable=False),
    Column("score", Float, nullable=False),
    Index("ix_edition_stories_newsletter", "newsletter"),
    Index("ix_edition_stories_story_id", "story_id"),
)
"""Memory: which stories and events a newsletter has told; outlives the stories themselves."""

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("email", String, nullable=False),
    Column("key", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("language", String, nullable=False),
    Column("timezone", String, nullable=False),
    Column("attributes", Json, nullable=False),  # name -> text
    Column("created_at", Instant, nullable=False),
    Column("erased", Boolean, nullable=False, default=False),
    sqlite_autoincrement=True,  # ids stand in personal links and must never be given out twice
)
"""An address; after `erase` the row stays without one, so that the ledger's sums still agree."""

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True),
    Column("newsletter", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("since_at", Instant, nullable=False),
    Column("paused_until", Instant),
    Column("frequency", String, nullable=False),
    Column("consent", String, nullable=False),  # the wording agreed to
    Column("consent_source", String, nullable=False),  # form, import file, …
    Column("consent_at", Instant, nullable=False),
    Column("consent_ip", String, nullable=False),
    Index("ix_subscriptions_newsletter_state", "newsletter", "state", "subscriber_id"),
)
"""A subscriber's link to one newsletter."""

subscription_events = Table(
    "subscription_events",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("subscriber_id", ForeignKey("subscribers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("newsletter", String, nullable=False),
    Column("kind", String, nullable=False),  # a state, or what else happened
    Column("detail", String, nullable=False),  # never an address
)
"""The log of what readers and operators changed."""

suppressions = Table(
    "suppressions",
    metadata,
    Column("key", String, primary_key=True),  # `subscribers.key`, or its keyed hash after an erase
    Column("reason", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("created_at", Instant, nullable=False),
)
"""Addresses that must not be mailed."""

secrets = Table(
    "secrets",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)
"""Keys made once for this installation, where the settings give none."""

watches = Table(
    "watches",
    metadata,
    Column("newsletter", String, primary_key=True),
    Column("schedule", String, primary_key=True),  # fingerprint of the rule; empty where it was not kept
    Column("rule", Text, nullable=False),  # the schedule and its zone, as JSON
    Column("since_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("restored_at", Instant),  # set by a restore: what was told between backup and restore is not known
)
"""Since when daemons watch a newsletter by a schedule: slots before that are nobody's debt."""

drafts = Table(
    "drafts",
    metadata,
    Column("edition_id", ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("mailed_at", Instant),
    Column("edits", Text),  # what editors changed, as JSON
)
"""Editions that editors see before their slot."""
