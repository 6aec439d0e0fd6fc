"""Check: everything that can be known to be wrong before any story is read, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from digest.config.load import check_files
from digest.config.positions import Positions
from digest.config.project import Project
from digest.config.settings import Brand
from digest.delivery.route import routes_of
from digest.editions import check_schedule
from digest.errors import Problem
from digest.pipeline.override_checks import check_overrides
from digest.rendering import find_problems_in_templates, lint_templates
from digest.routing.checks import check_regions, check_topics
from digest.selection import rules_that_never_match


def check_project(folder: Path, env: Mapping[str, str]) -> list[Problem]:
    """Return every problem of the configuration and its templates, by file and line.

    Places, rules, schedules and templates are looked at where the files themselves could be read.
    """
    return check_loaded(folder, env)[1]


def check_loaded(folder: Path, env: Mapping[str, str]) -> tuple[Project | None, list[Problem]]:
    """Return the project, None where its files cannot be read, and every problem as `check_project` finds them."""
    project, problems = check_files(folder, env)
    if project is None:
        return None, problems
    positions = Positions(folder)
    found = [*problems, *_routing(project, positions), *_newsletters(project, positions)]
    found += [*_templates(project), *_lint(project, positions), *_placeholders(project, positions)]
    found += check_overrides(project)
    return project, sorted(set(found))


def _routing(project: Project, positions: Positions) -> Iterator[Problem]:
    for region_id, path, message, level in check_regions(project.regions, home_country=project.settings.home_country):
        yield positions.problem("region", region_id, path, message, level=level)
    for topic_id, path, message, level in check_topics(project.topics):
        yield positions.problem("topic", topic_id, path, message, level=level)


def _newsletters(project: Project, positions: Positions) -> Iterator[Problem]:
    sources = [source.id for source in project.sources]
    faults = cache(check_schedule)
    for newsletter in project.newsletters.values():
        for path, message in rules_that_never_match(
            newsletter, regions=project.regions, topics=project.topics, sources=sources
        ):
            yield positions.problem("newsletter", newsletter.id, path, message, level="warning")
        if newsletter.schedule is not None:
            for path, message in faults(newsletter.schedule):
                yield positions.problem("newsletter", newsletter.id, f"schedule.{path}", message)


def _templates(project: Project) -> Iterator[Problem]:
    for file, line, message in find_problems_in_templates(_own_templates(project), project.newsletters.values()):
        yield Problem(str(file), line, 1, "", message)


def _lint(project: Project, positions: Positions) -> Iterator[Problem]:
    findings = lint_templates(_own_templates(project), project.newsletters.values(), project.settings)
    for newsletter_id, finding in findings:
        message = f"{finding.rule}: {finding.message}" + (f"; {finding.cure}" if finding.cure else "")
        yield positions.problem("newsletter", newsletter_id, "template", message, level=finding.level)


def _own_templates(project: Project) -> Path | None:
    return project.root / project.settings.templates if project.settings.templates else None


def _placeholders(project: Project, positions: Positions) -> Iterator[Problem]:
    """Warn of what is still the shipped example once real mail can leave."""
    settings = project.settings
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
