"""The templates of all pages, and the headers that keep a page from doing more than it should."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

PAGE_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' https: data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
EDITION_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: http: data:; sandbox allow-popups"
)


@lru_cache(maxsize=8)
def page_templates(folders: tuple[Path, ...]) -> Environment:
    """Return the page templates in `web/` of these folders, the first one that has a file wins."""
    loader = FileSystemLoader([folder / "web" for folder in folders])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def page(
    folders: Sequence[Path], name: str, *, status: int = 200, policy: str = PAGE_POLICY, **values: Any
) -> HTMLResponse:
    """Render one page."""
    html = page_templates(tuple(folders)).get_template(name).render(values)
    return HTMLResponse(html, status, headers=safe_headers(policy))


def safe_headers(policy: str) -> dict[str, str]:
    """Return the headers every page carries: its policy, no sniffing, no referrer."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
