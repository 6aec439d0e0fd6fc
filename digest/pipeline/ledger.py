"""Editions as the ledger tells of them: lists, one in full, and the report of its deliveries."""

from __future__ import annotations

from typing import Any

from digest.pipeline.measuring import load_figures
from digest.pipeline.record import built_from_json
from digest.pipeline.reports import edition_record, load_sums
from digest.pipeline.workspace import Workspace
from digest.store import audiences, editions


def list_records(workspace: Workspace, *, newsletter: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """Return editions with their figures, the latest slot first.

    Raises NotFoundError for an unknown newsletter.
    """
    if newsletter is not None:
        workspace.project.get_newsletter(newsletter)
    with workspace.store.read() as connection:
        rows = editions.list_editions(connection, newsletter=newsletter or "", limit=limit)
        return [edition_record(row, load_sums(connection, row.id)) for row in rows]


def show_record(workspace: Workspace, edition_id: str) -> dict[str, Any]:
    """Return one edition with its stories in reading order; raises NotFoundError."""
    with workspace.store.read() as connection:
        record = edition_record(editions.get_edition(connection, edition_id), load_sums(connection, edition_id))
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
    """Return every figure of an edition's deliveries, why some were not simply sent, and what was counted of it.

    Opens and clicks stand in it where there are any, or where the newsletter counts them. Raises NotFoundError.
    """
    with workspace.store.read() as connection:
        record = edition_record(editions.get_edition(connection, edition_id), load_sums(connection, edition_id))
        audience = audiences.find_audience(connection, edition_id)
        reasons = audiences.reasons(connection, audience.id) if audience else []
    newsletter, figures = workspace.project.newsletters.get(record["newsletter"]), load_figures(workspace, edition_id)
    counts = newsletter is not None and (newsletter.measure.opens or newsletter.measure.clicks)
    if counts or figures.opens or figures.clicks:
        record |= figures.as_json()
    return record | {"reasons": [{"state": state, "reason": why, "readers": n} for state, why, n in reasons]}
