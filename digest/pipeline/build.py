"""Build: one edition into a folder, for people and programs to look at; the store stays as it is."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from digest.config.newsletter import Newsletter
from digest.errors import UsageError
from digest.model.slots import fill_marks
from digest.pipeline.assemble import Assembled, assemble
from digest.pipeline.envelope import message_template
from digest.pipeline.overlay import read_overlay
from digest.pipeline.pages import made_up_reader, write_page
from digest.pipeline.pictures import message_pictures
from digest.pipeline.record import BuiltEdition
from digest.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Built:
    """What `digest build` did: its JSON, whether files were written, and why not."""

    summary: dict[str, Any]
    written: bool
    reason: str = ""


def build_files(workspace: Workspace, newsletter_id: str, slot_at: datetime, folder: Path) -> Built:
    """Assemble an edition and write `edition.html`, `.txt`, `.mjml`, `.eml` and `.json` into `folder`.

    Local pictures are copied beside the page. The files greet a made-up reader.
    """
    newsletter = workspace.project.get_newsletter(newsletter_id)
    overlay = asyncio.run(read_overlay(workspace))
    links = message_pictures(workspace.project)
    assembled = assemble(workspace, newsletter, slot_at, overlay=overlay, picture_url=links)
    summary = _summary(newsletter, assembled, overlay.errors)
    if assembled.rendered is None:
        return Built(summary, False, assembled.skip_reason)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}; name another folder with --out") from error
    _write(workspace, newsletter, BuiltEdition(assembled.rendered, tuple(links.used)), folder)
    (folder / "edition.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return Built(summary, True)


def _write(workspace: Workspace, newsletter: Newsletter, built: BuiltEdition, folder: Path) -> None:
    rendered = built.rendered
    reader = made_up_reader(workspace, newsletter, built)
    write_page(workspace, built, reader, folder / "edition.html")
    text = fill_marks(rendered.text, rendered.marker, reader.values)
    (folder / "edition.txt").write_text(text, encoding="utf-8")
    (folder / "edition.mjml").write_text(rendered.mjml, encoding="utf-8")
    (folder / "edition.eml").write_bytes(message_template(workspace, newsletter, built, is_trial=True).eml_for(reader))


def _summary(newsletter: Newsletter, assembled: Assembled, errors: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON of `digest build`."""
    edition, rendered = assembled.edition, assembled.rendered
    placed = []
    if edition is not None:
        placed = [(section.title, item) for section in edition.sections for item in section.stories]
        placed += [(newsletter.more_headlines.title, item) for item in edition.more]
    return {
        "newsletter": newsletter.id,
        "slot": assembled.slot_at.isoformat(),
        "subject": rendered.subject if rendered else "",
        "preheader": rendered.preheader if rendered else "",
        "stories": [
            {
                "id": item.story.id,
                "guid": item.story.guid,
                "headline": item.story.headline,
                "url": item.story.url,
                "source": item.story.source,
                "section": title,
                "score": round(item.score.total, 4),
                "also": [also.source_name for also in item.also],
            }
            for title, item in placed
        ],
        "words": edition.word_count if edition else 0,
        "minutes": edition.minutes if edition else 0,
        "html_bytes": rendered.html_bytes if rendered else 0,
        "skipped": assembled.skip_reason,
        "warnings": [*errors, *assembled.warnings],
    }
