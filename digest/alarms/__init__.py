"""Alarms, pure: from facts about editions, sources, deliveries and this process to what a person should be told."""

from digest.alarms.changes import Changes, decide_changes
from digest.alarms.facts import EditionFact, Facts, ProcessFacts, RateFact, SourceFact
from digest.alarms.rules import find_alarms

__all__ = [
    "Changes",
    "EditionFact",
    "Facts",
    "ProcessFacts",
    "RateFact",
    "SourceFact",
    "decide_changes",
    "find_alarms",
]
