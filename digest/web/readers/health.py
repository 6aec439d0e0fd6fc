"""`/healthz`: whether this process and its store answer."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool

from digest.pipeline.workspace import Workspace

router = APIRouter()


@router.get("/healthz")
async def healthz(request: Request) -> dict[str, str]:
    """Answer 200 while the store can be read."""
    await run_in_threadpool(_ask_store, request.app.state.workspace)
    return {"status": "ok"}


def _ask_store(workspace: Workspace) -> None:
    with workspace.store.read() as connection:
        connection.execute(text("SELECT 1"))
