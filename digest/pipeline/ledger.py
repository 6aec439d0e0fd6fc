"""Editions as the ledger tells of them: records for lists and reports, with the sums of their deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from digest.model.delivery import DeliverySums
from digest.pipeline.record import built_from_json
from digest.pipeline.workspace import Workspace
from digest.store import deliveries, editions
from digest.store.editions import EditionRow


def list_records(workspace: Workspace, *, newsletter: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """Return editions with their figures, the latest slot first.

    Raises NotFoundError for an unknown newsletter.
    """
    if newsletter is not None:
        workspace.project.get_newsletter(newsletter)
    with workspace.store.read() as connection:
        rows = editions.list_editions(connection, newsletter=newsletter or "", limit=limit)
        return [edition_record(row, deliveries.sums(connection, row.id)) for row in rows]


def show_record(workspace: Workspace, edition_id: str) -> dict[str, Any]:
    """Return one edition with its stories in reading order; raises NotFoundError."""
    with workspace.store.read() as connection:
        record = _record(connection, edition_id)
        content = editions.find_content(connection, edition_id)
    stories = []
    if content:
        edition = built_from_json(content).rendered.edition
        placed = [(section.title, item) for section in edition.sections for item in section.stories]
        placed += [("", item) for item in edition.more]
        stories = [
            {"section": title, "id": item.story.id, "headline": item.story.headline, "url": item.story.url}
            for title, item in placed
        ]
    return record | {"stories": stories}


def report_record(workspace: Workspace, edition_id: str) -> dict[str, Any]:
    """Return every figure of an edition's deliveries, and why some were not simply sent; raises NotFoundError."""
    with workspace.store.read() as connection:
        record = _record(connection, edition_id)
        reasons = deliveries.reasons(connection, edition_id)
    return record | {"reasons": [{"state": state, "reason": why, "readers": n} for state, why, n in reasons]}


def _record(connection: Connection, edition_id: str) -> dict[str, Any]:
    row = editions.get_edition(connection, edition_id)
    return edition_record(row, deliveries.sums(connection, row.id))


def edition_record(row: EditionRow, sums: DeliverySums) -> dict[str, Any]:
    """Return the JSON object of an edition."""
    return {
        "edition": row.id,
        "newsletter": row.newsletter,
        "slot": row.slot_at.isoformat(),
        "lane": row.lane.value,
        "state": row.state.value,
        "reason": row.reason,
        "subject": row.subject,
        **told_sums(sums),
    }


def told_sums(sums: DeliverySums) -> Mapping[str, int]:
    """Return the figures as they are told: what is under way counts as queued, so that the parts add up."""
    told = asdict(sums)
    told["queued"] += told.pop("sending")
    return told
