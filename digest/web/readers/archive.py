"""Editions for everyone to look at, without anything personal, and the pictures of folder sources."""

from __future__ import annotations

import html
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse
from starlette.concurrency import run_in_threadpool

from digest.errors import NotFoundError
from digest.model.edition import EditionState, Lane
from digest.model.slots import fill_marks
from digest.pipeline.pictures import find_picture, for_messages, hosted
from digest.pipeline.record import BuiltEdition, built_from_json
from digest.pipeline.workspace import Workspace
from digest.store import editions
from digest.web.pages import EDITION_POLICY, safe_headers

router = APIRouter()
_SHOWN = (EditionState.SENDING, EditionState.DONE)


@router.get("/archive/{newsletter_id}/{day}")
async def edition(request: Request, newsletter_id: str, day: str) -> HTMLResponse:
    """Show the newsletter's edition of a local day, or `latest`."""
    workspace: Workspace = request.app.state.workspace
    built = await run_in_threadpool(_find, workspace, newsletter_id, day)
    return HTMLResponse(_public_page(workspace, built), headers=safe_headers(EDITION_POLICY))


@router.get("/media/{reference:path}")
async def media(request: Request, reference: str) -> FileResponse:
    """Serve a picture of a folder source."""
    project = request.app.state.workspace.project
    picture = find_picture(f"media:{reference}", project.sources, project.folder)
    if picture is None:
        raise NotFoundError("picture", reference)
    headers = {**safe_headers("default-src 'none'"), "Cache-Control": "public, max-age=86400"}
    return FileResponse(picture.file, media_type=picture.content_type, headers=headers)


def _find(workspace: Workspace, newsletter_id: str, day: str) -> BuiltEdition:
    zone = workspace.project.get_newsletter(newsletter_id).zone
    with workspace.store.read() as connection:
        rows = editions.list_editions(connection, newsletter=newsletter_id, states=_SHOWN)
        row = next(
            (row for row in rows if row.lane is Lane.LIST and _is_of(row.slot_at.astimezone(zone).date(), day)), None
        )
        content = editions.find_content(connection, row.id) if row else None
    if content is None:
        raise NotFoundError("edition", f"{newsletter_id} {day}")
    return built_from_json(content)


def _is_of(local: date, day: str) -> bool:
    return day == "latest" or local.isoformat() == day


def _public_page(workspace: Workspace, built: BuiltEdition) -> str:
    """Return the edition as anybody may see it: personal links lead to the pages' front."""
    settings, project = workspace.project.settings, workspace.project
    front = str(settings.web.public_url)
    values = dict.fromkeys(("unsubscribe_url", "preferences_url", "weekly_url", "view_url"), front)
    page = fill_marks(built.rendered.html, built.rendered.marker, values, encode=html.escape)
    address, public = for_messages(settings), hosted("")
    for reference in built.pictures:
        picture = find_picture(reference, project.sources, project.folder)
        if picture is not None:
            page = page.replace(address(picture), public(picture))
    return page
