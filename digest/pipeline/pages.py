"""A built edition as a page in a folder, for a made-up reader, with its local pictures beside it."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

from digest.config.newsletter import Newsletter
from digest.model.slots import fill_marks
from digest.model.subscriber import Reader, Subscriber
from digest.pipeline.pictures import beside, find_picture, for_messages
from digest.pipeline.record import BuiltEdition
from digest.pipeline.workspace import Workspace
from digest.subscriptions.links import reader_values

MADE_UP = Subscriber(id=0, email="reader@example.com", key="reader@example.com", name="Ada Reader")
"""The reader whom pages in folders greet."""


def made_up_reader(workspace: Workspace, newsletter: Newsletter, built: BuiltEdition) -> Reader:
    """Return the made-up reader of an edition; the links look like real ones and belong to nobody."""
    edition = built.rendered.edition
    values = reader_values(MADE_UP, newsletter, edition, workspace.links, since_at=edition.slot_at)
    return Reader(MADE_UP.id, MADE_UP.email, values, token="preview")


def write_page(workspace: Workspace, built: BuiltEdition, reader: Reader, file: Path) -> None:
    """Write the edition as the reader would see it; its local pictures go into `pictures/` beside the file."""
    project, rendered = workspace.project, built.rendered
    page = fill_marks(rendered.html, rendered.marker, reader.values, encode=html.escape)
    address = for_messages(project.settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    for reference in built.pictures:
        picture = find_picture(reference, project.sources, project.folder)
        if picture is not None:
            page = page.replace(address(picture), beside(picture))
            (file.parent / "pictures").mkdir(exist_ok=True)
            shutil.copyfile(picture.file, file.parent / "pictures" / picture.name)
    file.write_text(page, encoding="utf-8")
