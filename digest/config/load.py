"""The front door of the configuration: a folder of YAML and an environment → a Project, or everything that is wrong.

It reads and joins; what a place or a template is, the packages that use them know.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from digest.config import references
from digest.config.documents import Document, Place, dotted, read_document, shown
from digest.config.environment import ENVIRONMENT, Overrides, substitute
from digest.config.files import check_newsletter_files, check_settings_files, check_source_path
from digest.config.layers import Bases, Layers, merge
from digest.config.newsletter import Newsletter
from digest.config.project import Project
from digest.config.references import Finding, KnownNames
from digest.config.regions import RegionsFile
from digest.config.secrets import clear_secrets
from digest.config.settings import Settings
from digest.config.sources import SourcesFile
from digest.config.topics import TopicsFile
from digest.config.wording import is_about_key, place_of, say
from digest.errors import ConfigError, Problem

M = TypeVar("M", bound=BaseModel)

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def load_project(folder: Path, env: Mapping[str, str]) -> Project:
    """Load and check the configuration's folder.

    Raises ConfigError with every error and warning of every file, in the order of files and lines.
    """
    project, problems = check_files(folder, env)
    if project is None:
        raise ConfigError(problems)
    return project


def check_files(folder: Path, env: Mapping[str, str]) -> tuple[Project | None, list[Problem]]:
    """Return the project, None where anything is an error, and every problem found, warnings too."""
    loading = _Loading(Path(folder), env)
    project = loading.run()
    problems = sorted(set(loading.problems))
    is_good = not any(problem.level == "error" for problem in problems)
    return (project if is_good else None), problems


class _Loading:
    """One reading of a folder; collects problems instead of stopping at the first."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.env = env
        self.problems: list[Problem] = []

    def run(self) -> Project | None:
        if not self._folder_is_readable(self.folder):
            return None
        overrides = Overrides(self.env)
        self.problems += overrides.problems
        settings = self._settings(self._read("digest.yaml"), overrides)
        sources_document = self._read("sources.yaml")
        sources = self._sources(sources_document)
        regions_document, topics_document = (
            self._read("regions.yaml", optional=True),
            self._read("topics.yaml", optional=True),
        )
        regions = self._validate(RegionsFile, _without_empty(regions_document.mapping), Layers((regions_document,)))
        topics = self._validate(TopicsFile, _without_empty(topics_document.mapping), Layers((topics_document,)))
        layers = self._newsletter_layers()
        known = KnownNames(
            regions=_mapping_ids(regions_document, "regions"),
            topics=_mapping_ids(topics_document, "topics"),
            sources=_source_ids(sources_document),
            newsletters=frozenset(layers),
        )
        self._check_names(sources_document, topics_document, known)
        newsletters = {name: self._newsletter(name, chain, known) for name, chain in layers.items()}
        if settings is None or sources is None or regions is None or topics is None:
            return None
        return Project(
            folder=self.folder,
            settings=settings,
            sources=sources.sources,
            regions=regions.regions,
            topics=topics.topics,
            newsletters={name: found for name, found in newsletters.items() if found is not None},
        )

    def _folder_is_readable(self, folder: Path) -> bool:
        try:
            next(folder.iterdir(), None)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            cure = "`digest init DIR` makes a project, `--config DIR` names one"
            self._file_problem(folder, f"the folder cannot be read: {reason}; {cure}")
            return False
        return True

    def _read(self, name: str, *, optional: bool = False) -> Document:
        path = self.folder / name
        if not path.exists():
            if not optional:
                self._file_problem(
                    path, f"there is no {name} here; is this the folder of the configuration (--config DIR)?"
                )
            return Document(shown(path))
        document = read_document(path)
        self.problems += document.problems
        return document

    def _settings(self, document: Document, overrides: Overrides) -> Settings | None:
        layers = Layers((document,))
        missing: dict[Place, str] = {}
        filled = substitute(document.mapping, self.env, missing)
        data = merge(merge({}, filled), overrides.tree)
        self._tell_missing(layers, {place: name for place, name in missing.items() if not overrides.variable_at(place)})
        self._tell(layers, clear_secrets(Settings, document.mapping), "warning")
        settings = self._validate(Settings, data, layers, overrides=overrides, told=missing)
        if settings is not None:
            self._tell(layers, check_settings_files(settings, self.folder))
        return settings

    def _sources(self, document: Document) -> SourcesFile | None:
        layers = Layers((document,))
        missing: dict[Place, str] = {}
        data = _without_empty(substitute(document.mapping, self.env, missing))
        self._tell_missing(layers, missing)
        self._tell(layers, clear_secrets(SourcesFile, document.mapping), "warning")
        for index, entry in enumerate(_source_entries(data)):
            self._tell(layers, check_source_path(entry, ("sources", index), self.folder))
        self._tell(layers, _repeated_ids(_source_entries(data), layers))
        return self._validate(SourcesFile, data, layers, told=missing)

    def _check_names(self, sources: Document, topics: Document, known: KnownNames) -> None:
        for index, entry in enumerate(_source_entries(sources.mapping)):
            self._tell(Layers((sources,)), references.check_source(entry, ("sources", index), known))
        described = topics.mapping.get("topics")
        if isinstance(described, dict):
            self._tell(Layers((topics,)), references.check_topics(described, known))

    def _newsletter_layers(self) -> dict[str, Layers]:
        """Return the layers of every newsletter whose file can be read, by id."""
        folder = self.folder / "newsletters"
        if not folder.is_dir():
            self._file_problem(folder, "there is no folder newsletters; make it, with one YAML file a newsletter")
            return {}
        if not self._folder_is_readable(folder):
            return {}
        documents: dict[str, Document] = {}
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith("."):
                self._add_newsletter_file(path, documents)
        bases = Bases({name: document for name, document in documents.items() if name.startswith("_")})
        own = {name: document for name, document in documents.items() if not name.startswith("_")}
        layers = {name: bases.layers(document) for name, document in own.items() if not document.is_broken}
        self.problems += bases.problems
        if not own:
            self._file_problem(folder, "there is no newsletter here; write one, as denver.yaml")
        return {name: chain for name, chain in layers.items() if not any(d.is_broken for d in chain.documents)}

    def _add_newsletter_file(self, path: Path, documents: dict[str, Document]) -> None:
        name = path.stem.casefold()
        if name in documents:
            other = Path(documents[name].file).name
            self._file_problem(path, f"the id {name!r} is also given by {other}; rename one of the two files")
            return
        if _ID.fullmatch(path.stem.removeprefix("_")) is None:
            cure = "use lower-case letters, digits, `-`, `.` and `_`, as nw-arkansas.yaml"
            self._file_problem(path, f"the file's name is the newsletter's id; {cure}")
        documents[name] = read_document(path)
        self.problems += documents[name].problems

    def _newsletter(self, name: str, layers: Layers, known: KnownNames) -> Newsletter | None:
        data = layers.merged()
        if "id" in data:
            spot = layers.locate(("id",), of_key=True)
            self.problems.append(
                spot.problem(("id",), "`id:` is not written inside the file; the file's name is the id")
            )
        self._tell(layers, references.check_newsletter(data, known))
        newsletter = self._validate(Newsletter, data | {"id": name}, layers)
        if newsletter is not None:
            self._tell(layers, check_newsletter_files(newsletter, self.folder), "warning")
        return newsletter

    def _validate(
        self,
        model: type[M],
        data: Mapping[str, Any],
        layers: Layers,
        *,
        overrides: Overrides | None = None,
        told: Iterable[Place] = (),
    ) -> M | None:
        """Return the model, or None after its findings were put to their places; places in `told` are left out."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for finding in error.errors(include_url=False):
                place = place_of(finding)
                if place not in told:
                    self.problems.append(_placed(place, say(finding, model), layers, is_about_key(finding), overrides))
            return None

    def _tell(self, layers: Layers, findings: Iterable[Finding], level: Any = "error") -> None:
        for place, message in findings:
            spot = layers.locate(place)
            self.problems.append(Problem(spot.file, spot.line, spot.column, dotted(place), message, level))

    def _tell_missing(self, layers: Layers, missing: Mapping[Place, str]) -> None:
        for place, name in missing.items():
            message = f"the environment has no {name}; set it, or write ${{{name}:-default}}"
            self._tell(layers, [(place, message)])

    def _file_problem(self, path: Path, message: str) -> None:
        self.problems.append(Problem(shown(path), 0, 0, "", message))


def _placed(place: Place, message: str, layers: Layers, of_key: bool, overrides: Overrides | None) -> Problem:
    variable = overrides.variable_at(place) if overrides is not None else None
    if variable is not None:
        return Problem(ENVIRONMENT, 0, 0, dotted(place), f"{variable}: {message}")
    return layers.locate(place, of_key=of_key).problem(place, message)


def _without_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}


def _mapping_ids(document: Document, key: str) -> frozenset[str] | None:
    ids = document.mapping.get(key)
    return None if document.is_broken else frozenset(ids if isinstance(ids, dict) else ())


def _source_entries(data: Mapping[str, Any]) -> Sequence[Any]:
    entries = data.get("sources")
    return entries if isinstance(entries, list) else ()


def _source_ids(document: Document) -> frozenset[str] | None:
    if document.is_broken:
        return None
    return frozenset(str(e["id"]) for e in _source_entries(document.mapping) if isinstance(e, dict) and "id" in e)


def _repeated_ids(entries: Sequence[Any], layers: Layers) -> Iterable[Finding]:
    first: dict[str, int] = {}
    for index, entry in enumerate(entries):
        source_id = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(source_id, str):
            continue
        before = first.setdefault(source_id.casefold(), index)
        if before != index:
            line = layers.locate(("sources", before, "id")).line
            yield ("sources", index, "id"), f"the id {source_id!r} is already given in line {line}; ids are unique"
