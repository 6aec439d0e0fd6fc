"""What every command needs: the configuration's folder, the loaded project, an open workspace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import ConfigError, Problem

if TYPE_CHECKING:
    from digest.config.project import Project
    from digest.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CliContext:
    """The global options; opens what a command asks for."""

    folder: Path | None = None

    def config_folder(self) -> Path:
        """Return the configuration's folder.

        Raises ConfigError when there is none, with what to do.
        """
        folder = (self.folder or Path("config")).absolute()
        if not folder.is_dir():
            message = "no such folder; make a project with `digest init DIR`, or name one with --config DIR"
            raise ConfigError([Problem(str(self.folder or "config"), 0, 0, "", message)])
        return folder

    def load_project(self) -> Project:
        """Load and validate the whole configuration; raises ConfigError with every problem."""
        from digest.config.load import load_project

        return load_project(self.config_folder(), os.environ)

    @contextmanager
    def open_workspace(self, *, read_only: bool = False) -> Iterator[Workspace]:
        """Open the project with its store; closed at the end."""
        from digest.pipeline.workspace import Workspace

        with Workspace(self.load_project(), read_only=read_only) as workspace:
            yield workspace
