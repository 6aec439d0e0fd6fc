"""The name of an edition and the fingerprint of its content; keeps neither."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from digest.editions.records import edition_to_json
from digest.model.edition import Edition, Lane


def edition_id(newsletter_id: str, slot_at: datetime, lane: Lane = Lane.LIST) -> str:
    """Return the id of an edition, as `denver-20261123T133000Z`; the other lanes add their name."""
    name = f"{newsletter_id}-{slot_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return name if lane is Lane.LIST else f"{name}-{lane}"


def content_hash(edition: Edition) -> str:
    """Return the SHA-256 (hexadecimal) of everything in the edition; equal editions have equal hashes."""
    return hashlib.sha256(edition_to_json(edition).encode()).hexdigest()


def schedule_fingerprint(rule: str) -> str:
    """Return what tells one version of a schedule from another, given as its text."""
    return hashlib.sha256(rule.encode()).hexdigest()[:16]
