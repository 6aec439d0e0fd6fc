"""Whether templates work, before any story is there: syntax, partials, MJML, undefined names; sends nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.meta import find_referenced_templates

from digest.config.newsletter import Newsletter
from digest.config.settings import Settings
from digest.errors import RenderError
from digest.model.edition import Edition, EditionStory, RenderedEdition
from digest.model.finding import Finding
from digest.rendering.environment import template_environment
from digest.rendering.folders import shipped_templates
from digest.rendering.lint import lint
from digest.rendering.renderer import Renderer
from digest.rendering.sample import bare_edition, full_edition

_ALWAYS_SHOWN = ("note", "schedule", "sponsor")
"""Fields of a newsletter that an edition shows, whether or not its template asks for them."""
_NEWSLETTER = re.compile(r"\bnewsletter\b(?:\.(\w+))?")

TemplateProblem = tuple[str, int, str]
"""File, line from 1 (0: the file as a whole), and what is wrong."""


class TemplateCheck:
    """The templates that these newsletters use, and all files in the user's `folder`, each of them read once.

    Two sample editions stand for each kind of newsletter: one with everything in it, one with next to nothing.
    Newsletters are of one kind where a template cannot tell them apart but by their words.
    """

    def __init__(self, folder: Path | None, newsletters: Iterable[Newsletter], settings: Settings) -> None:
        self._newsletters = list(newsletters)
        self._settings = settings
        self._missing = folder if folder is not None and not folder.is_dir() else None
        self._folders = [folder] if folder is not None and folder.is_dir() else []
        self._kinds = _one_of_each_kind(self._newsletters, self._folders)
        self._renderer = Renderer(self._folders, settings)
        self._rendered: list[tuple[Newsletter, RenderedEdition]] = []

    def find_problems(self) -> list[TemplateProblem]:
        """Return what is wrong with the files one by one; where all of them can be read, with their renderings."""
        problems = [(str(self._missing), 0, "the folder of templates is not there")] if self._missing else []
        broken: set[str] = set()
        for name in _template_names(self._folders, self._newsletters):
            found = list(_problems_in_files(self._folders, name))
            broken |= {name} if found else set()
            problems += found
        for newsletter in self._kinds:
            if newsletter.template not in broken:
                problems += self._problems_in_rendering(newsletter)
        return list(dict.fromkeys(problems))

    def _problems_in_rendering(self, newsletter: Newsletter) -> Iterator[TemplateProblem]:
        full = full_edition(newsletter)
        try:
            self._rendered.append((newsletter, self._renderer.render(full, newsletter, picture_url=_as_it_is)))
            self._renderer.rehearse(bare_edition(newsletter), newsletter, picture_url=_as_it_is)
        except RenderError as error:
            yield error.file or f"newsletters/{newsletter.id}.yaml", error.line or 0, error.message

    def lint(self) -> list[tuple[str, Finding]]:
        """Return what the lint finds in the full editions that `find_problems` rendered, with the newsletter's id."""
        found: list[tuple[str, Finding]] = []
        for newsletter, rendered in self._rendered:
            paged = replace(rendered, edition=_with_pages(rendered.edition))
            findings = lint(paged, paged.edition, newsletter, settings=self._settings)
            found += [(newsletter.id, finding) for finding in findings]
        return found


def _as_it_is(url: str) -> str:
    return url


def find_problems_in_templates(folder: Path | None, newsletters: Iterable[Newsletter]) -> list[TemplateProblem]:
    """Return all problems of the templates of a folder under settings as they come."""
    return TemplateCheck(folder, newsletters, Settings()).find_problems()


def _with_pages(edition: Edition) -> Edition:
    """Give every story a page: that one has none is a finding about the story, not about the template."""

    def paged(item: EditionStory) -> EditionStory:
        return replace(item, story=replace(item.story, url=item.story.url or "https://news.example.com/story"))

    sections = tuple(replace(section, stories=tuple(map(paged, section.stories))) for section in edition.sections)
    return replace(edition, sections=sections, more=tuple(map(paged, edition.more)))


def _template_names(folders: Sequence[Path], newsletters: Sequence[Newsletter]) -> list[str]:
    own = {file.parent.name for folder in folders for file in folder.glob("*/*.j2")}
    own |= {file.parents[1].name for folder in folders for file in folder.glob("*/partials/*.j2")}
    return sorted((own - {"web"}) | {newsletter.template for newsletter in newsletters})


def _problems_in_files(folders: Sequence[Path], name: str) -> Iterator[TemplateProblem]:
    everywhere = (*folders, shipped_templates())
    # The shipped files are not the user's to mend; those that are used are rendered anyway.
    files = sorted(file for folder in folders for file in (folder / name).rglob("*.j2"))
    if not files and not any((folder / name).is_dir() for folder in everywhere):
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


def _one_of_each_kind(newsletters: Sequence[Newsletter], folders: Sequence[Path]) -> list[Newsletter]:
    shown = {name: _fields_shown(folders, name) for name in {newsletter.template for newsletter in newsletters}}
    kinds = {_kind(newsletter, shown[newsletter.template]): newsletter for newsletter in reversed(newsletters)}
    return list(kinds.values())


def _kind(newsletter: Newsletter, shown: Collection[str]) -> tuple[Hashable, ...]:
    """Return what a template can branch on: what is set of what it shows, and the rules of the subject."""
    given = frozenset(name for name in shown if getattr(newsletter, name))
    layouts = frozenset(section.layout for section in newsletter.sections) if "sections" in shown else frozenset()
    return newsletter.template, newsletter.language, newsletter.kind, newsletter.subject, given, layouts


def _fields_shown(folders: Sequence[Path], name: str) -> frozenset[str]:
    """Return the fields of a newsletter that the files of a template ask for; all where one hands on the whole."""
    every = frozenset(Newsletter.model_fields)
    asked = set(_ALWAYS_SHOWN)
    for file in (file for folder in (*folders, shipped_templates()) for file in (folder / name).rglob("*.j2")):
        fields = _NEWSLETTER.findall(file.read_text(encoding="utf-8", errors="replace"))
        if "" in fields:
            return every
        asked.update(fields)
    return every & asked
