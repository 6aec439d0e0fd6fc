"""An order: one edition to publish, for whom and by whose wish; a value, carries nothing out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.config.newsletter import Newsletter
from digest.editions import edition_id
from digest.model.edition import Lane
from digest.store.editions import EditionRow, Slot

_BREAKING = "breaking story "


@dataclass(frozen=True, slots=True)
class Order:
    """One edition to publish.

    `addresses` name readers by hand (lane DIRECT), `story` the one of a breaking edition, else all subscribers get what
    the rules choose. `by` is the person who wants it, empty where the schedule does: what a person wants goes out
    however late it is, and waits for no editor. `known_lane` is that of an edition which stands in the ledger already.
    """

    newsletter: Newsletter
    slot_at: datetime
    until_at: datetime | None = None
    addresses: tuple[str, ...] = ()
    story: str = ""
    by: str = ""
    known_lane: Lane | None = None

    @classmethod
    def of_row(cls, newsletter: Newsletter, row: EditionRow) -> Order:
        """Return the order that an edition of the ledger came from, as far as the ledger knows it."""
        story = row.reason.removeprefix(_BREAKING) if row.lane is Lane.BREAKING else ""
        return cls(newsletter, row.slot_at, story=story, by=row.approved_by or "", known_lane=row.lane)

    @property
    def lane(self) -> Lane:
        """Whom the edition is for."""
        if self.known_lane is not None:
            return self.known_lane
        if self.addresses:
            return Lane.DIRECT
        return Lane.BREAKING if self.story else Lane.LIST

    @property
    def slot(self) -> Slot:
        """What makes the edition unique in the ledger."""
        name = edition_id(self.newsletter.id, self.slot_at, self.lane)
        return Slot(name, self.newsletter.id, self.slot_at, self.lane)

    @property
    def reason(self) -> str | None:
        """What the ledger says from the start; it tells a restart which story is breaking."""
        return f"{_BREAKING}{self.story}" if self.story else None
