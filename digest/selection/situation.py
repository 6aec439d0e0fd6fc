"""The slot, its window and what was told before, as selection needs them; finds out nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.config.newsletter import Newsletter

LATEST_ARRIVAL = timedelta(hours=12)
"""How long before the window a story may have been published that entered the pool within it."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One slot of one newsletter, as selection sees it; all times are aware UTC.

    Stories count from `since_at` to `until_at` (the slot itself unless said), both included. `used` and
    `used_clusters` were told by earlier editions of this newsletter; `told` holds story and cluster ids told by
    the newsletters it must not repeat. `source_weights` names every known source. `clusters` maps a cluster to
    stories of it that are not among the candidates; `topic_parents` maps a topic to the one it is part of.
    """

    slot_at: datetime
    since_at: datetime
    until_at: datetime | None = None
    source_weights: Mapping[str, float] = field(default_factory=dict)
    used: frozenset[str] = frozenset()
    used_clusters: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    clusters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    topic_parents: Mapping[str, str] = field(default_factory=dict)

    @property
    def end_at(self) -> datetime:
        """The end of the window: no story published later stands in the edition."""
        return self.until_at or self.slot_at


def window_start(newsletter: Newsletter, slot_at: datetime, last_edition_at: datetime | None) -> datetime:
    """Return since when stories count: the last edition (`window.max` back at most), or `window.length` before."""
    window = newsletter.window
    if window.since == "fixed" or last_edition_at is None or last_edition_at >= slot_at:
        return slot_at - window.length
    return max(last_edition_at, slot_at - window.max)


def longest_window(newsletter: Newsletter) -> timedelta:
    """Return how far before the slot candidates must be loaded, so that no rule and no fallback misses one."""
    window = newsletter.window
    lengths = [window.length, *(step.window for step in newsletter.fallback if step.window)]
    if window.since == "fixed":
        return max(lengths)
    return max(*lengths, window.max) + LATEST_ARRIVAL


def ordinary_start(newsletter: Newsletter, situation: Situation) -> datetime:
    """Return where the window starts before any fallback: as the situation says, but `window.max` back at most."""
    longest = max(newsletter.window.max, newsletter.window.length)
    return max(situation.since_at, situation.slot_at - longest)
