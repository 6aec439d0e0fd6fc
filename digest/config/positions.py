"""Where a value of the configuration stands, for problems that only the packages using it can find."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from digest.config.documents import Place, dotted
from digest.config.folder import Folder, configuration_folder
from digest.config.layers import Layers
from digest.config.references import entries
from digest.errors import Problem

Kind = Literal["settings", "source", "region", "topic", "newsletter"]


class Positions:
    """Finds file, line and column by kind, id and dotted path; reads the folder once, when first asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = configuration_folder(folder)
        self._documents: Folder | None = None

    @classmethod
    def of(cls, documents: Folder) -> Positions:
        """Return the positions in a folder that was read already."""
        positions = cls(documents.path)
        positions._documents = documents
        return positions

    def locate(self, kind: Kind, subject: str, path: str = "", *, of_key: bool = False) -> tuple[str, int, int]:
        """Return file, line and column of `path` inside the subject (an id; empty for the settings).

        An inherited value is found in the base file that gives it; a value written nowhere, at the nearest
        place above it.
        """
        layers, place = self._find(kind, subject)
        spot = layers.locate((*place, *parse_path(path)), of_key=of_key)
        return spot.file, spot.line, spot.column

    def problem(
        self, kind: Kind, subject: str, path: str, message: str, *, level: Literal["error", "warning"] = "error"
    ) -> Problem:
        """Return a problem at that place."""
        _, place = self._find(kind, subject)
        file, line, column = self.locate(kind, subject, path)
        return Problem(file, line, column, dotted((*place, *parse_path(path))), message, level)

    def _find(self, kind: Kind, subject: str) -> tuple[Layers, Place]:
        if self._documents is None:
            self._documents = Folder.read(self.folder)
        folder = self._documents
        match kind:
            case "newsletter":
                return folder.newsletters.get(subject) or Layers((folder.settings,)), ()
            case "source":
                return Layers((folder.sources,)), self._source_place(folder, subject)
            case "region":
                return Layers((folder.regions,)), ("regions", subject)
            case "topic":
                return Layers((folder.topics,)), ("topics", subject)
            case "settings":
                return Layers((folder.settings,)), ()

    def _source_place(self, folder: Folder, subject: str) -> Place:
        for index, entry in enumerate(entries(folder.sources.mapping.get("sources"))):
            if isinstance(entry, dict) and entry.get("id") == subject:
                return ("sources", index)
        return ("sources",)


def parse_path(path: str) -> Place:
    """Turn `sections.0.match` into its steps."""
    return tuple(int(step) if step.isdecimal() else step for step in path.split(".")) if path else ()
