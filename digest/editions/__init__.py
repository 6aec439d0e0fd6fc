"""When editions are due and what stands in them: pure functions; no clock, no store, no markup."""

from digest.editions.building import build_edition
from digest.editions.differences import Change, diff_editions
from digest.editions.identity import content_hash, edition_id, schedule_fingerprint
from digest.editions.late import LateDecision, decide_catch_up, decide_late
from digest.editions.mornings import reader_morning
from digest.editions.records import edition_from_json, edition_to_json
from digest.editions.schedule_check import check_schedule
from digest.editions.slots import Slot, latest_slot, next_slots, slots

__all__ = [
    "Change",
    "LateDecision",
    "Slot",
    "build_edition",
    "check_schedule",
    "content_hash",
    "decide_catch_up",
    "decide_late",
    "diff_editions",
    "edition_from_json",
    "edition_id",
    "edition_to_json",
    "latest_slot",
    "next_slots",
    "reader_morning",
    "schedule_fingerprint",
    "slots",
]
