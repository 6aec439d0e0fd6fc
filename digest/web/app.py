"""The app of the readers' pages, put together from its routers; serves nothing itself."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from digest.errors import NotFoundError, StoreError, TokenError
from digest.pipeline.confirmations import Confirmations
from digest.pipeline.letters import Letters
from digest.pipeline.measuring import Counting
from digest.pipeline.webhooks import WebhookDesk
from digest.pipeline.welcome import Welcomes
from digest.pipeline.workspace import Workspace
from digest.subscriptions.floods import MOST_AN_HOUR, MOST_FOR_AN_ADDRESS, trusted_networks
from digest.subscriptions.shared_floods import open_gate
from digest.web.api import stories, webhooks
from digest.web.editors import calendar
from digest.web.editors import pages as editors
from digest.web.operations import health, metrics
from digest.web.pages import show
from digest.web.readers import (
    archive,
    choices,
    consent,
    feed,
    figures,
    leaving,
    measured,
    media,
    signup,
)
from digest.web.readers.catalogue import Catalogue
from digest.web.readers.forms import FormError
from digest.web.readers.transport import Safely

_TOLD = {
    404: ("This page does not exist", "The link may be old or mistyped."),
    405: ("This does not work here", "The address is right, but not for what was sent to it."),
    413: ("That was too much", "A form on these pages is never as long as that."),
}


def create_app(workspace: Workspace) -> FastAPI:
    """Return the app over a workspace; every answer carries a policy that allows no script, and sets no cookie."""
    app = FastAPI(title="Newsletters", docs_url=None, redoc_url=None)
    app.state.workspace = workspace
    letters = Letters(workspace)
    app.state.confirmations = Confirmations(workspace, letters)
    app.state.welcomes = Welcomes(workspace, letters)
    app.state.counting = Counting(workspace)
    app.state.finish = app.state.counting.finish
    app.state.webhooks = WebhookDesk(workspace)
    secret = workspace.delivery_keys[0]
    app.state.network_gate = open_gate(workspace.store, "network", MOST_AN_HOUR, secret=secret)
    app.state.address_gate = open_gate(workspace.store, "address", MOST_FOR_AN_ADDRESS, secret=secret)
    _read_configuration(app)
    workspace.follow(lambda: _read_configuration(app))
    app.add_middleware(Safely)
    for module in (
        health,
        metrics,
        stories,
        webhooks,
        signup,
        consent,
        choices,
        leaving,
        feed,
        archive,
        media,
        measured,
        figures,
        editors,
        calendar,
    ):
        app.include_router(module.router)
    _tell_errors(app)
    return app


def _read_configuration(app: FastAPI) -> None:
    """Make anew what depends on the configuration; the workspace may take up another one while the pages are served."""
    workspace: Workspace = app.state.workspace
    app.state.catalogue = Catalogue(workspace)
    app.state.trusted_proxies = trusted_networks(workspace.project.settings.web.trusted_proxies)


def _tell_errors(app: FastAPI) -> None:
    """Answer what was raised on purpose with a page for people."""

    @app.exception_handler(NotFoundError)
    async def not_found(request: Request, error: NotFoundError) -> HTMLResponse:
        return _told(request, 404, *_TOLD[404])

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> HTMLResponse:
        title, text = _TOLD.get(error.status_code, ("This did not work", "Go back and try it once more."))
        page = _told(request, error.status_code, title, text)
        page.headers.update(error.headers or {})
        return page

    @app.exception_handler(TokenError)
    async def bad_link(request: Request, error: TokenError) -> HTMLResponse:
        text = f"{str(error).capitalize()}. Take the link from a newer message, or sign up again."
        return _told(request, 400, "This link does not work", text)

    @app.exception_handler(FormError)
    async def bad_form(request: Request, error: FormError) -> HTMLResponse:
        return _told(request, error.status, "Please send that once more", str(error))

    @app.exception_handler(StoreError)
    async def no_store(request: Request, error: StoreError) -> HTMLResponse:
        return _told(request, 503, "Not at this moment", "Something of ours does not answer. Try it in a minute.")

    @app.exception_handler(Exception)
    async def our_fault(request: Request, error: Exception) -> HTMLResponse:
        return _told(request, 500, "Our mistake", "Something of ours broke. It is written down, and we will mend it.")


def _told(request: Request, status: int, title: str, text: str) -> HTMLResponse:
    return show(request, "told", status=status, title=title, text=text)
