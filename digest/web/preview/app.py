"""The bench's pages: overview, one newsletter in tabs, the edition itself in a frame, changes as events."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.concurrency import run_in_threadpool

from digest.errors import ConfigError, DigestError, NotFoundError
from digest.model.edition import RenderedEdition
from digest.model.slots import fill_marks
from digest.pipeline.assemble import Assembled
from digest.rendering import shipped_templates
from digest.web.pages import EDITION_POLICY, page, safe_headers
from digest.web.preview.bench import Bench, Trouble
from digest.web.preview.cards import newsletter_card, newsletter_facts
from digest.web.preview.looks import Look, show_as

BENCH_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' https: http: data:; frame-src 'self'; base-uri 'none'; form-action 'self'"
)
MADE_UP_READER = {
    "email": "reader@example.com",
    "name": "Ada Reader",
    "since": "May 3, 2026",
    "unsubscribe_url": "https://news.example.com/unsubscribe/preview",
    "preferences_url": "https://news.example.com/preferences/preview",
    "weekly_url": "https://news.example.com/preferences/preview#weekly",
    "view_url": "https://news.example.com/archive/preview",
}


def create_preview(bench: Bench) -> FastAPI:
    """Return the app of the bench; nothing in it writes."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    folders = (shipped_templates(),)

    @app.get("/")
    async def home() -> RedirectResponse:
        return RedirectResponse("/preview/")

    @app.get("/preview/")
    async def overview() -> Response:
        if bench.trouble:
            return _trouble_page(bench.trouble)
        cards = await run_in_threadpool(lambda: [newsletter_card(bench, n) for n in _ids(bench)])
        return page(folders, "preview/overview.html.j2", policy=BENCH_POLICY, cards=cards, version=bench.version)

    @app.get("/preview/events")
    async def events(request: Request) -> StreamingResponse:
        return StreamingResponse(_versions(bench, request), media_type="text/event-stream")

    @app.get("/preview/static/{name}")
    async def static(name: str) -> Response:
        file = shipped_templates() / "web" / "preview" / "static" / name
        known = {path.name for path in file.parent.iterdir()}
        return FileResponse(file) if name in known else Response(status_code=404)

    @app.get("/preview/media/{reference:path}")
    async def media(reference: str) -> Response:
        picture = bench.picture(f"media:{reference}")
        return FileResponse(picture.file, media_type=picture.content_type) if picture else Response(status_code=404)

    @app.get("/preview/{newsletter_id}")
    async def newsletter(newsletter_id: str, tab: str = "desktop") -> Response:
        if bench.trouble:
            return _trouble_page(bench.trouble)
        facts = await run_in_threadpool(newsletter_facts, bench, newsletter_id)
        values: dict[str, Any] = {"cards": facts.others, "facts": facts, "tab": tab, "version": bench.version}
        return page(folders, "preview/newsletter.html.j2", policy=BENCH_POLICY, **values)

    @app.get("/preview/{newsletter_id}/edition.html")
    async def edition_html(newsletter_id: str, look: Look = Look.LIGHT) -> HTMLResponse:
        rendered = await _rendered(bench, newsletter_id)
        markup = fill_marks(rendered.html, rendered.marker, MADE_UP_READER, encode=html.escape)
        return HTMLResponse(show_as(markup, look), headers=safe_headers(EDITION_POLICY))

    @app.get("/preview/{newsletter_id}/edition.txt")
    async def edition_text(newsletter_id: str) -> PlainTextResponse:
        rendered = await _rendered(bench, newsletter_id)
        text = fill_marks(rendered.text, rendered.marker, MADE_UP_READER)
        return PlainTextResponse(text, headers=safe_headers(EDITION_POLICY))

    @app.get("/preview/{newsletter_id}/edition.mjml")
    async def edition_mjml(newsletter_id: str) -> PlainTextResponse:
        return PlainTextResponse((await _rendered(bench, newsletter_id)).mjml, headers=safe_headers(EDITION_POLICY))

    @app.exception_handler(DigestError)
    async def told(request: Request, error: Exception) -> HTMLResponse:
        if isinstance(error, ConfigError):
            trouble = bench.trouble or Trouble("The configuration has problems", (str(error),))
            return _trouble_page(trouble)
        status = 404 if isinstance(error, NotFoundError) else 500
        return _trouble_page(Trouble("This cannot be shown", (str(error),)), status=status)

    def _trouble_page(trouble: Trouble, *, status: int = 200) -> HTMLResponse:
        values = {"trouble": trouble, "version": bench.version}
        return page(folders, "preview/trouble.html.j2", status=status, policy=BENCH_POLICY, **values)

    return app


def _ids(bench: Bench) -> list[str]:
    return list(bench.workspace.project.newsletters)


async def _rendered(bench: Bench, newsletter_id: str) -> RenderedEdition:
    assembled: Assembled = await run_in_threadpool(bench.edition, newsletter_id)
    if assembled.rendered is None:
        raise NotFoundError("edition of", f"{newsletter_id} ({assembled.skip_reason})")
    return assembled.rendered


async def _versions(bench: Bench, request: Request) -> AsyncIterator[str]:
    """Tell the browser each time something changed; a comment now and then keeps the connection open."""
    told = bench.version
    yield f"data: {told}\n\n"
    while not await request.is_disconnected():
        changed = await bench.wait_for_change(told, timeout_s=15)
        if changed:
            told = bench.version
            yield f"data: {told}\n\n"
        else:
            yield ": still here\n\n"
