"""An edition: one newsletter at one slot, as chosen (`Edition`) and as rendered (`RenderedEdition`)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from digest.model.choice import Score
from digest.model.story import Story


class EditionState(enum.StrEnum):
    """The life of an edition in the ledger."""

    PLANNED = "planned"  # the slot is known and claimed, nothing was assembled yet
    BUILDING = "building"  # stories are being chosen and rendered
    BUILT = "built"  # content is fixed (hash stored), nobody was mailed
    SENDING = "sending"  # the audience is fixed, deliveries run
    DONE = "done"  # every delivery has a final state and the sums agree
    HELD = "held"  # waits for a person; `reason` says why
    FAILED = "failed"  # could not be built or sent; `reason` says why
    SKIPPED = "skipped"  # by a rule (too few stories, too late, holiday); `reason` says which
    CANCELLED = "cancelled"  # a person stopped it


class Lane(enum.StrEnum):
    """Whom an edition is for; the ledger is unique on (newsletter, slot, lane)."""

    LIST = "list"  # all confirmed subscribers
    BREAKING = "breaking"  # all confirmed subscribers, at once, with one story that the next edition does not repeat
    WEEKLY = "weekly"  # subscribers who want only the roundup of the week; its stories do not count as used
    DIRECT = "direct"  # addresses named on the command line; its stories do not count as used


@dataclass(frozen=True, slots=True)
class AlsoReported:
    """Another outlet's version of the same event."""

    source_name: str
    url: str


@dataclass(frozen=True, slots=True)
class EditionStory:
    """A story in its place. `number` runs on over the edition; None where the section is not numbered."""

    story: Story
    score: Score
    number: int | None = None
    also: tuple[AlsoReported, ...] = ()


@dataclass(frozen=True, slots=True)
class EditionSection:
    """A section as it will be rendered. `layout` is one of the layouts of the template."""

    title: str
    layout: Literal["lead", "story", "brief", "headlines"]
    stories: tuple[EditionStory, ...]


@dataclass(frozen=True, slots=True)
class DataFigure:
    """A local figure for the masthead line, as weather, price or score: an optional label and a value."""

    label: str
    value: str
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything rendering needs to know of one edition; immutable.

    `slot_at` is the scheduled instant (aware UTC). `word_count` counts what a reader reads,
    `minutes` is the reading time, at least 1. `is_copy` says that it goes to addresses named by hand.
    """

    id: str
    newsletter: str
    slot_at: datetime
    sections: tuple[EditionSection, ...]
    more: tuple[EditionStory, ...] = ()
    subject: str = ""
    preheader: str = ""
    word_count: int = 0
    minutes: int = 1
    note: str = ""
    figures: tuple[DataFigure, ...] = ()
    fallback: str = ""
    warnings: tuple[str, ...] = ()
    is_copy: bool = False

    @property
    def stories(self) -> tuple[EditionStory, ...]:
        """All stories in reading order, `more` headlines last."""
        return tuple(s for section in self.sections for s in section.stories) + self.more


@dataclass(frozen=True, slots=True)
class RenderedEdition:
    """An edition as markup, the same for all readers but for its slots.

    `html`, `text`, `subject` and `preheader` may hold slot markers: `<marker>NAMEz` where `marker`
    is alphanumeric and unique to this edition, so that no story can forge one. `delivery` cuts the
    encoded message at them. `html_bytes` is measured with the longest personal links.
    """

    edition: Edition
    subject: str
    preheader: str
    html: str
    text: str
    mjml: str
    marker: str
    html_bytes: int
    warnings: tuple[str, ...] = ()
