"""Whether templates work, before any story is there: syntax, partials, MJML, undefined names; sends nothing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.meta import find_referenced_templates

from digest.config.newsletter import Newsletter
from digest.config.settings import Settings
from digest.errors import RenderError
from digest.model.edition import Edition, EditionStory
from digest.model.finding import Finding
from digest.rendering.environment import template_environment
from digest.rendering.folders import shipped_templates
from digest.rendering.lint import lint
from digest.rendering.renderer import Renderer
from digest.rendering.sample import bare_edition, full_edition

TemplateProblem = tuple[str, int, str]
"""File, line from 1 (0: the file as a whole), and what is wrong."""


def find_problems_in_templates(folder: Path | None, newsletters: Iterable[Newsletter]) -> list[TemplateProblem]:
    """Return all problems of the templates that these newsletters use, and of all files in the user's `folder`.

    Files are looked at one by one; where all of them can be read, two sample editions are rendered for each kind of
    newsletter: one with everything in it, one with next to nothing. Newsletters are of one kind where a template
    cannot tell them apart but by their words.
    """
    used = list(newsletters)
    folders = [folder] if folder is not None and folder.is_dir() else []
    problems = [] if folder is None or folder.is_dir() else [(str(folder), 0, "the folder of templates is not there")]
    broken: set[str] = set()
    for name in _template_names(folders, used):
        found = list(_problems_in_files(folders, name))
        broken |= {name} if found else set()
        problems += found
    renderer = Renderer(folders, Settings())
    for newsletter in _one_of_each_kind(used):
        if newsletter.template not in broken:
            problems += _problems_in_rendering(renderer, newsletter)
    return list(dict.fromkeys(problems))


def lint_templates(
    folder: Path | None, newsletters: Iterable[Newsletter], settings: Settings
) -> list[tuple[str, Finding]]:
    """Return what the lint finds in a full sample edition of each kind of newsletter, with the newsletter's id.

    Templates that do not render are left to `find_problems_in_templates`.
    """
    folders = [folder] if folder is not None and folder.is_dir() else []
    renderer = Renderer(folders, settings)
    found: list[tuple[str, Finding]] = []
    for newsletter in _one_of_each_kind(newsletters):
        edition = _with_pages(full_edition(newsletter))
        with suppress(RenderError):
            rendered = renderer.render(edition, newsletter, picture_url=lambda url: url)
            findings = lint(rendered, edition, newsletter, settings=settings)
            found += [(newsletter.id, finding) for finding in findings]
    return found


def _with_pages(edition: Edition) -> Edition:
    """Give every story a page: that one has none is a finding about the story, not about the template."""

    def paged(item: EditionStory) -> EditionStory:
        return replace(item, story=replace(item.story, url=item.story.url or "https://news.example.com/story"))

    sections = tuple(replace(section, stories=tuple(map(paged, section.stories))) for section in edition.sections)
    return replace(edition, sections=sections, more=tuple(map(paged, edition.more)))


def _one_of_each_kind(newsletters: Iterable[Newsletter]) -> Iterable[Newsletter]:
    return {_kind(newsletter): newsletter for newsletter in reversed(list(newsletters))}.values()


def _template_names(folders: Sequence[Path], newsletters: Sequence[Newsletter]) -> list[str]:
    own = {file.parent.name for folder in folders for file in folder.glob("*/*.j2")}
    own |= {file.parents[1].name for folder in folders for file in folder.glob("*/partials/*.j2")}
    return sorted((own - {"web"}) | {newsletter.template for newsletter in newsletters})


def _problems_in_files(folders: Sequence[Path], name: str) -> Iterator[TemplateProblem]:
    everywhere = (*folders, shipped_templates())
    files = sorted(file for folder in everywhere for file in (folder / name).rglob("*.j2"))
    if not files:
        places = ", ".join(str(folder) for folder in everywhere)
        yield str(everywhere[0] / name), 0, f"there is no template {name!r} in {places}"
    environment = template_environment(everywhere, name)
    for file in files:
        try:
            source = file.read_text(encoding="utf-8")
            tree = environment.parse(source, filename=str(file))
        except UnicodeDecodeError as error:
            yield str(file), 1, f"the file is not UTF-8: {error.reason}"
        except TemplateSyntaxError as error:
            yield str(file), error.lineno, error.message or "syntax error"
        else:
            yield from _unknown_partials(environment, tree, file)


def _unknown_partials(environment: Environment, tree: nodes.Template, file: Path) -> Iterator[TemplateProblem]:
    known = set(environment.list_templates())
    missing = {name for name in find_referenced_templates(tree) if name is not None and name not in known}
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        named = {constant.value for constant in node.find_all(nodes.Const)} & missing
        for name in sorted(named):
            yield str(file), node.lineno, f"there is no partial {name!r}"


def _kind(newsletter: Newsletter) -> tuple[Hashable, ...]:
    """Return what a template can branch on: what is set, how the sections look, and the rules of the subject."""
    given = frozenset(name for name in type(newsletter).model_fields if getattr(newsletter, name))
    layouts = frozenset(section.layout for section in newsletter.sections)
    return newsletter.template, newsletter.language, newsletter.kind, newsletter.subject, given, layouts


def _problems_in_rendering(renderer: Renderer, newsletter: Newsletter) -> Iterator[TemplateProblem]:
    for edition in (full_edition(newsletter), bare_edition(newsletter)):
        try:
            renderer.rehearse(edition, newsletter, picture_url=lambda url: url)
        except RenderError as error:
            yield error.file or f"newsletters/{newsletter.id}.yaml", error.line or 0, error.message
