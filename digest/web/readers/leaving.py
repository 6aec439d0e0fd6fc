"""Leaving a newsletter: a page by GET, which changes nothing, and the POST that acts (RFC 8058), or keeps a little."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from digest.config.newsletter import Newsletter
from digest.pipeline.workspace import Workspace
from digest.subscriptions.preferences import pause_for, take_weekly
from digest.subscriptions.signup import unsubscribe
from digest.subscriptions.tokens import Purpose, TokenFacts
from digest.web.pages import show
from digest.web.readers.choices import PAUSES
from digest.web.readers.forms import KEY_FIELD, check_key, describe_form, make_key, read_form, text_of

router = APIRouter()


@router.get("/unsubscribe/{token}")
async def ask(request: Request, token: str) -> Response:
    """Show what leaving means, and what one may keep, each with a button; link scanners may open it."""
    workspace: Workspace = request.app.state.workspace
    facts = _read(workspace, token)
    newsletter = workspace.project.newsletters.get(facts.newsletter)
    return show(
        request,
        "unsubscribe",
        token=token,
        key=make_key(workspace, facts.subscriber_id),
        name=_name(workspace, facts),
        pauses=PAUSES if newsletter else (),
        accent=newsletter.accent if newsletter else None,
    )


@router.post("/unsubscribe/{token}", openapi_extra=describe_form("List-Unsubscribe", KEY_FIELD, "choice", "days"))
async def leave(request: Request, token: str) -> Response:
    """End the subscription at once: by a mail client's one click, or by the button on the page.

    No cookie and no form key is asked for, as RFC 8058 wants; the link itself is the proof. Twice is fine. Whatever
    goes further than this one newsletter, or keeps something of it, needs the key of our page.
    """
    workspace: Workspace = request.app.state.workspace
    facts, form = _read(workspace, token), await _form_or_none(request)
    choice = text_of(form, "choice")
    if choice and choice != "stop":
        check_key(workspace, form, facts.subscriber_id)
    days = next((days for days in PAUSES if str(days) == text_of(form, "days")), PAUSES[0])
    outcome = await run_in_threadpool(_act, workspace, facts, choice, days)
    if text_of(form, "List-Unsubscribe") == "One-Click":
        return PlainTextResponse("unsubscribed")
    newsletter: Newsletter | None = workspace.project.newsletters.get(facts.newsletter)
    until_at = workspace.clock() + timedelta(days=days)
    return show(
        request,
        "left",
        outcome=outcome,
        name=_name(workspace, facts),
        until_words=f"{until_at:%B} {until_at.day}",
        preferences_url=workspace.links.preferences(facts.newsletter, facts.subscriber_id),
        accent=newsletter.accent if newsletter else None,
    )


def _act(workspace: Workspace, facts: TokenFacts, choice: str, days: int) -> str:
    """Do what was chosen; return what became of it: `weekly`, `paused`, `all` or `stopped`."""
    now = workspace.clock()
    with workspace.store.begin() as connection:
        if choice == "weekly" and take_weekly(connection, facts.subscriber_id, facts.newsletter, now):
            return "weekly"
        if choice == "pause" and pause_for(connection, facts.subscriber_id, facts.newsletter, days=days, now=now):
            return "paused"
        everything = choice == "all" or not facts.newsletter
        unsubscribe(connection, facts.subscriber_id, None if everything else facts.newsletter, now)
        return "all" if everything else "stopped"


async def _form_or_none(request: Request) -> FormData:
    """Return the form, empty where it cannot be read: a client's broken body must not keep a reader on the list."""
    try:
        return await read_form(request)
    except HTTPException:
        return FormData()


def _read(workspace: Workspace, token: str) -> TokenFacts:
    return workspace.tokens.read(token, Purpose.UNSUBSCRIBE, now=workspace.clock())


def _name(workspace: Workspace, facts: TokenFacts) -> str:
    """Return the newsletter's name; its id where it is gone from the configuration, nothing for all of them."""
    known = workspace.project.newsletters.get(facts.newsletter)
    return known.name if known else facts.newsletter
