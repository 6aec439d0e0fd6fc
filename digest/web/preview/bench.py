"""What the bench shows: the project as it is on disk now, its editions with the edits in work; makes no page."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from digest.config.newsletter import Newsletter
from digest.editions import latest_slot, next_slots
from digest.errors import ConfigError, DigestError
from digest.model.edition import Edition
from digest.model.override import Override
from digest.model.story import Story
from digest.pipeline.assemble import Assembled, assemble
from digest.pipeline.overlay import NO_OVERLAY, Overlay
from digest.pipeline.overrides import load_override, override_slot, save_override
from digest.pipeline.pictures import LocalPicture, PictureLinks, find_picture, message_pictures
from digest.pipeline.record import BuiltEdition, built_from_json
from digest.pipeline.workspace import Workspace
from digest.store import editions, pool
from digest.store.editions import EditionRow
from digest.web.preview.changes import Kind
from digest.web.preview.edits import Edits
from digest.web.preview.loading import Loader
from digest.web.preview.troubles import Trouble, trouble_of

_JUST_BEFORE = timedelta(microseconds=1)
_MOST_KEPT = 120
"""Editions kept in memory, about 200 KB each."""


@dataclass(frozen=True, slots=True)
class View:
    """One edition as the bench shows it: as it would be sent, with the edits in work; `saved` are those of its file."""

    newsletter: Newsletter
    slot_at: datetime
    assembled: Assembled
    pictures: PictureLinks
    saved: Override
    edits: Override

    @property
    def built(self) -> BuiltEdition | None:
        """What messages are made from; None where there is no edition."""
        rendered = self.assembled.rendered
        return BuiltEdition(rendered, tuple(self.pictures.used)) if rendered else None


@dataclass(frozen=True, slots=True)
class Previous:
    """The edition before another: as the ledger has it (`is_sent`), or as the rules would make it; else the reason."""

    slot_at: datetime
    edition: Edition | None = None
    is_sent: bool = False
    reason: str = ""


class Bench:
    """The project at one moment; `refresh` after files changed. Assembled editions are kept until then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.version = 0
        self.is_closed = False
        self.trouble: Trouble | None = None
        self.edits = Edits()
        self._workspace: Workspace | None = None
        self._overlay: Overlay = NO_OVERLAY
        self._loader = Loader(folder)
        self._assembled: OrderedDict[tuple[object, ...], tuple[Assembled, PictureLinks]] = OrderedDict()
        self._lock = threading.RLock()
        self._changed = asyncio.Event()

    @property
    def workspace(self) -> Workspace:
        """The workspace of the last configuration that loaded; its store is only ever read.

        Raises ConfigError while there was none yet.
        """
        if self._workspace is None:
            raise ConfigError(())
        return self._workspace

    @property
    def is_ready(self) -> bool:
        """Whether any configuration could be loaded yet."""
        return self._workspace is not None

    @property
    def watched(self) -> tuple[Path, ...]:
        """Folders whose files the bench depends on."""
        folders = [self.folder, *self.mail_folders]
        if self._workspace:
            project = self._workspace.project
            folders += self._workspace.template_folders
            folders += [(project.folder / source.path).resolve() for source in project.sources if source.path]
        tops = [folder for folder in dict.fromkeys(folders) if folder.is_dir()]
        return tuple(top for top in tops if not any(top != other and top.is_relative_to(other) for other in tops))

    @property
    def mail_folders(self) -> tuple[Path, ...]:
        """Where the built-in catcher keeps messages: of real sends, and of the demo."""
        if self._workspace is None:
            return ()
        catcher = self._workspace.project.settings.catcher.folder
        return (self._workspace.at_root(catcher), self._workspace.at_root("var/demo/caught"))

    async def refresh(self, kinds: Collection[Kind] = (Kind.CONFIGURATION,)) -> None:
        """Load again what files of these kinds feed; what is wrong becomes `trouble`, never an exception."""
        await asyncio.to_thread(self._reload, frozenset(kinds))
        self.tell_change()

    def _reload(self, kinds: frozenset[Kind]) -> None:
        old = self._workspace
        try:
            wanted = kinds | {Kind.CONFIGURATION} if self.trouble else kinds
            workspace, overlay = self._loader.load(wanted, old, self._overlay)
        except DigestError as error:
            self.trouble = trouble_of(error)
            return
        with self._lock:
            self._workspace, self._overlay, self.trouble = workspace, overlay, None
            if kinds != {Kind.MAIL}:
                self._assembled.clear()
            if old is not None and old.store is not workspace.store:
                old.store.close()

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
        """Wake everyone who waits for a change, so that their connections end; close the store."""
        self.is_closed = True
        self.tell_change()
        if self._workspace is not None:
            self._workspace.store.close()

    def tell_change(self) -> None:
        """Let every page that is open look again; call it in the event loop's thread."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def next_slot(self, newsletter: Newsletter) -> datetime:
        """Return the newsletter's next slot, or now where it has no schedule."""
        now = self.workspace.clock().replace(second=0, microsecond=0)
        if newsletter.schedule is None:
            return now
        return next((slot.at for slot in next_slots(newsletter.schedule, newsletter.zone, after=now, count=1)), now)

    def view(self, newsletter_id: str, at: datetime | None = None) -> View:
        """Assemble the newsletter's next edition, or that of a slot, with the edits in work.

        Raises NotFoundError for an unknown id, RenderError where a template or an override fails.
        """
        newsletter = self.workspace.project.get_newsletter(newsletter_id)
        slot_at = at or self.next_slot(newsletter)
        saved = self.saved_edits(newsletter, slot_at)
        return self._view(newsletter, slot_at, saved, self.edits.current(saved))

    def view_without_edits(self, view: View) -> View:
        """Assemble the same edition as the rules alone would make it."""
        return self._view(view.newsletter, view.slot_at, view.saved, Override(view.saved.newsletter, view.saved.slot))

    def warm_up(self, newsletter_id: str | None = None) -> None:
        """Assemble one edition, so that the first page need not wait for everything that is loaded with it."""
        with contextlib.suppress(DigestError):
            self.view(newsletter_id or next(iter(self.workspace.project.newsletters)))

    def is_assembled(self, newsletter_id: str) -> bool:
        """Return whether the next edition can be shown at once."""
        newsletter = self.workspace.project.get_newsletter(newsletter_id)
        slot_at = self.next_slot(newsletter)
        saved = self.saved_edits(newsletter, slot_at)
        return self._key(newsletter, slot_at, self.edits.current(saved)) in self._assembled

    def _view(self, newsletter: Newsletter, slot_at: datetime, saved: Override, edits: Override) -> View:
        key = self._key(newsletter, slot_at, edits)
        with self._lock:
            if key not in self._assembled:
                workspace = self.workspace
                links = message_pictures(workspace.project)
                assembled = assemble(
                    workspace, newsletter, slot_at, overlay=self._overlay, override=edits, picture_url=links
                )
                self._assembled[key] = (assembled, links)
                while len(self._assembled) > _MOST_KEPT:
                    self._assembled.popitem(last=False)
            self._assembled.move_to_end(key)
            return View(newsletter, slot_at, *self._assembled[key], saved, edits)

    def _key(self, newsletter: Newsletter, slot_at: datetime, edits: Override) -> tuple[object, ...]:
        """Return what an edition depends on beside the files: a fetch meanwhile brings stories into the pool."""
        with self.workspace.store.read() as connection:
            return (newsletter.id, slot_at, repr(edits), pool.count_stories(connection))

    def saved_edits(self, newsletter: Newsletter, slot_at: datetime) -> Override:
        """Return the override in the file of that edition, an empty one where there is none."""
        saved = load_override(self.workspace.project.folder, newsletter, slot_at)
        return saved if saved.slot else Override(newsletter.id, override_slot(newsletter, slot_at))

    def save_edits(self, newsletter_id: str, at: datetime | None) -> Path:
        """Write the edits in work of an edition to its file: the one thing the bench ever changes."""
        view = self.view(newsletter_id, at)
        path = save_override(self.workspace.project.folder, view.edits, self.headlines(view.edits.story_ids))
        self.edits.note_saved(view.saved, view.edits)
        return path

    def stories(self, story_ids: Collection[str]) -> dict[str, Story]:
        """Return stories by id; unknown ones are left out."""
        fresh = {key: self._overlay.stories[key] for key in story_ids if key in self._overlay.stories}
        with self.workspace.store.read() as connection:
            return fresh | pool.load_stories(connection, [key for key in story_ids if key not in fresh])

    def headlines(self, story_ids: Collection[str]) -> dict[str, str]:
        """Return the headlines of stories, by id; unknown ones are left out."""
        return {key: story.headline for key, story in self.stories(story_ids).items()}

    def previous_edition(self, view: View) -> Previous:
        """Return the edition before this one: the ledger's, or what the rules would have made for the slot before."""
        with self.workspace.store.read() as connection:
            row = editions.last_edition(connection, view.newsletter.id, before_at=view.slot_at)
            content = editions.find_content(connection, row.id) if row else None
        if row and content:
            return Previous(row.slot_at, built_from_json(content).rendered.edition, is_sent=True)
        schedule, zone = view.newsletter.schedule, view.newsletter.zone
        before = latest_slot(schedule, zone, at=view.slot_at - _JUST_BEFORE) if schedule else None
        if before is None:
            return Previous(view.slot_at, reason="there is no slot before this one")
        assembled = self.view(view.newsletter.id, before.at).assembled
        edition = assembled.rendered.edition if assembled.rendered else None
        return Previous(before.at, edition, reason=assembled.skip_reason)

    def ledger_row(self, view: View) -> EditionRow | None:
        """Return what the ledger says of this slot."""
        with self.workspace.store.read() as connection:
            return editions.find_slot(connection, view.newsletter.id, view.slot_at)

    def picture(self, reference: str) -> LocalPicture | None:
        """Return the local picture of a `media:` reference."""
        project = self.workspace.project
        return find_picture(reference, project.sources, project.folder)
