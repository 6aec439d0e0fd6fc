"""What became of an edition, as commands, logs and the demo tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.model.delivery import DeliverySums
from digest.model.edition import EditionState
from digest.outbox.progress import sums_from
from digest.pipeline.record import built_from_json
from digest.pipeline.workspace import Workspace
from digest.store import audiences, editions
from digest.store.editions import EditionRow


@dataclass(frozen=True, slots=True)
class EditionReport:
    """An edition's outcome so far. `was_known` says that this call found it finished or held elsewhere."""

    row: EditionRow
    sums: DeliverySums
    story_count: int = 0
    was_known: bool = False
    message: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is left to do: sent, skipped by a rule, or waiting for a person by intention."""
        return not self.message and self.row.state in _SETTLED

    @property
    def told(self) -> str:
        """What a person should know beside the figures; empty when all went as it should."""
        if self.message or self.row.reason:
            return self.message or f"{self.row.state.value}: {self.row.reason}"
        if self.row.state is EditionState.SENDING:
            return f"not finished; go on with: digest send {self.row.newsletter} --resume"
        return ""

    def as_json(self) -> dict[str, Any]:
        """Return the object that `send --json` prints."""
        return {"edition": self.row.id, **told_sums(self.sums), "state": self.row.state.value, "reason": self.told}

    def as_record(self) -> dict[str, Any]:
        """Return the object that `editions list --json` prints."""
        return edition_record(self.row, self.sums) | ({"reason": self.told} if self.told else {})


_SETTLED = frozenset({EditionState.DONE, EditionState.SKIPPED, EditionState.HELD})


def report_edition(
    workspace: Workspace, edition_id: str, *, was_known: bool = False, message: str = ""
) -> EditionReport:
    """Read an edition's outcome from the ledger; raises NotFoundError."""
    with workspace.store.read() as connection:
        row = editions.get_edition(connection, edition_id)
        content = editions.find_content(connection, edition_id)
        sums = load_sums(connection, edition_id)
    stories = len(built_from_json(content).rendered.edition.stories) if content else 0
    return EditionReport(row, sums, stories, was_known, message)


def load_sums(connection: Connection, edition_id: str) -> DeliverySums:
    """Return how the edition's deliveries stand; nothing selected before its audience was fixed."""
    audience = audiences.find_audience(connection, edition_id)
    if audience is None:
        return DeliverySums()
    return sums_from(audience.selected, audiences.counts(connection, audience.id))


def edition_record(row: EditionRow, sums: DeliverySums) -> dict[str, Any]:
    """Return the JSON object of an edition."""
    return {
        "edition": row.id,
        "newsletter": row.newsletter,
        "slot": _iso(row.slot_at),
        "lane": row.lane.value,
        "state": row.state.value,
        "reason": row.reason,
        "subject": row.subject,
        **told_sums(sums),
    }


def told_sums(sums: DeliverySums) -> dict[str, int]:
    """Return the figures as they are told; what is under way counts as queued, so that the parts add up."""
    return {
        "selected": sums.selected,
        "sent": sums.sent,
        "suppressed": sums.suppressed,
        "failed": sums.failed,
        "uncertain": sums.uncertain,
        "deferred": sums.deferred,
        "queued": sums.queued + sums.sending,
        **({"cancelled": sums.cancelled} if sums.cancelled else {}),
    }


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
