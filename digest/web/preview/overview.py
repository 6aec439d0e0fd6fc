"""The first page, all newsletters as cards; and what every page needs: static files, pictures, changes as events."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response, StreamingResponse

from digest.errors import NotFoundError
from digest.rendering import shipped_templates
from digest.web.pages import safe_headers
from digest.web.preview.bench import Bench
from digest.web.preview.facts import newsletter_card
from digest.web.preview.showing import bench_of, show_page, show_trouble

router = APIRouter()
_KEPT_OPEN_S = 15.0


@router.get("/")
@router.get("/preview")
def home() -> RedirectResponse:
    """Lead to the bench."""
    return RedirectResponse("/preview/")


@router.get("/preview/")
def overview(request: Request, kind: str = "") -> HTMLResponse:
    """Show all newsletters, of one kind where asked; figures come card by card."""
    bench = bench_of(request)
    if bench.trouble:
        return show_trouble(request, bench.trouble)
    cards = [
        newsletter_card(bench, newsletter_id, assemble=False) for newsletter_id in bench.workspace.project.newsletters
    ]
    return show_page(request, "preview/overview.html.j2", kind=kind, cards=cards)


@router.get("/preview/-/card/{newsletter_id}")
def card(request: Request, newsletter_id: str) -> HTMLResponse:
    """Show one card with its figures, which takes as long as assembling the edition."""
    shown = newsletter_card(bench_of(request), newsletter_id)
    return show_page(request, "preview/card.html.j2", card=shown)


@router.get("/preview/-/events")
async def events(request: Request) -> StreamingResponse:
    """Tell of every change as it happens."""
    headers = safe_headers("default-src 'none'")
    return StreamingResponse(_versions(bench_of(request), request), media_type="text/event-stream", headers=headers)


@router.get("/preview/-/static/{name}")
def static(name: str) -> FileResponse:
    """Serve the bench's own script and style."""
    folder = shipped_templates() / "web" / "preview" / "static"
    if name not in {path.name for path in folder.iterdir()}:
        raise NotFoundError("file", name)
    return FileResponse(folder / name, headers=safe_headers("default-src 'none'"))


@router.get("/preview/-/media/{reference:path}")
def media(request: Request, reference: str) -> Response:
    """Serve a picture of a folder source."""
    picture = bench_of(request).picture(f"media:{reference}")
    if picture is None or not picture.content_type.startswith("image/"):
        raise NotFoundError("picture", reference)
    # A picture in SVG is a document of its own when opened by itself.
    headers = safe_headers("default-src 'none'; style-src 'unsafe-inline'; sandbox")
    return FileResponse(picture.file, media_type=picture.content_type, headers=headers)


async def _versions(bench: Bench, request: Request) -> AsyncIterator[str]:
    """Yield the version at once and after each change; a comment now and then keeps the connection open."""
    told = bench.version
    yield f"data: {told}\n\n"
    while not bench.is_closed and not await request.is_disconnected():
        if await bench.wait_for_change(told, timeout_s=_KEPT_OPEN_S):
            told = bench.version
            yield f"data: {told}\n\n"
        else:
            yield ": still here\n\n"
