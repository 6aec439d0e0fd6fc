"""The facts that alarms are made from; values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.model.edition import EditionState


@dataclass(frozen=True, slots=True)
class EditionFact:
    """An edition whose slot has passed; `state` is None where the ledger has no row for the slot.

    `stories` and `usual_stories` (the median of the editions before, 0 where there are too few) count stories;
    `left` is how many readers wait; `allowed` how long its sending may take beside the limit of the settings.
    """

    id: str
    newsletter: str
    slot_at: datetime
    state: EditionState | None
    reason: str = ""
    stories: int = 0
    usual_stories: float = 0
    left: int = 0
    allowed: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class SourceFact:
    """A source: how many readings in a row failed and why, and since when it has brought nothing new."""

    id: str
    failures: int = 0
    error: str = ""
    is_gone: bool = False
    silent_for: timedelta = timedelta(0)
    silent_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class RateFact:
    """A newsletter's messages of the last day, and the reports that came in the same time."""

    newsletter: str
    messages: int
    hard_bounces: int
    complaints: int


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What one process knows of itself; `host` is its machine. Routes and duties are given with what is wrong."""

    host: str = ""
    paused_routes: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    waiting_settings: tuple[str, ...] = ()
    failing_duties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is looked at, at `now`."""

    now: datetime
    editions: tuple[EditionFact, ...] = ()
    sources: tuple[SourceFact, ...] = ()
    rates: tuple[RateFact, ...] = ()
    process: ProcessFacts = ProcessFacts()
