"""`/healthz`: whether this process and its store answer, and how many alarms of which kind last; no details."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from digest.pipeline.workspace import Workspace
from digest.store.alarms import count_standing

router = APIRouter()


@router.get("/healthz")
async def healthz(request: Request) -> dict[str, Any]:
    """Answer 200 while the store can be read; alarms change the words, not the status: a restart mends none of them."""
    alarms = await run_in_threadpool(_count_alarms, request.app.state.workspace)
    return {"status": "alarm", "alarms": alarms} if alarms else {"status": "ok"}


def _count_alarms(workspace: Workspace) -> dict[str, int]:
    with workspace.store.read() as connection:
        return count_standing(connection)
