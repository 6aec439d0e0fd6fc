"""Which files a configuration's folder holds and how they are read; does not know what they must contain."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from digest.config.documents import Document, read_document, shown
from digest.config.layers import Bases, Layers
from digest.errors import Problem

NEWSLETTERS = "newsletters"

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def configuration_folder(folder: Path) -> Path:
    """Return the absolute folder that holds `digest.yaml`: the one given, or `config/` inside it."""
    folder = Path(folder).resolve()
    inside = folder / "config"
    if not (folder / "digest.yaml").exists() and (inside / "digest.yaml").exists():
        return inside
    return folder


@dataclass(slots=True)
class Folder:
    """The documents of one configuration. A file that is not there gives an empty document.

    `newsletters` holds the layers of every newsletter whose own file could be read.
    """

    path: Path
    settings: Document
    sources: Document
    regions: Document
    topics: Document
    newsletters: dict[str, Layers] = field(default_factory=dict)
    newsletter_ids: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Folder:
        """Read every file; what is wrong with a file as a file is in `problems`."""
        problems: list[Problem] = []
        label = shown(path)
        folder = cls(
            path,
            settings=_read(path, label, "digest.yaml", problems),
            sources=_read(path, label, "sources.yaml", problems),
            regions=_read(path, label, "regions.yaml", None),
            topics=_read(path, label, "topics.yaml", None),
            problems=problems,
        )
        for document in (folder.settings, folder.sources, folder.regions, folder.topics):
            problems += document.problems
        folder._read_newsletters(f"{label}/{NEWSLETTERS}")
        return folder

    def _read_newsletters(self, label: str) -> None:
        try:
            paths = sorted((self.path / NEWSLETTERS).iterdir())
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            self._complain(label, f"the folder cannot be read: {reason}; it holds one YAML file a newsletter")
            return
        documents: dict[str, Document] = {}
        for path in paths:
            if path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith("."):
                self._add_newsletter(path, f"{label}/{path.name}", documents)
        bases = Bases({name: document for name, document in documents.items() if name.startswith("_")})
        own = {name: document for name, document in documents.items() if not name.startswith("_")}
        if not own:
            self._complain(label, "there is no newsletter here; write one, as denver.yaml")
        self.newsletters = {name: bases.layers(document) for name, document in own.items() if document.data is not None}
        self.newsletter_ids = frozenset(own)
        self.problems += bases.problems

    def _add_newsletter(self, path: Path, label: str, documents: dict[str, Document]) -> None:
        name = path.stem.casefold()
        if name in documents:
            other = documents[name].file.rpartition("/")[2]
            self._complain(label, f"the id {name!r} is also given by {other}; rename one of the two files")
            return
        if _ID.fullmatch(path.stem.removeprefix("_")) is None:
            cure = "use lower-case letters, digits, `-`, `.` and `_`, as nw-arkansas.yaml"
            self._complain(label, f"the file's name is the newsletter's id; {cure}")
        documents[name] = read_document(path, label)
        self.problems += documents[name].problems
        if documents[name].data is None and not documents[name].problems and not name.startswith("_"):
            self._complain(label, "the file is empty; write at least name: and sections:, or extends:")

    def _complain(self, label: str, message: str) -> None:
        self.problems.append(Problem(label, 0, 0, "", message))


def _read(folder: Path, label: str, name: str, problems: list[Problem] | None) -> Document:
    """Read a file of the folder; with `problems`, it must be there."""
    path, label = folder / name, f"{label}/{name}"
    if path.exists():
        return read_document(path, label)
    if problems is not None:
        cure = "is this the folder of the configuration (--config DIR)?"
        problems.append(Problem(label, 0, 0, "", f"there is no {name} here; {cure}"))
    return Document(label)
