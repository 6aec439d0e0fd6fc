"""`POST /api/stories`: a publishing system hands in a story, with a token; switched off without one."""

from __future__ import annotations

import hmac
import json

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from digest.errors import SourceError
from digest.model.story import Story
from digest.pipeline.workspace import Workspace
from digest.sources import parse_story_payload
from digest.store.pool import AddedStories
from digest.web.api.bodies import read_body

MAX_BYTES = 1_000_000
router = APIRouter()


@router.post("/api/stories", status_code=201, responses={400: {}, 401: {}, 404: {}, 413: {}})
async def take_story(request: Request) -> JSONResponse:
    """Take one story, a JSON object with the keys of a JSON Feed item; the same `id` again is a correction.

    Wants `Authorization: Bearer TOKEN`, the token of `web.api_token`. Answers 201 for a new story, 200 for a
    known one, with its `id`.
    """
    workspace: Workspace = request.app.state.workspace
    token = workspace.project.settings.web.api_token.get_secret_value()
    if not token:
        return _told(404, "stories are not taken here; set web.api_token")
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if not hmac.compare_digest(given.encode(), token.encode()):
        return _told(401, "the token is missing or wrong; send Authorization: Bearer TOKEN")
    body = await read_body(request, MAX_BYTES)
    if body is None:
        return _told(413, f"a story has at most {MAX_BYTES:,} bytes")
    try:
        labels = workspace.project.settings.labels
        story = parse_story_payload(json.loads(body), now=workspace.clock(), labels=labels)
    except (ValueError, RecursionError):
        return _told(400, "the body is not JSON")
    except SourceError as error:
        return _told(400, f"{error.message}; {error.action}")
    added = await run_in_threadpool(_take, workspace, story)
    return JSONResponse({"id": story.id, "new": bool(added.new)}, 201 if added.new else 200)


def _take(workspace: Workspace, story: Story) -> AddedStories:
    with workspace.store.begin() as connection:
        return workspace.intake.take(connection, [story])


def _told(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status)
