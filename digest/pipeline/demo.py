"""The demo: the main job with sample stories, made-up readers and the built-in mail catcher."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from digest.config.newsletter import Newsletter
from digest.config.project import Project
from digest.editions import latest_slot
from digest.errors import UsageError
from digest.pipeline.collect import collect
from digest.pipeline.mail import open_mail
from digest.pipeline.pages import made_up_reader, write_page
from digest.pipeline.publish import Order, Publisher
from digest.pipeline.record import built_from_json
from digest.pipeline.reports import EditionReport
from digest.pipeline.workspace import Workspace
from digest.store.editions import find_content

_READERS = ("ada", "bo", "cleo", "dev", "esme")
_READERS_EACH = 3
_CONSENT = "made up for the demo"


@dataclass(frozen=True, slots=True)
class DemoEdition:
    """One line of the demo's table."""

    report: EditionReport
    zone: ZoneInfo

    @property
    def newsletter(self) -> str:
        """Id of the newsletter."""
        return self.report.row.newsletter

    @property
    def ok(self) -> bool:
        """Whether the edition went out, now or in an earlier run."""
        return self.report.ok

    @property
    def reason(self) -> str:
        """Why the edition did not go out as it should; empty when it did."""
        return self.report.told

    def as_json(self) -> dict[str, Any]:
        """Return the edition as an object of `demo --json`."""
        return self.report.as_record() | {"stories": self.report.story_count, "sent_before": self.report.was_known}

    def as_row(self) -> tuple[object, ...]:
        """Return the edition as a row of the demo's table."""
        report = self.report
        state = "sent before" if report.was_known and report.ok else report.row.state.value
        slot = report.row.slot_at.astimezone(self.zone)
        return (self.newsletter, f"{slot:%a %H:%M %Z}", report.story_count, report.sums.sent, state, report.row.subject)


class Demo:
    """One run of the demo; `prepare` it, then `perform`."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    @classmethod
    def prepare(cls, folder: Path | None, *, fresh: bool = False) -> Demo:
        """Load the configuration in `folder` (./config, else the shipped one) for a demo of it.

        The demo has a store and a catcher of its own, in `var/demo` beside the configuration, or below the
        current folder.
        """
        from digest.config.load import load_project
        from digest.config.shipped import shipped_config

        local = folder or Path("config")
        if folder is None and not local.is_dir():
            local = shipped_config()
        project = load_project(local.absolute(), {k: v for k, v in os.environ.items() if not k.startswith("DIGEST_")})
        root = Path.cwd() if folder is None else project.root
        kept = root / "var" / "demo"
        if fresh and kept.exists():
            shutil.rmtree(kept)
        if not project.newsletters:
            raise UsageError(f"there is no newsletter in {local}/newsletters; write one, or run digest demo elsewhere")
        return cls(Workspace(_for_demo(project), root=kept))

    async def perform(self, *, progress: Callable[[str], None] = lambda newsletter: None) -> list[DemoEdition]:
        """Send every newsletter's latest due edition once, to made-up readers, from the folder sources alone."""
        workspace = self.workspace
        folders = [source.id for source in workspace.project.sources if source.path]
        if folders:
            await collect(workspace, only=folders, force=True)
        self._subscribe_readers()
        editions = []
        async with open_mail(workspace) as mail:
            publisher = Publisher(workspace, mail)
            for newsletter in workspace.project.newsletters.values():
                progress(newsletter.id)
                editions.append(await self._send(publisher, newsletter))
        return editions

    async def _send(self, publisher: Publisher, newsletter: Newsletter) -> DemoEdition:
        now = self.workspace.clock()
        slot = latest_slot(newsletter.schedule, newsletter.zone, at=now) if newsletter.schedule else None
        slot_at = slot.at if slot else now.replace(hour=0, minute=0, second=0, microsecond=0)
        report = await publisher.publish(Order(newsletter, slot_at, until_at=now))
        self._write_page(newsletter, report)
        return DemoEdition(report, newsletter.zone)

    def _write_page(self, newsletter: Newsletter, report: EditionReport) -> None:
        """Write what was sent as a page that a browser opens, as a made-up reader sees it."""
        with self.workspace.store.read() as connection:
            content = find_content(connection, report.row.id)
        if content is not None:
            built = built_from_json(content)
            reader = made_up_reader(self.workspace, newsletter, built)
            write_page(self.workspace, built, reader, self.workspace.root / "editions" / f"{newsletter.id}.html")

    def _subscribe_readers(self) -> None:
        from digest.pipeline.readers import add_subscriber

        ids = list(self.workspace.project.newsletters)
        for index, newsletter_id in enumerate(ids):
            for offset in range(_READERS_EACH):
                name = _READERS[(index + offset) % len(_READERS)]
                add_subscriber(
                    self.workspace, f"{name}@example.com", newsletter_id, name=name.capitalize(), consent=_CONSENT
                )

    def where_to_look(self, program: str) -> str:
        """Say where the demo's results are, and what to try next with the `program`."""
        root = self.workspace.root
        shown = root.relative_to(Path.cwd()) if root.is_relative_to(Path.cwd()) else root
        return (
            f"The messages as readers got them are in {shown}/caught/*.eml, as pages in {shown}/editions/*.html, "
            f"the ledger in {shown}/digest.db.\n"
            f"Look at the next editions in the browser: {program} preview\n"
            f"Send one for real: {program} send denver --to you@example.com"
        )


def _for_demo(project: Project) -> Project:
    """Return the project with the catcher as its mail server and a store of its own, whatever is configured."""
    from dataclasses import replace

    smtp = project.settings.smtp.model_copy(update={"host": "", "routes": (), "per_second": None})
    catcher = project.settings.catcher.model_copy(update={"folder": "caught", "port": 0})
    settings = project.settings.model_copy(
        update={"smtp": smtp, "catcher": catcher, "store": "sqlite:///digest.db", "dkim": None}
    )
    return replace(project, settings=settings)
