"""The front door of the configuration: a folder of YAML and an environment → a Project, or everything that is wrong.

It reads and joins; what a place or a template is, the packages that use them know.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from digest.config import references
from digest.config.collecting import without_collecting
from digest.config.documents import Document, Place, dotted, position, shown
from digest.config.environment import ENVIRONMENT, Overrides, substitute
from digest.config.files import check_newsletter_files, check_settings_files, check_source_path
from digest.config.folder import Folder, configuration_folder
from digest.config.layers import Layers, merge
from digest.config.newsletter import Newsletter
from digest.config.positions import Positions
from digest.config.project import Project
from digest.config.references import Finding, KnownNames
from digest.config.regions import RegionConfig, RegionsFile
from digest.config.secrets import clear_secrets
from digest.config.settings import Settings
from digest.config.sources import SourceConfig, SourcesFile
from digest.config.topics import TopicConfig, TopicsFile
from digest.config.wording import is_about_key, is_consequence, place_of, say
from digest.errors import ConfigError, Problem

M = TypeVar("M", bound=BaseModel)


def load_project(folder: Path, env: Mapping[str, str]) -> Project:
    """Load and check the configuration's folder, or the project's folder around it.

    Raises ConfigError with every error and warning of every file, in the order of files and lines.
    """
    project, problems = check_files(folder, env)
    if project is None:
        raise ConfigError(problems)
    return project


def check_files(folder: Path, env: Mapping[str, str]) -> tuple[Project | None, list[Problem]]:
    """Return the project, None where anything is an error, and every problem found, warnings too."""
    read = read_files(folder, env)
    return read.project, read.problems


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """What could be read of a configuration: every part that is right, though others may be wrong.

    What has errors is missing (`settings` is None); `problems` tells all of them. `known` holds every id that is
    written, in faulty entries too.
    """

    positions: Positions
    problems: list[Problem]
    known: KnownNames
    settings: Settings | None = None
    sources: tuple[SourceConfig, ...] = ()
    regions: Mapping[str, RegionConfig] = field(default_factory=dict)
    topics: Mapping[str, TopicConfig] = field(default_factory=dict)
    newsletters: Mapping[str, Newsletter] = field(default_factory=dict)

    @property
    def project(self) -> Project | None:
        """The project, None where anything is an error."""
        if self.settings is None or any(problem.level == "error" for problem in self.problems):
            return None
        return Project(
            folder=self.positions.folder,
            settings=self.settings,
            sources=self.sources,
            regions=self.regions,
            topics=self.topics,
            newsletters=self.newsletters,
        )


def read_files(folder: Path, env: Mapping[str, str]) -> ReadFiles:
    """Read every file of a configuration, each of them once."""
    folder = configuration_folder(folder)
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        cure = "`digest init DIR` makes a project, `--config DIR` names one"
        problem = Problem(shown(folder), 0, 0, "", f"the folder cannot be read: {reason}; {cure}")
        return ReadFiles(Positions(folder), [problem], KnownNames(None, None, None, frozenset()))
    with without_collecting():  # the nodes of 500 files all stay
        return _Checking(Folder.read(folder), env).run()


class _Checking:
    """Turns the files of one folder into typed values; collects problems instead of stopping at the first."""

    def __init__(self, folder: Folder, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.env = env
        self.problems: list[Problem] = [*folder.problems]

    def run(self) -> ReadFiles:
        settings = self._settings(self.folder.settings)
        sources = self._sources(self.folder.sources)
        regions = self._by_id(RegionsFile, self.folder.regions)
        topics = self._by_id(TopicsFile, self.folder.topics)
        known = self._known_names()
        self._check_names(known)
        newsletters = [self._newsletter(name, layers, known) for name, layers in self.folder.newsletters.items()]
        return ReadFiles(
            positions=Positions.of(self.folder),
            problems=sorted(set(self.problems)),
            known=known,
            settings=settings,
            sources=sources.sources if sources is not None else (),
            regions=regions.regions if regions is not None else {},
            topics=topics.topics if topics is not None else {},
            newsletters={newsletter.id: newsletter for newsletter in newsletters if newsletter is not None},
        )

    def _settings(self, document: Document) -> Settings | None:
        layers = Layers((document,))
        overrides = Overrides(self.env)
        self.problems += overrides.problems
        missing: dict[Place, str] = {}
        data = merge(merge({}, substitute(document.mapping, self.env, missing)), overrides.tree)
        self._tell_missing(layers, {place: name for place, name in missing.items() if not overrides.variable_at(place)})
        self._tell(layers, clear_secrets(Settings, document.mapping), "warning")
        settings = self._validate(Settings, data, layers, overrides=overrides, told=missing)
        if settings is not None:
            self._tell(layers, check_settings_files(settings, self.folder.path))
        return settings

    def _sources(self, document: Document) -> SourcesFile | None:
        layers = Layers((document,))
        missing: dict[Place, str] = {}
        data = _without_empty(substitute(document.mapping, self.env, missing))
        self._tell_missing(layers, missing)
        self._tell(layers, clear_secrets(SourcesFile, document.mapping), "warning")
        entries = references.entries(data.get("sources"))
        for index, entry in enumerate(entries):
            if ("sources", index, "path") not in missing:
                self._tell(layers, check_source_path(entry, ("sources", index), self.folder.path))
        lines = [layers.locate(("sources", index, "id")).line for index in range(len(entries))]
        self._tell(layers, references.repeated_ids(entries, lines))
        return self._validate(SourcesFile, data, layers, told=missing)

    def _by_id(self, model: type[M], document: Document) -> M | None:
        """Return the file without its faulty entries; None where something else in it is wrong."""
        data = _without_empty(document.mapping)
        found = self._validate(model, data, Layers((document,)))
        return found if found is not None else _without_faulty(model, data)

    def _known_names(self) -> KnownNames:
        files = self.folder
        return KnownNames(
            regions=None if files.regions.is_unreadable else references.ids_of(files.regions.mapping.get("regions")),
            topics=None if files.topics.is_unreadable else references.ids_of(files.topics.mapping.get("topics")),
            sources=None if files.sources.is_unreadable else references.ids_of(files.sources.mapping.get("sources")),
            newsletters=files.newsletter_ids,
        )

    def _check_names(self, known: KnownNames) -> None:
        sources, topics = self.folder.sources, self.folder.topics
        for index, entry in enumerate(references.entries(sources.mapping.get("sources"))):
            self._tell(Layers((sources,)), references.check_source(entry, ("sources", index), known))
        described = topics.mapping.get("topics")
        if isinstance(described, dict):
            self._tell(Layers((topics,)), references.check_topics(described, known))

    def _newsletter(self, name: str, layers: Layers, known: KnownNames) -> Newsletter | None:
        data = layers.merged()
        if "id" in data:
            spot = layers.locate(("id",), of_key=True)
            message = "`id:` is not written inside the file; the file's name is the id"
            self.problems.append(spot.problem(("id",), message))
        self._tell(layers, references.check_newsletter(data, known))
        newsletter = self._validate(Newsletter, data | {"id": name}, layers)
        if newsletter is not None and newsletter.figures:
            self._tell(layers, check_newsletter_files(newsletter, self.folder.path), "warning")
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
                is_guess = not layers.is_complete and len(place) <= 1 and finding["type"] in ("missing", "value_error")
                if place not in told and not is_guess and not is_consequence(finding):
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


def _placed(place: Place, message: str, layers: Layers, of_key: bool, overrides: Overrides | None) -> Problem:
    written = position(layers.documents[0].node, place)[2]  # steps of the place that the file itself gives
    variable = overrides.variable_at(place) if overrides is not None else None
    if overrides is not None and variable is not None and overrides.depth(place) >= written:
        return Problem(ENVIRONMENT, 0, 0, dotted(place), f"{variable}: {message}")
    return layers.locate(place, of_key=of_key).problem(place, message)


def _without_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None}


def _without_faulty(model: type[M], data: Mapping[str, Any]) -> M | None:
    """Return the model of a file of entries by id, without those that have errors; None if that does not help."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faulty = {finding["loc"][:2] for finding in error.errors(include_url=False)}
    good = {
        section: {key: value for key, value in entries.items() if (section, key) not in faulty}
        for section, entries in data.items()
        if isinstance(entries, dict)
    }
    return _without_faulty(model, good) if good != data else None
