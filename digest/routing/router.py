"""The front door of routing: from a project's definitions to the routes of stories; it keeps nothing of them."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from importlib import resources

from digest.config.collecting import without_collecting
from digest.config.project import Project
from digest.config.regions import RegionConfig
from digest.config.sources import SourceConfig
from digest.config.topics import TopicConfig
from digest.errors import ConfigError, NotFoundError, Problem
from digest.model.routes import Routes
from digest.model.story import Story
from digest.routing.checks import Finding, check_homes, find_wrong_topics
from digest.routing.explain import RegionExplanation
from digest.routing.explain import explain_region as _explain
from digest.routing.grounding import Home
from digest.routing.outlets import Homes
from digest.routing.region_routes import RegionRouter
from digest.routing.regions import Region, resolve_regions
from digest.routing.topic_definitions import define_topic
from digest.routing.topic_routes import TopicRouter, TopicText, opening
from digest.routing.vectors import find_vectors

BATCH = 64
RULES_VERSION = 2
"""Raised when the rules change so that pooled stories should be routed again."""
REGION_CHARS = 8_000
"""So much of a body is read for places: all that a story keeps (half of it cost .007 of F1)."""


class Router:
    """Routes stories to the regions and topics of one project."""

    def __init__(self, regions: dict[str, Region], project: Project) -> None:
        settings = project.settings
        self.regions = regions
        self.fingerprint = _fingerprint(project)
        self._region_router = RegionRouter(regions, settings.home_country)
        self._topics = {topic_id: define_topic(topic_id, config) for topic_id, config in project.topics.items()}
        self._homes = Homes(self._region_router.index, settings.home_country)
        self._source_homes = {s.id: self._homes.resolve(s.home) for s in project.sources if s.home}
        self._hosts = {source.id: str(source.url) for source in project.sources if source.url}
        self._hints = {source.id: tuple(source.topics) for source in project.sources if source.topics}

    @classmethod
    def from_project(cls, project: Project) -> Router:
        """Make a router from a project's regions, topics and sources.

        Raises ConfigError with all problems when a place is unknown or ambiguous, or a built-in topic does not exist.
        """
        home_country = project.settings.home_country
        regions, unresolved = resolve_regions(project.regions, home_country)
        found = [("regions.yaml", f"regions.{key}", Finding(key, p.path, p.message, "error")) for key, p in unresolved]
        found += [("topics.yaml", f"topics.{f.id}", f) for f in find_wrong_topics(project.topics)]
        found += [
            ("sources.yaml", f"sources.{f.id}", f) for f in check_homes(project.sources, project.regions, home_country)
        ]
        if found:
            raise ConfigError([
                Problem(str(project.folder / file), 0, 0, f"{path}.{finding.path}", finding.message)
                for file, path, finding in found
            ])  # fmt: skip
        return cls(regions, project)

    @functools.cached_property
    def _topic_router(self) -> TopicRouter:
        """Made with the first story: the vectors need numpy, which takes a good part of the start."""
        return TopicRouter(self._topics, find_vectors())

    def route(self, stories: Sequence[Story]) -> list[Routes]:
        """Return the routes of stories, in their order."""
        routes: list[Routes] = []
        for start in range(0, len(stories), BATCH):
            with without_collecting():  # a batch makes no cycles
                routes += self._route_batch(stories[start : start + BATCH])
        return routes

    def _route_batch(self, batch: Sequence[Story]) -> list[Routes]:
        routes = []
        topics = self._topic_router.route([self._topic_text(story) for story in batch])
        for story, (told, near) in zip(batch, topics, strict=True):
            regions, near_regions = self._region_router.route(
                story.headline, _region_text(story), self.find_home(story)
            )
            routes.append(Routes(regions, told, near_regions, near))
        return routes

    def find_home(self, story: Story) -> Home | None:
        """Return where the story's source is at home, or None when that is not known."""
        home = self._source_homes.get(story.source)
        if home is None:
            home = self._homes.find_by_url(story.canonical_url or story.url)
        if home is None and story.source in self._hosts:
            home = self._homes.find_by_url(self._hosts[story.source])
        return home

    def _topic_text(self, story: Story) -> TopicText:
        return TopicText(
            story.headline, opening(story.summary, story.body), story.categories, self._hints.get(story.source, ())
        )


def explain_region(router: Router, region_id: str) -> RegionExplanation:
    """Return what a region of the project contains.

    Raises NotFoundError with the known ids.
    """
    if region_id not in router.regions:
        raise NotFoundError("region", region_id, tuple(router.regions))
    return _explain(router.regions[region_id])


def _region_text(story: Story) -> str:
    return (story.body or story.summary)[:REGION_CHARS]


def _fingerprint(project: Project) -> str:
    """Return a hash of all that routing depends on; it changes when pooled stories should be routed again."""
    definitions = {
        "rules": RULES_VERSION,
        "data": _data_version(),
        "country": project.settings.home_country,
        "regions": {key: _plain(region) for key, region in project.regions.items()},
        "topics": {key: _plain(topic) for key, topic in project.topics.items()},
        "sources": {s.id: [s.home, list(s.topics)] for s in project.sources if s.home or s.topics},
    }
    text = json.dumps(definitions, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(config: RegionConfig | TopicConfig | SourceConfig) -> dict[str, object]:
    return config.model_dump(mode="json", exclude_defaults=True)


@functools.cache
def _data_version() -> str:
    digest = hashlib.sha256()
    folder = resources.files("digest.routing") / "data"
    for name in sorted(entry.name for entry in folder.iterdir()):
        digest.update(name.encode())
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]
