"""Which slots of a newsletter want attention now, and what becomes of each; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from digest.config.newsletter import Newsletter
from digest.config.schedule import Schedule
from digest.editions import LateDecision, Slot, decide_catch_up, slots

LOOK_BACK = timedelta(days=7)
"""Slots older than this are not looked for, however long the daemon was down."""

_JUST_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule by which daemons watched a newsletter from `since_at` on; None where it was not kept."""

    since_at: datetime
    schedule: Schedule | None
    zone: ZoneInfo


def due_slots(
    newsletter: Newsletter, *, known: Mapping[datetime, bool], watched: Sequence[Watched], now: datetime
) -> list[LateDecision]:
    """Return what becomes of each slot up to `now` that is not `known` to the ledger, oldest first.

    `known` says of each slot in the ledger whether readers have its edition. `watched` holds the versions of the
    schedule in the order in which they began: a first run owes readers nothing of before, and nor does a change of
    the schedule. Slots that a holiday or a pause took are skipped with that reason.
    """
    if newsletter.schedule is None or not watched:
        return []
    open_slots = [slot for slot in _passed(newsletter, watched, now) if slot.at not in known]
    shut = [LateDecision(slot.at, "skip", slot.skipped) for slot in open_slots if slot.skipped]
    told_at = max((at for at, was_told in known.items() if was_told), default=None)
    missed = [slot.at for slot in open_slots if not slot.skipped]
    decided = decide_catch_up(newsletter.late, missed, now, told_at=told_at)
    return sorted([*shut, *decided], key=lambda decision: decision.slot_at)


def due_drafts(newsletter: Newsletter, *, known: Collection[datetime], now: datetime) -> list[datetime]:
    """Return the slots ahead whose draft is due at `now` and not `known` to the ledger, the next one first."""
    if newsletter.draft is None or newsletter.schedule is None:
        return []
    ahead = slots(
        newsletter.schedule, newsletter.zone, now + _JUST_AFTER, now + newsletter.draft.lead_time + _JUST_AFTER
    )
    return [slot.at for slot in ahead if slot.at not in known]


def _passed(newsletter: Newsletter, watched: Sequence[Watched], now: datetime) -> Iterator[Slot]:
    """Yield the slots that came since the newsletter is watched, and that the rule of their time named, too."""
    schedule = newsletter.schedule
    if schedule is None:
        return
    start = max(watched[0].since_at + _JUST_AFTER, now - LOOK_BACK)
    ends = [later.since_at for _, later in pairwise(watched)] + [now]
    for rule, end_at in zip(watched, ends, strict=True):
        first, last = max(start, rule.since_at + _JUST_AFTER), min(end_at, now) + _JUST_AFTER
        if first >= last:
            continue
        found = slots(schedule, newsletter.zone, first, last, with_skipped=True)
        if rule.schedule is None or (rule.schedule, rule.zone) == (schedule, newsletter.zone):
            yield from found
        else:
            named = {slot.at for slot in slots(rule.schedule, rule.zone, first, last, with_skipped=True)}
            yield from (slot for slot in found if slot.at in named)
