"""Which stories make an edition, and why: pure functions of configuration and candidates; no store, no clock."""

from digest.selection.checks import rule_reads_text, rules_that_never_match
from digest.selection.choosing import choose
from digest.selection.explaining import explain, matching_ids
from digest.selection.index import CandidateIndex
from digest.selection.situation import Situation, longest_window, ordinary_start, window_start
from digest.selection.wanted import Wanted, find_wanted

__all__ = [
    "CandidateIndex",
    "Situation",
    "Wanted",
    "choose",
    "explain",
    "find_wanted",
    "longest_window",
    "matching_ids",
    "ordinary_start",
    "rule_reads_text",
    "rules_that_never_match",
    "window_start",
]
