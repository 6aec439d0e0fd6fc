"""Confirming: a page by GET, which changes nothing, as scanners open every link; the POST says yes."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from digest.config.newsletter import Newsletter
from digest.model.subscriber import SubscriptionState
from digest.pipeline.workspace import Workspace
from digest.store import subscribers
from digest.subscriptions.signup import confirm
from digest.subscriptions.tokens import Purpose, TokenFacts
from digest.web.pages import show
from digest.web.readers.forms import KEY_FIELD, check_key, describe_form, make_key, read_form, texts_of

router = APIRouter()


@router.get("/confirm/{token}")
async def ask(request: Request, token: str) -> HTMLResponse:
    """Show what waits to be confirmed, with a button."""
    workspace: Workspace = request.app.state.workspace
    facts = _read(workspace, token)
    waiting = await run_in_threadpool(_waiting, workspace, facts)
    return show(
        request,
        "confirm",
        token=token,
        cards=[request.app.state.catalogue.card(newsletter, has_latest=False) for newsletter in waiting],
        key=make_key(workspace, facts.subscriber_id),
        accent=waiting[0].accent if len(waiting) == 1 else None,
        preferences_url=workspace.links.preferences("", facts.subscriber_id),
    )


@router.post("/confirm/{token}", openapi_extra=describe_form(KEY_FIELD, several=("newsletter",)))
async def say_yes(request: Request, token: str) -> HTMLResponse:
    """Confirm the newsletters that are still ticked; twice is fine."""
    workspace: Workspace = request.app.state.workspace
    facts, form = _read(workspace, token), await read_form(request)
    check_key(workspace, form, facts.subscriber_id)
    known = workspace.project.newsletters
    wanted = [known[newsletter_id] for newsletter_id in texts_of(form, "newsletter") if newsletter_id in known]
    confirmed, begun = await run_in_threadpool(_confirm, workspace, facts, wanted)
    request.app.state.welcomes.mail_soon(facts.subscriber_id, begun)
    catalogue = request.app.state.catalogue
    return show(
        request,
        "confirmed",
        cards=[await run_in_threadpool(catalogue.card, newsletter) for newsletter in confirmed],
        accent=confirmed[0].accent if len(confirmed) == 1 else None,
        preferences_url=workspace.links.preferences("", facts.subscriber_id),
    )


def _read(workspace: Workspace, token: str) -> TokenFacts:
    return workspace.tokens.read(token, Purpose.CONFIRM, now=workspace.clock())


def _waiting(workspace: Workspace, facts: TokenFacts) -> list[Newsletter]:
    """Return what the reader asked for and did not confirm yet; a link for one newsletter knows of that alone."""
    known = workspace.project.newsletters
    with workspace.store.read() as connection:
        subscribers.get_subscriber(connection, facts.subscriber_id)
        links = subscribers.load_subscriptions(connection, facts.subscriber_id)
    return [
        known[one.newsletter]
        for one in links
        if one.state is SubscriptionState.PENDING
        and one.newsletter in known
        and facts.newsletter in ("", one.newsletter)
    ]


def _confirm(
    workspace: Workspace, facts: TokenFacts, wanted: list[Newsletter]
) -> tuple[list[Newsletter], list[Newsletter]]:
    """Confirm what was asked for; return what the reader gets of it now, and what of that began just now."""
    confirmed, begun = [], []
    with workspace.store.begin() as connection:
        subscribers.get_subscriber(connection, facts.subscriber_id)
        for newsletter in wanted:
            asked = subscribers.find_subscription(connection, facts.subscriber_id, newsletter.id)
            if asked is None or facts.newsletter not in ("", newsletter.id):
                continue
            after = confirm(connection, facts.subscriber_id, newsletter.id, workspace.clock())
            if after.state is SubscriptionState.CONFIRMED:
                confirmed.append(newsletter)
                begun += [newsletter] if asked.state is SubscriptionState.PENDING else []
    return confirmed, begun
