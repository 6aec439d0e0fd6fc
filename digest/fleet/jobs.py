"""The jobs that the engine carries, by name, and the order in which a fleet's editions come into being."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

ASSEMBLE = "assemble"
"""Publish the edition of a slot: build it, fix its readers, deliver beside all others."""

ROUNDUP = "roundup"
"""Publish a newsletter's roundup of the week."""

RESUME = "resume"
"""Take the next step of a newsletter's editions that stopped: go on, or end as the late policy says."""

DELIVER = "deliver"
"""Join the delivery of an edition."""

SWEEP = "sweep"
"""Give back what dead workers hold, in the ledger and in the engine."""

REFRESH = "refresh"
"""Read the sources that are due."""


def slot_arguments(newsletter: str, slot_at: datetime, action: str, reason: str) -> dict[str, Any]:
    """Return the arguments of a job about a slot; an instant goes as microseconds since 1970."""
    moment = round(slot_at.timestamp() * 1_000_000)
    return {"newsletter": newsletter, "slot_at": moment, "action": action, "reason": reason}


def read_instant(moment: int) -> datetime:
    """Return the instant of an argument."""
    return datetime.fromtimestamp(moment / 1_000_000, UTC)
