"""Where a person is on the bench: tab, slot and what is pointed at, from the address and back into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from digest.errors import UsageError
from digest.web.preview.looks import Look

TABS = {
    "desktop": "Desktop",
    "phone": "Phone",
    "dark": "Dark",
    "no-pictures": "No pictures",
    "outlook": "Outlook",
    "text": "Text",
    "inbox": "Inbox",
    "source": "Source",
    "reader": "As reader",
    "compare": "Compare",
}
YEARS = range(1990, 2101)
LOOKS = {"dark": Look.DARK, "no-pictures": Look.NO_PICTURES, "outlook": Look.OUTLOOK}
PARTS = {"headers": "Headers", "html": "HTML", "mjml": "MJML", "message": "Whole message"}


@dataclass(frozen=True, slots=True)
class State:
    """One bookmarkable place. `at` is a slot in the newsletter's own time; "" means the next one."""

    newsletter: str
    tab: str = "desktop"
    at: str = ""
    mark: str = ""
    part: str = "headers"
    find: str = ""
    reader: str = ""
    name: str = ""
    email: str = ""
    story: str = ""

    @classmethod
    def from_query(cls, newsletter: str, query: Mapping[str, str]) -> State:
        """Return the place that an address names; unknown tabs are the first one."""
        known = {field.name: query[field.name] for field in fields(cls)[1:] if query.get(field.name)}
        state = cls(newsletter, **known)
        return replace(
            state,
            tab=state.tab if state.tab in TABS else "desktop",
            part=state.part if state.part in PARTS else "headers",
        )

    @property
    def look(self) -> Look:
        """How the edition's frame shows it."""
        return LOOKS.get(self.tab, Look.LIGHT)

    def query(self, **changes: str) -> str:
        """Return the query string of this place with changes; what is as usual is left out."""
        changed = replace(self, **changes)
        usual = State(self.newsletter)
        told = {field.name: getattr(changed, field.name) for field in fields(State)[1:]}
        text = urlencode({name: value for name, value in told.items() if value and value != getattr(usual, name)})
        return f"?{text}" if text else ""

    def link(self, **changes: str) -> str:
        """Return the address of this place with changes."""
        newsletter = changes.pop("newsletter", self.newsletter)
        return f"/preview/{newsletter}{self.query(**changes)}"

    def file(self, name: str, **changes: str) -> str:
        """Return the address of a file of the edition, as `edition.html`, for this place."""
        return f"/preview/{self.newsletter}/{name}{self.query(**changes)}"

    def slot_at(self, zone: ZoneInfo) -> datetime | None:
        """Return the slot as an instant, None for the next one; raises UsageError for what is no time."""
        if not self.at:
            return None
        try:
            moment = datetime.fromisoformat(self.at)
            if moment.year not in YEARS:
                raise ValueError
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        except ValueError:
            message = f"{self.at!r} is no time between {YEARS[0]} and {YEARS[-1]}; write 2026-11-23T06:30"
            raise UsageError(message) from None
