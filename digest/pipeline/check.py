"""Check: everything that can be known to be wrong before any story is read, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from digest.config.load import ReadFiles, read_files
from digest.config.positions import Positions
from digest.config.project import Project
from digest.config.settings import Brand, Settings
from digest.delivery.route import routes_of
from digest.editions import check_schedule
from digest.errors import Problem
from digest.pipeline.override_checks import check_overrides
from digest.rendering import TemplateCheck
from digest.routing.checks import check_homes, check_regions, check_topics
from digest.selection import rules_that_never_match


def check_project(folder: Path, env: Mapping[str, str]) -> list[Problem]:
    """Return every problem of the configuration and its templates, by file and line.

    Places, rules, schedules and templates are looked at in every part that could be read, whatever is wrong elsewhere.
    """
    return check_loaded(folder, env)[1]


def check_loaded(folder: Path, env: Mapping[str, str]) -> tuple[Project | None, list[Problem]]:
    """Return the project, None where its files have errors, and every problem as `check_project` finds them."""
    read = read_files(folder, env)
    problems = [*read.problems, *_routing(read), *_newsletters(read), *_templates(read)]
    if read.settings is not None:
        problems += _placeholders(read.settings, read.positions)
    if read.project is not None:
        problems += check_overrides(read.project)
    return read.project, sorted(set(problems))


def _routing(read: ReadFiles) -> Iterator[Problem]:
    country = (read.settings or Settings()).home_country
    for region_id, path, message, level in check_regions(read.regions, home_country=country):
        yield read.positions.problem("region", region_id, path, message, level=level)
    for topic_id, path, message, level in check_topics(read.topics):
        yield read.positions.problem("topic", topic_id, path, message, level=level)
    if read.known.regions is not None:
        ids = dict.fromkeys(read.known.regions)
        for source_id, path, message, level in check_homes(read.sources, ids, home_country=country):
            yield read.positions.problem("source", source_id, path, message, level=level)


def _newsletters(read: ReadFiles) -> Iterator[Problem]:
    parents = {topic_id: topic.parent for topic_id, topic in read.topics.items() if topic.parent}
    faults = cache(check_schedule)
    for newsletter in read.newsletters.values():
        for path, message in rules_that_never_match(newsletter, topic_parents=parents):
            yield read.positions.problem("newsletter", newsletter.id, path, message, level="warning")
        if newsletter.schedule is not None:
            for path, message in faults(newsletter.schedule):
                yield read.positions.problem("newsletter", newsletter.id, f"schedule.{path}", message)


def _templates(read: ReadFiles) -> Iterator[Problem]:
    settings = read.settings or Settings()
    own = read.positions.folder.parent / settings.templates if settings.templates else None
    check = TemplateCheck(own, read.newsletters.values(), settings)
    for file, line, message in check.find_problems():
        yield Problem(str(file), line, 1, "", message)
    for newsletter_id, finding in check.lint() if read.settings else ():
        message = f"{finding.rule}: {finding.message}" + (f"; {finding.cure}" if finding.cure else "")
        yield read.positions.problem("newsletter", newsletter_id, "template", message, level=finding.level)


def _placeholders(settings: Settings, positions: Positions) -> Iterator[Problem]:
    """Warn of what is still the shipped example once real mail can leave."""
    if not routes_of(settings.smtp):
        return
    examples = {
        "web.public_url": (urlsplit(str(settings.web.public_url)).hostname or "", "readers cannot unsubscribe there"),
        "sender.email": (settings.sender.email.rpartition("@")[2], "nobody's answer or bounce arrives"),
    }
    for path, (host, consequence) in examples.items():
        if host == "example.com" or host.endswith(".example.com"):
            message = f"{host} is the shipped example: {consequence}; write your own before sending for real"
            yield positions.problem("settings", "", path, message, level="warning")
    if settings.brand.postal_address == Brand().postal_address:
        message = "the postal address is the shipped example; the law wants your own in every message"
        yield positions.problem("settings", "", "brand.postal_address", message, level="warning")
