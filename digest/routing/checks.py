"""What `digest check` tells of regions and topics: unknown names, overlaps, topics too near."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from digest.config.regions import RegionConfig
from digest.config.sources import SourceConfig
from digest.config.topics import TopicConfig
from digest.errors import NotFoundError
from digest.routing.places import resolve_place
from digest.routing.regions import find_overlaps, resolve_regions
from digest.routing.topic_definitions import Topic, define_topic, load_builtin
from digest.routing.vectors import Vectors, find_vectors

TOO_NEAR = 0.80
"""Two topics whose nearest descriptions have this cosine take each other's stories."""
SHOWN_TOWNS = 5


class Finding(NamedTuple):
    """One finding: the id of the region, topic or source, the dotted path inside its definition, what, how grave."""

    id: str
    path: str
    message: str
    level: Literal["error", "warning"]


def check_regions(definitions: Mapping[str, RegionConfig], home_country: str = "US") -> list[Finding]:
    """Return what is wrong with regions: names no place answers to, empty regions, overlapping ones."""
    regions, problems = resolve_regions(definitions, home_country)
    findings = [Finding(region_id, problem.path, problem.message, "error") for region_id, problem in problems]
    for region in regions.values():
        if not region.inside:
            findings.append(Finding(region.id, "", "the region holds no known place; enlarge radius_km", "error"))
    for one, other, shared in find_overlaps(regions.values()):
        towns = ", ".join(place.label for place in shared[:SHOWN_TOWNS])
        more = f" and {len(shared) - SHOWN_TOWNS} more" if len(shared) > SHOWN_TOWNS else ""
        message = f"overlaps with region {other.id!r}; both hold {towns}{more}"
        findings.append(Finding(one.id, "", message, "warning"))
    return findings


def check_topics(definitions: Mapping[str, TopicConfig]) -> list[Finding]:
    """Return what is wrong with topics: no built-in one of that id, unknown parents, two that say the same."""
    findings = find_wrong_topics(definitions)
    wrong = {finding.id for finding in findings}
    topics = {key: define_topic(key, config) for key, config in definitions.items() if key not in wrong}
    vectors = find_vectors()
    if vectors is None:
        message = "numpy or the word vectors are missing: topics are told by their keywords alone"
        return findings + [Finding("", "", message, "warning")] * bool(topics)
    return findings + _too_near(topics, vectors)


def find_wrong_topics(definitions: Mapping[str, TopicConfig]) -> list[Finding]:
    """Return the topics that cannot be used: no built-in one of that id, or an unknown parent."""
    findings = []
    for topic_id, config in definitions.items():
        if config.use == "default" and topic_id not in load_builtin():
            known = ", ".join(sorted(load_builtin()))
            findings.append(
                Finding(topic_id, "use", f"there is no built-in topic {topic_id!r}; known: {known}", "error")
            )
        elif config.parent is not None and (config.parent not in definitions or config.parent == topic_id):
            known = ", ".join(other for other in definitions if other != topic_id)
            findings.append(Finding(topic_id, "parent", f"no topic called {config.parent!r}; known: {known}", "error"))
    return findings


def check_homes(
    sources: tuple[SourceConfig, ...], region_ids: Mapping[str, object], home_country: str = "US"
) -> list[Finding]:
    """Return the sources whose `home` is neither a region nor a known place."""
    findings = []
    for source in sources:
        if source.home and source.home not in region_ids:
            try:
                resolve_place(source.home, home_country)
            except NotFoundError as error:
                findings.append(Finding(source.id, "home", str(error), "error"))
    return findings


def _too_near(topics: Mapping[str, Topic], vectors: Vectors) -> list[Finding]:
    findings = []
    every = [topic for topic in topics.values() if topic.facets]
    rows = [vectors.embed([("", facet) for facet in topic.facets]) for topic in every]
    for number, one in enumerate(every):
        for offset, other in enumerate(every[number + 1 :], number + 1):
            if other.parent == one.id or one.parent == other.id or (one.parent and one.parent == other.parent):
                continue
            cosine = float((rows[number] @ rows[offset].T).max())
            if cosine >= TOO_NEAR:
                message = f"is very near to topic {one.id!r} (cosine {cosine:.2f}); stories will go to either"
                findings.append(Finding(other.id, "about", message, "warning"))
    return findings
