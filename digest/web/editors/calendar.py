"""The calendar of the next editions, for calendar programs that read it again and again."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from digest.pipeline.calendar import calendar_of
from digest.pipeline.workspace import Workspace
from digest.web.pages import DATA_POLICY, safe_headers

router = APIRouter()
_COUNT = 30


@router.get("/schedule.ics")
async def all_newsletters(request: Request) -> Response:
    """Give the next editions of all newsletters."""
    return await _feed(request, None)


@router.get("/n/{newsletter_id}/schedule.ics")
async def one_newsletter(request: Request, newsletter_id: str) -> Response:
    """Give the next editions of one newsletter."""
    return await _feed(request, newsletter_id)


async def _feed(request: Request, newsletter_id: str | None) -> Response:
    workspace: Workspace = request.app.state.workspace
    project = workspace.project
    chosen = [project.get_newsletter(newsletter_id)] if newsletter_id else list(project.newsletters.values())
    text = await run_in_threadpool(calendar_of, project, chosen, now=workspace.clock(), count=_COUNT)
    return Response(text, media_type="text/calendar", headers=safe_headers(DATA_POLICY))
