"""Edition → MJML → HTML and text, within the size budget; opens nothing but templates and phrases.

A renderer reads its templates once: what changes on disk afterwards asks for a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from digest.config.newsletter import Newsletter
from digest.config.settings import Settings
from digest.errors import RenderError
from digest.model.edition import Edition, RenderedEdition
from digest.rendering.budget import Step, apply_steps, describe_steps, fewest_steps, plan_steps
from digest.rendering.environment import find_template_line, template_environment, template_errors
from digest.rendering.folders import shipped_templates
from digest.rendering.marks import ReaderMarks, check_marks, marker_of, measure
from digest.rendering.markup import inline_styles, mjml_to_html
from digest.rendering.phrases import Phrases
from digest.rendering.subject import make_subject
from digest.rendering.text import Links, tidy_text
from digest.rendering.views import PictureUrl, view_edition

MAX_STORIES = 500
"""Most stories that are looked at; an edition of a hundred is already cut by the budget."""
USUAL_GROWTH = 1.35
"""How much inlining styles adds to an edition; only a first guess, the result is measured."""
GOOD_USE = 0.98
"""Share of the limit from which on no larger edition is sought."""


class Renderer:
    """Renders editions with the templates of `template_folders`, the first one first, the shipped ones last."""

    def __init__(self, template_folders: Sequence[Path], settings: Settings) -> None:
        self.settings = settings
        self.folders = tuple(dict.fromkeys((*template_folders, shipped_templates())))
        self._environments: dict[str, Environment] = {}

    def render(self, edition: Edition, newsletter: Newsletter, *, picture_url: PictureUrl) -> RenderedEdition:
        """Render an edition: the same input gives the same bytes.

        `picture_url` maps a `Picture.url` to the address for the markup; "" leaves the picture out.
        Raises RenderError for a template that fails, and for an edition that cannot be made to fit.
        """
        if len(edition.stories) > MAX_STORIES:
            raise RenderError(f"the edition has {len(edition.stories)} stories; {MAX_STORIES} are the most")
        phrases = Phrases(newsletter.language, self.folders)
        day = phrases.date_long(edition.slot_at.astimezone(newsletter.zone).date())
        subject, preheader = make_subject(edition, newsletter, day=day)
        edition = replace(edition, subject=subject, preheader=preheader)
        job = _Job(self, newsletter, phrases, picture_url, marker_of(edition))
        draft, steps = _fit(job, edition, self.settings.lint.max_bytes)
        text = job.text(draft.edition)
        for part in (draft.html, text):
            check_marks(part, job.marker)
        warnings = describe_steps(steps, edition)
        return RenderedEdition(
            edition=replace(draft.edition, warnings=(*edition.warnings, *warnings)),
            subject=subject,
            preheader=preheader,
            html=draft.html,
            text=text,
            mjml=draft.mjml,
            marker=job.marker,
            html_bytes=draft.size,
            warnings=warnings,
        )

    def environment(self, template: str) -> Environment:
        """Return the Jinja environment of a template, made once.

        Raises RenderError for a template that no folder has.
        """
        if template not in self._environments:
            if not any((folder / template).is_dir() for folder in self.folders):
                places = ", ".join(str(folder) for folder in self.folders)
                raise RenderError(f"there is no template {template!r} in {places}")
            self._environments[template] = template_environment(self.folders, template)
        return self._environments[template]


@dataclass(frozen=True, slots=True)
class _Draft:
    edition: Edition
    mjml: str
    html: str
    raw_size: int
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Job:
    """The rendering of one edition: what stays the same while the budget is sought."""

    renderer: Renderer
    newsletter: Newsletter
    phrases: Phrases
    picture_url: PictureUrl
    marker: str

    def draft(self, edition: Edition) -> _Draft:
        """Return MJML and its size as HTML before styles are inlined, which takes a tenth of the whole."""
        mjml = self._render("edition.mjml.j2", edition)
        try:
            html = mjml_to_html(mjml)
        except RenderError as error:
            raise self._blamed(error, mjml) from error
        return _Draft(edition, mjml, html, measure(html, self.marker))

    def _blamed(self, error: RenderError, mjml: str) -> RenderError:
        """Return the error with the place in the template that wrote the faulty line."""
        written = mjml.splitlines()[error.line - 1] if error.line else ""
        place = find_template_line(self.renderer.environment(self.newsletter.template), written)
        file, line = place or (f"templates/{self.newsletter.template}/edition.mjml.j2", 1)
        return RenderError(f"{error.message} (at “{written.strip()[:60]}”)", file=file, line=line)

    def finish(self, draft: _Draft) -> _Draft:
        """Return the draft with its HTML as it will be mailed."""
        html = inline_styles(draft.html)
        return replace(draft, html=html, size=measure(html, self.marker))

    def text(self, edition: Edition) -> str:
        """Return the text part."""
        return tidy_text(self._render("edition.txt.j2", edition))

    def _render(self, name: str, edition: Edition) -> str:
        environment = self.renderer.environment(self.newsletter.template)
        with template_errors(f"template {self.newsletter.template}/{name}"):
            return environment.get_template(name).render(self._context(edition))

    def _context(self, edition: Edition) -> Mapping[str, Any]:
        settings = self.renderer.settings
        return {
            "edition": view_edition(
                edition,
                self.newsletter,
                settings=settings,
                phrases=self.phrases,
                picture_url=self.picture_url,
            ),
            "newsletter": self.newsletter,
            "brand": settings.brand,
            "reader": ReaderMarks(self.marker),
            "t": self.phrases,
            "links": Links(),
        }


def _fit(job: _Job, edition: Edition, limit: int) -> tuple[_Draft, Sequence[Step]]:
    """Return the largest edition within `limit` bytes, and the steps that led to it.

    Sizes are sought on drafts, and only what seems to fit is finished and measured.
    """
    draft = job.draft(edition)
    growth = USUAL_GROWTH
    if draft.raw_size <= limit:
        draft = job.finish(draft)
        growth = draft.size / draft.raw_size
        if draft.size <= limit:
            return draft, ()
    plan = plan_steps(edition)

    @cache
    def draft_after(count: int) -> _Draft:
        return job.draft(apply_steps(edition, plan[:count]))

    best: tuple[_Draft, Sequence[Step]] | None = None
    low, high = 0, len(plan)
    while low < high:
        taken = fewest_steps(lambda count: draft_after(count).raw_size, low, high, limit=limit / growth)
        draft = job.finish(draft_after(taken))
        growth = draft.size / draft.raw_size
        if draft.size > limit:
            low = taken
            continue
        best, high = (draft, plan[:taken]), taken
        if draft.size >= limit * GOOD_USE or taken - low <= 1:
            break
    if best is None:
        raise RenderError(f"the edition has {draft.size} bytes of HTML even without its stories; {limit} is the most")
    return best
