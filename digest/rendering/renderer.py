"""Edition → MJML → HTML and text, within the size budget; opens nothing but templates and phrases.

A renderer reads its templates once: what changes on disk afterwards asks for a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment

from digest.config.newsletter import Newsletter
from digest.config.settings import Settings
from digest.errors import RenderError
from digest.model.edition import Edition, RenderedEdition
from digest.model.slots import make_marker
from digest.rendering.budget import describe_steps
from digest.rendering.drafting import Job, fit
from digest.rendering.environment import template_environment
from digest.rendering.folders import shipped_templates
from digest.rendering.marks import check_marks
from digest.rendering.phrases import Phrases
from digest.rendering.subject import make_subject
from digest.rendering.views import PictureUrl

MAX_STORIES = 500
"""Most stories that are looked at; an edition of a hundred is already cut by the budget."""


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
        job, edition = self._prepare(edition, newsletter, picture_url)
        draft, steps = fit(job, edition, self.settings.lint.max_bytes)
        text = job.text(draft.edition)
        for part in (draft.html, text):
            check_marks(part, job.marker)
        warnings = describe_steps(steps, edition)
        return RenderedEdition(
            edition=replace(draft.edition, warnings=(*edition.warnings, *warnings)),
            subject=edition.subject,
            preheader=edition.preheader,
            html=draft.html,
            text=text,
            mjml=draft.mjml,
            marker=job.marker,
            html_bytes=draft.size,
            warnings=warnings,
        )

    def rehearse(self, edition: Edition, newsletter: Newsletter, *, picture_url: PictureUrl) -> None:
        """Go through the templates as `render` does, without inlining styles or heeding the budget.

        Raises RenderError for a template that fails.
        """
        job, edition = self._prepare(edition, newsletter, picture_url)
        for part in (job.draft(edition).html, job.text(edition)):
            check_marks(part, job.marker)

    def _prepare(self, edition: Edition, newsletter: Newsletter, picture_url: PictureUrl) -> tuple[Job, Edition]:
        """Return the job and the edition with its subject; the marker depends on all that will be printed."""
        if len(edition.stories) > MAX_STORIES:
            raise RenderError(f"the edition has {len(edition.stories)} stories; {MAX_STORIES} are the most")
        phrases = Phrases(newsletter.language, self.folders)
        day = phrases.date_long(edition.slot_at.astimezone(newsletter.zone).date())
        subject, preheader = make_subject(edition, newsletter, day=day)
        edition = replace(edition, subject=subject, preheader=preheader)
        job = Job(self.environment(newsletter.template), newsletter, self.settings, phrases, picture_url, marker="")
        return replace(job, marker=make_marker(repr(job.view(edition)))), edition

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
