"""What is new among alarms, and which have ended; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.model.alarm import OF_EDITIONS, OF_THE_PROCESS, Alarm

LOOK_BACK = timedelta(hours=24)
"""Editions with older slots raise no alarms, and those they raised end without a word."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm that was raised before and has not ended."""

    alarm: Alarm
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """What to write down. Those `forgotten` end, but nobody is told: they are only too old to matter."""

    raised: tuple[Alarm, ...] = ()
    cleared: tuple[Alarm, ...] = ()
    forgotten: tuple[Alarm, ...] = ()


def decide_changes(found: Iterable[Alarm], standing: Iterable[Standing], *, host: str, now: datetime) -> Changes:
    """Return what is new and what has ended. What another machine saw of itself is left to that machine."""
    present = {alarm.key: alarm for alarm in found}
    before = {one.alarm.key: one for one in standing}
    ended = [one for key, one in before.items() if key not in present and _is_ours(one.alarm, host)]
    old = [one.alarm for one in ended if one.alarm.kind in OF_EDITIONS and now - one.raised_at >= LOOK_BACK]
    return Changes(
        raised=tuple(alarm for key, alarm in present.items() if key not in before),
        cleared=tuple(one.alarm for one in ended if one.alarm not in old),
        forgotten=tuple(old),
    )


def _is_ours(alarm: Alarm, host: str) -> bool:
    return alarm.kind not in OF_THE_PROCESS or alarm.subject.endswith(f"@{host}")
