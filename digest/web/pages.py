"""The templates of all pages, and the headers that keep a page from doing more than it should."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from digest.config.newsletter import Accent
from digest.pipeline.workspace import Workspace
from digest.web.readers.dates import direction_of

PAGE_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' https: data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
EMBED_POLICY = PAGE_POLICY.replace("frame-ancestors 'self'", "frame-ancestors *")
"""For the one form that other sites may show in a frame."""
EDITION_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: http: data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""For what others wrote: no script, no form, an origin of its own even when it is opened in a tab."""
DATA_POLICY = "default-src 'none'; sandbox"


@lru_cache(maxsize=8)
def page_templates(folders: tuple[Path, ...]) -> Environment:
    """Return the page templates in `web/` of these folders, the first one that has a file wins."""
    loader = FileSystemLoader([folder / "web" for folder in folders])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def render(folders: Sequence[Path], name: str, /, **values: Any) -> str:
    """Return the markup of one page."""
    return page_templates(tuple(folders)).get_template(name).render(values)


def show(
    request: Request,
    name: str,
    /,
    *,
    folder: str = "readers",
    status: int = 200,
    policy: str = PAGE_POLICY,
    accent: Accent | None = None,
    language: str = "en",
    **values: Any,
) -> HTMLResponse:
    """Answer with a page in the brand's frame; `accent` is the newsletter's, the brand's own unless given.

    `folder` is that of the template: pages are for readers unless said.
    `language` is that of what a newsletter says on the page; our own words are English, and marked as such.
    """
    workspace: Workspace = request.app.state.workspace
    settings = workspace.project.settings
    markup = render(
        workspace.template_folders,
        f"{folder}/{name}.html.j2",
        brand=settings.brand,
        public_url=str(settings.web.public_url).rstrip("/"),
        today=workspace.clock(),
        icon=make_icon(settings.brand.name, accent or Accent()),
        accent=accent,
        language=language,
        direction=direction_of(language),
        english=mark_language("en", page=language),
        **values,
    )
    return HTMLResponse(markup, status, headers=safe_headers(policy))


def mark_language(language: str, *, page: str = "en") -> Markup:
    """Return the attributes of an element whose words are not in the page's language; nothing where they are."""
    if language == page or (is_english(language) and is_english(page)):
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(language, direction_of(language))


def is_english(language: str) -> bool:
    """Say whether a language is a kind of English."""
    return language.partition("-")[0] == "en"


def make_icon(brand: str, accent: Accent) -> str:
    """Return the icon of a tab as SVG: the brand's first letter, with the accent's full stop."""
    letter = html.escape(next((letter for letter in brand.removeprefix("The ") if letter.isalnum()), "N").upper())
    return (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
        "<rect width='32' height='32' rx='6' fill='#f4f1ea'/>"
        f"<text x='5' y='25' font-family='Georgia,serif' font-weight='700' font-size='25' fill='#16181d'>{letter}"
        f"<tspan fill='{accent.light}'>.</tspan></text></svg>"
    )


def safe_headers(policy: str) -> dict[str, str]:
    """Return the headers every page carries: its policy, no sniffing, no referrer, no keeping."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
