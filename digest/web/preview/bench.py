"""What the bench shows: the project as it is on disk now, its next editions, and what is wrong with it."""

from __future__ import annotations

import asyncio
import os
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.config.newsletter import Newsletter
from digest.config.project import Project
from digest.editions import next_slots
from digest.errors import ConfigError, DigestError
from digest.pipeline.assemble import Assembled, assemble
from digest.pipeline.overlay import NO_OVERLAY, Overlay, read_overlay
from digest.pipeline.pictures import LocalPicture, PictureLinks, find_picture
from digest.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stops the bench from showing editions: one message, and the lines of the file around the place."""

    title: str
    messages: tuple[str, ...]
    excerpt: tuple[tuple[int, str, bool], ...] = ()


class Bench:
    """The project at one moment; `refresh` after files changed. Assembled editions are kept until then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.version = 0
        self.trouble: Trouble | None = None
        self._workspace: Workspace | None = None
        self._overlay: Overlay = NO_OVERLAY
        self._assembled: dict[tuple[str, datetime], Assembled] = {}
        self._lock = threading.Lock()
        self._changed = asyncio.Event()

    @property
    def workspace(self) -> Workspace:
        """The workspace of the last configuration that loaded.

        Raises ConfigError while there was none yet.
        """
        if self._workspace is None:
            raise ConfigError(())
        return self._workspace

    @property
    def watched(self) -> tuple[Path, ...]:
        """Folders whose files the bench depends on."""
        folders = [self.folder]
        if self._workspace:
            folders += self._workspace.template_folders
        return tuple(dict.fromkeys(folder for folder in folders if folder.is_dir()))

    async def refresh(self) -> None:
        """Load configuration and folder sources again; what is wrong becomes `trouble`, never an exception."""
        from digest.config.load import load_project

        try:
            project = load_project(self.folder, os.environ)
            workspace = self._fresh_workspace(project)
            overlay = await read_overlay(workspace)
        except ConfigError as error:
            self.trouble = _config_trouble(error)
        except DigestError as error:
            self.trouble = Trouble("This cannot be shown", (str(error),))
        else:
            with self._lock:
                self._workspace, self._overlay, self.trouble = workspace, overlay, None
                self._assembled.clear()
        self._tell_change()

    async def wait_for_change(self, version: int, *, timeout_s: float) -> bool:
        """Wait until the bench shows something else than `version`; False when nothing came in time."""
        if self.version != version:
            return True
        try:
            await asyncio.wait_for(self._changed.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Wake everyone who waits for a change, so that their connections end."""
        self._tell_change()

    def _tell_change(self) -> None:
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def _fresh_workspace(self, project: Project) -> Workspace:
        workspace = Workspace(project, read_only=True)
        old = self._workspace
        if old and (old.project.regions, old.project.topics) == (project.regions, project.topics):
            workspace.__dict__["router"] = old.router
        return workspace

    def next_slot(self, newsletter: Newsletter) -> datetime:
        """Return the newsletter's next slot, or now where it has no schedule."""
        now = self.workspace.clock()
        if newsletter.schedule is None:
            return now.replace(microsecond=0)
        return next((slot.at for slot in next_slots(newsletter.schedule, newsletter.zone, after=now, count=1)), now)

    def edition(self, newsletter_id: str) -> Assembled:
        """Assemble the newsletter's next edition from what is there now.

        Raises NotFoundError for an unknown id, RenderError where a template fails.
        """
        workspace = self.workspace
        newsletter = workspace.project.get_newsletter(newsletter_id)
        slot_at = self.next_slot(newsletter)
        with self._lock:
            if (newsletter_id, slot_at) not in self._assembled:
                links = PictureLinks(workspace.project.sources, workspace.project.folder, address=_served)
                self._assembled[newsletter_id, slot_at] = assemble(
                    workspace,
                    newsletter,
                    slot_at,
                    overlay=self._overlay,
                    picture_url=links,
                )
            return self._assembled[newsletter_id, slot_at]

    def picture(self, reference: str) -> LocalPicture | None:
        """Return the local picture of a `media:` reference."""
        project = self.workspace.project
        return find_picture(reference, project.sources, project.folder)


def _served(picture: LocalPicture) -> str:
    return f"/preview/media/{picture.reference.removeprefix('media:')}"


def _config_trouble(error: ConfigError) -> Trouble:
    first = next(iter(error.problems), None)
    excerpt = _lines_around(Path(first.file), first.line) if first and first.line else ()
    return Trouble("The configuration has problems", tuple(str(problem) for problem in error.problems), excerpt)


def _lines_around(file: Path, line: int, *, around: int = 4) -> tuple[tuple[int, str, bool], ...]:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    start = max(0, line - 1 - around)
    return tuple((at + 1, lines[at], at + 1 == line) for at in range(start, min(len(lines), line + around)))
