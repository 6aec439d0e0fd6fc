"""One edition on its way to markup: drafts, the finished HTML, the text; and how much of it fits the budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from jinja2 import Environment

from digest.config.newsletter import Newsletter
from digest.config.settings import Settings
from digest.errors import RenderError
from digest.model.edition import Edition
from digest.rendering.budget import Step, apply_steps, fewest_steps, plan_steps
from digest.rendering.environment import find_template_line, template_errors
from digest.rendering.marks import ReaderMarks, measure
from digest.rendering.markup import inline_styles, mjml_to_html
from digest.rendering.phrases import Phrases
from digest.rendering.text import Links, tidy_text
from digest.rendering.views import EditionView, PictureUrl, view_edition

USUAL_GROWTH = 1.35
"""How much inlining styles adds to an edition; only a first guess, the result is measured."""
GOOD_USE = 0.98
"""Share of the limit from which on no larger edition is sought."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An edition as MJML and as HTML; `size` is 0 until the styles are inlined."""

    edition: Edition
    mjml: str
    html: str
    raw_size: int
    size: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """The rendering of one edition: what stays the same while the budget is sought."""

    environment: Environment
    newsletter: Newsletter
    settings: Settings
    phrases: Phrases
    picture_url: PictureUrl
    marker: str

    def view(self, edition: Edition) -> EditionView:
        """Return what templates see of an edition."""
        return view_edition(
            edition, self.newsletter, settings=self.settings, phrases=self.phrases, picture_url=self.picture_url
        )

    def draft(self, edition: Edition) -> Draft:
        """Return MJML and its size as HTML before styles are inlined, which takes a tenth of the whole."""
        mjml = self._render("edition.mjml.j2", edition)
        try:
            html = mjml_to_html(mjml)
        except RenderError as error:
            raise self._blamed(error, mjml) from error
        return Draft(edition, mjml, html, measure(html, self.marker))

    def _blamed(self, error: RenderError, mjml: str) -> RenderError:
        """Return the error with the place in the template that wrote the faulty line."""
        written = mjml.splitlines()[error.line - 1] if error.line else ""
        place = find_template_line(self.environment, written)
        file, line = place or (f"templates/{self.newsletter.template}/edition.mjml.j2", 1)
        return RenderError(f"{error.message} (at “{written.strip()[:60]}”)", file=file, line=line)

    def finish(self, draft: Draft) -> Draft:
        """Return the draft with its HTML as it will be mailed."""
        html = inline_styles(draft.html)
        return replace(draft, html=html, size=measure(html, self.marker))

    def text(self, edition: Edition) -> str:
        """Return the text part."""
        return tidy_text(self._render("edition.txt.j2", edition))

    def _render(self, name: str, edition: Edition) -> str:
        with template_errors(f"template {self.newsletter.template}/{name}"):
            return self.environment.get_template(name).render(self._context(edition))

    def _context(self, edition: Edition) -> Mapping[str, Any]:
        return {
            "edition": self.view(edition),
            "newsletter": self.newsletter,
            "brand": self.settings.brand,
            "reader": ReaderMarks(self.marker),
            "t": self.phrases,
            "links": Links(),
        }


def fit(job: Job, edition: Edition, limit: int) -> tuple[Draft, Sequence[Step]]:
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
    def draft_after(count: int) -> Draft:
        return job.draft(apply_steps(edition, plan[:count]))

    best: tuple[Draft, Sequence[Step]] | None = None
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
