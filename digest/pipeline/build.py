"""Build: one edition into a folder, for people and programs to look at; the store stays as it is."""

from __future__ import annotations

import asyncio
import html
import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from digest.config.newsletter import Newsletter
from digest.model.slots import fill_marks
from digest.model.subscriber import Reader, Subscriber
from digest.pipeline.assemble import Assembled, assemble
from digest.pipeline.envelope import message_template
from digest.pipeline.overlay import read_overlay
from digest.pipeline.pictures import PictureLinks, beside, for_messages
from digest.pipeline.record import BuiltEdition
from digest.pipeline.workspace import Workspace
from digest.subscriptions.links import reader_values

MADE_UP = Subscriber(id=0, email="reader@example.com", key="reader@example.com", name="Ada Reader")
"""The reader whom built files greet."""


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
    address = for_messages(workspace.project.settings)
    links = PictureLinks(workspace.project.sources, workspace.project.folder, address=address)
    assembled = assemble(workspace, newsletter, slot_at, overlay=overlay, picture_url=links)
    summary = _summary(newsletter, assembled, overlay.errors)
    if assembled.rendered is None:
        return Built(summary, False, assembled.skip_reason)
    folder.mkdir(parents=True, exist_ok=True)
    _write(workspace, assembled, links, folder)
    (folder / "edition.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return Built(summary, True)


def _write(workspace: Workspace, assembled: Assembled, links: PictureLinks, folder: Path) -> None:
    rendered, newsletter = assembled.rendered, assembled.newsletter
    assert rendered is not None
    values = reader_values(MADE_UP, newsletter, rendered.edition, workspace.links, since_at=assembled.slot_at)
    page = fill_marks(rendered.html, rendered.marker, values, encode=html.escape)
    for picture in links.used.values():
        page = page.replace(links.address(picture), beside(picture))
        (folder / "pictures").mkdir(exist_ok=True)
        shutil.copyfile(picture.file, folder / "pictures" / picture.name)
    (folder / "edition.html").write_text(page, encoding="utf-8")
    text = fill_marks(rendered.text, rendered.marker, values)
    (folder / "edition.txt").write_text(text, encoding="utf-8")
    (folder / "edition.mjml").write_text(rendered.mjml, encoding="utf-8")
    template = message_template(workspace, newsletter, BuiltEdition(rendered, tuple(links.used)))
    reader = Reader(MADE_UP.id, MADE_UP.email, values, token="preview")
    (folder / "edition.eml").write_bytes(template.eml_for(reader))


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
