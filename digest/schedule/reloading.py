"""Reloading: changed configuration and templates are taken up while the daemon runs; bad ones are refused and told."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from watchfiles import awatch

from digest.config.changes import Fingerprint, configuration_fingerprint, keep_opened, template_fingerprint
from digest.config.project import Project
from digest.errors import Problem
from digest.pipeline.check import check_loaded
from digest.pipeline.measures import CONFIGURATION_READ
from digest.pipeline.workspace import Workspace

_DEBOUNCE_MS = 300


@dataclass(frozen=True, slots=True)
class _Seen:
    """The state of the files at one look."""

    configuration: Fingerprint
    templates: Fingerprint


class Reloading:
    """Looks after the files of a workspace. `taken_up` is called after it was changed.

    `problems` are those of files that were refused: the configuration before them holds. `waiting` names settings
    that ask for a restart.
    """

    every = timedelta(seconds=30)
    """How often to look, where no event came: not every file system tells, and a folder may be replaced as a whole."""

    def __init__(self, workspace: Workspace, taken_up: Callable[[], None]) -> None:
        self._workspace = workspace
        self._taken_up = taken_up
        self._seen = self._look_at_files()
        self._one = asyncio.Lock()
        self._log = structlog.get_logger("daemon")
        self.problems: tuple[Problem, ...] = ()
        self.waiting: tuple[str, ...] = ()

    async def watch(self, stop: asyncio.Event) -> None:
        """Look whenever the operating system tells of a change, until `stop` is set."""
        while not stop.is_set():
            folders = [folder for folder in (self._folder, self._templates) if folder is not None and folder.is_dir()]
            if not folders:
                return
            async for _ in awatch(*folders, debounce=_DEBOUNCE_MS, stop_event=stop):
                await self.look()

    async def look(self) -> None:
        """Take up what changed since the last look."""
        async with self._one:
            seen = await asyncio.to_thread(self._look_at_files)
            if seen == self._seen:
                return
            with_templates = seen.templates != self._seen.templates
            self._seen = seen
            project, problems = await asyncio.to_thread(check_loaded, self._folder, os.environ)
            errors = tuple(problem for problem in problems if problem.level == "error")
            if project is None or errors:
                self._refuse(errors)
            else:
                self._take_up(project, with_templates)

    def _take_up(self, project: Project, with_templates: bool) -> None:
        old = self._workspace.project
        project, self.waiting = keep_opened(old, project)
        self.problems = ()
        self._workspace.take_up(project, with_templates=with_templates)
        self._taken_up()
        CONFIGURATION_READ.labels("taken").inc()
        self._log.info(
            "configuration taken up",
            newsletters=len(project.newsletters),
            added=sorted(project.newsletters.keys() - old.newsletters.keys()),
            removed=sorted(old.newsletters.keys() - project.newsletters.keys()),
        )
        if self.waiting:
            self._log.warning("settings wait for a restart", settings=self.waiting)

    def _refuse(self, errors: tuple[Problem, ...]) -> None:
        self.problems = errors
        CONFIGURATION_READ.labels("refused").inc()
        self._log.error("configuration refused", problems=[str(problem) for problem in errors])

    @property
    def _folder(self) -> Path:
        return self._workspace.project.folder

    @property
    def _templates(self) -> Path | None:
        own = self._workspace.project.settings.templates
        return self._workspace.at_root(own) if own else None

    def _look_at_files(self) -> _Seen:
        return _Seen(configuration_fingerprint(self._folder), template_fingerprint(self._templates))
