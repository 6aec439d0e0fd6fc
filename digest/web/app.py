"""The app of the readers' pages, put together from its routers; serves nothing itself."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from digest.errors import NotFoundError, TokenError
from digest.pipeline.workspace import Workspace
from digest.web.pages import page
from digest.web.readers import archive, health, leaving


def create_app(workspace: Workspace) -> FastAPI:
    """Return the app over a workspace; every answer carries a policy that allows no script."""
    app = FastAPI(title="Newsletters", docs_url=None, redoc_url=None)
    app.state.workspace = workspace
    for module in (health, leaving, archive):
        app.include_router(module.router)

    @app.exception_handler(NotFoundError)
    async def not_found(request: Request, error: NotFoundError) -> HTMLResponse:
        return _told(request, 404, "This page does not exist", "The link may be old or mistyped.")

    @app.exception_handler(TokenError)
    async def bad_link(request: Request, error: TokenError) -> HTMLResponse:
        return _told(request, 400, "This link does not work", f"{str(error).capitalize()}.")

    return app


def _told(request: Request, status: int, title: str, text: str) -> HTMLResponse:
    workspace: Workspace = request.app.state.workspace
    brand = workspace.project.settings.brand
    return page(
        workspace.template_folders,
        "readers/told.html.j2",
        status=status,
        brand=brand,
        accent=None,
        title=title,
        text=text,
    )
