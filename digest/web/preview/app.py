"""The app of the bench, put together from its pages; serves nothing itself."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from digest.errors import DigestError
from digest.web.preview import editing, mailbox, newsletter, overview
from digest.web.preview.bench import Bench
from digest.web.preview.guard import Access, ForbiddenError, Guard
from digest.web.preview.showing import show_trouble
from digest.web.preview.troubles import Mistake, Trouble, trouble_of


def create_preview(bench: Bench, access: Access | None = None) -> FastAPI:
    """Return the app of the bench; nothing in it writes but saved edits, and test messages that are asked for."""
    access = access or Access()
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.bench, app.state.access = bench, access
    app.add_middleware(Guard, access=access)
    for module in (overview, mailbox, editing, newsletter):
        app.include_router(module.router)

    @app.exception_handler(DigestError)
    async def told(request: Request, error: DigestError) -> HTMLResponse:
        if isinstance(error, ForbiddenError):
            trouble = Trouble("This was not done", (Mistake("", str(error)),), status=403)
        else:
            trouble = bench.trouble if bench.trouble and not bench.is_ready else trouble_of(error)
        return await run_in_threadpool(show_trouble, request, trouble)

    return app
