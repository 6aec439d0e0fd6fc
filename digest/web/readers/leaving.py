"""Leaving a newsletter: a page by GET, which changes nothing, and the POST that acts (RFC 8058)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from digest.pipeline.workspace import Workspace
from digest.subscriptions.signup import unsubscribe
from digest.subscriptions.tokens import Purpose, TokenFacts
from digest.web.pages import page

router = APIRouter()


@router.get("/unsubscribe/{token}")
async def ask(request: Request, token: str) -> HTMLResponse:
    """Show what leaving means, with a button; link scanners may open it."""
    workspace: Workspace = request.app.state.workspace
    facts = workspace.tokens.read(token, Purpose.UNSUBSCRIBE)
    return _page(workspace, facts, "readers/unsubscribe.html.j2", token=token)


@router.post("/unsubscribe/{token}")
async def leave(request: Request, token: str) -> Response:
    """End the subscription at once: by a mail client's one click, or by the button on the page.

    No cookie and no form token is asked for, as RFC 8058 wants; the link itself is the proof. Twice is fine.
    """
    workspace: Workspace = request.app.state.workspace
    facts = workspace.tokens.read(token, Purpose.UNSUBSCRIBE)
    form = await request.form()
    newsletter = None if form.get("all") else facts.newsletter
    await run_in_threadpool(_end, workspace, facts, newsletter)
    if form.get("List-Unsubscribe") == "One-Click":
        return PlainTextResponse("unsubscribed")
    return _page(workspace, facts, "readers/left.html.j2", everything=newsletter is None)


def _end(workspace: Workspace, facts: TokenFacts, newsletter: str | None) -> None:
    with workspace.store.begin() as connection:
        unsubscribe(connection, facts.subscriber_id, newsletter, workspace.clock())


def _page(workspace: Workspace, facts: TokenFacts, name: str, **values: Any) -> HTMLResponse:
    known = workspace.project.newsletters.get(facts.newsletter)
    brand = workspace.project.settings.brand
    title = known.name if known else facts.newsletter
    accent = known.accent if known else None
    return page(workspace.template_folders, name, brand=brand, newsletter=title, accent=accent, **values)
