"""How the bench answers: its pages and their policy, frames for what others wrote, its error page."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from digest.rendering import shipped_templates
from digest.web.pages import page_templates, safe_headers
from digest.web.preview.bench import Bench
from digest.web.preview.guard import Access
from digest.web.preview.troubles import Trouble

PAGE_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: http: data:; font-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups"
)
"""What others wrote may show pictures and styles, nothing else. With no script ever, the same origin gives it no power;
the page around it needs it to keep the place where one was reading."""


def bench_of(request: Request) -> Bench:
    """Return the bench that a request is for."""
    bench: Bench = request.app.state.bench
    return bench


def show_page(request: Request, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page of the bench, with what all of them need."""
    bench, access = bench_of(request), request.app.state.access
    assert isinstance(access, Access)
    newsletters = list(bench.workspace.project.newsletters.values()) if bench.is_ready else []
    common = {"version": bench.version, "form_key": access.form_key, "newsletters": newsletters}
    return _answer(name, common | values, PAGE_POLICY, status=status)


def show_trouble(request: Request, trouble: Trouble) -> HTMLResponse:
    """Render the page that says what is wrong; it goes away when that is mended."""
    return show_page(request, "preview/trouble.html.j2", status=trouble.status, trouble=trouble)


def show_frame(markup: str) -> HTMLResponse:
    """Answer with markup that others wrote: an edition, a caught message."""
    return HTMLResponse(markup, headers=safe_headers(FRAME_POLICY))


def show_lines(text: str, *, find: str = "", numbered: bool = False) -> HTMLResponse:
    """Answer with plain text for a frame, its lines numbered, those with `find` in them marked."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if find and find in line), None)
    values: dict[str, Any] = {"lines": lines, "find": find, "first": first, "numbered": numbered}
    return _answer("preview/lines.html.j2", values, FRAME_POLICY)


def _answer(name: str, values: dict[str, Any], policy: str, *, status: int = 200) -> HTMLResponse:
    markup = page_templates((shipped_templates(),)).get_template(name).render(values)
    return HTMLResponse(markup, status, headers=safe_headers(policy))
