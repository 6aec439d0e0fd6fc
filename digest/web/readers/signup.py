"""Signing up: the page of all newsletters, that of one, the form for other sites, and the POST that asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from digest.config.newsletter import Newsletter
from digest.pipeline.confirmations import Confirmations, Wish
from digest.pipeline.workspace import Workspace
from digest.subscriptions.addresses import normalise_address
from digest.subscriptions.floods import network_of, visitor_address
from digest.subscriptions.shared_floods import Gate
from digest.web.pages import EMBED_POLICY, PAGE_POLICY, show
from digest.web.readers.archive import find_latest
from digest.web.readers.catalogue import Catalogue
from digest.web.readers.forms import KEY_FIELD, check_key, describe_form, make_key, read_form, text_of, texts_of

router = APIRouter()
TRAP_FIELD = "website"
"""No person sees this field; who fills it is a program."""

_WORDING = "You agree to get {what} from {brand} by email. Every edition has a link to leave."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a form says when it is shown: nothing at first, later what is amiss, and what was filled in."""

    chosen: frozenset[str] = frozenset()
    address: str = ""
    complaint: str = ""
    status: int = 200


_FRESH = Answer()


@router.get("/")
async def everything(request: Request, near: Annotated[str, Query()] = "") -> HTMLResponse:
    """Show every newsletter with one form for all; `near` puts those of a place first."""
    return await _show_all(request, near, _FRESH)


@router.get("/n/{newsletter_id}")
async def one(request: Request, newsletter_id: str) -> HTMLResponse:
    """Show one newsletter, its latest edition and a form of one field."""
    return await _show_one(request, _workspace(request).project.get_newsletter(newsletter_id), _FRESH)


@router.get("/embed/{newsletter_id}")
async def embedded(request: Request, newsletter_id: str) -> HTMLResponse:
    """Show the form alone, for a frame on another site."""
    return _show_embedded(request, _workspace(request).project.get_newsletter(newsletter_id), _FRESH)


@router.post(
    "/subscribe", openapi_extra=describe_form(KEY_FIELD, "email", "place", TRAP_FIELD, several=("newsletter",))
)
async def subscribe(request: Request) -> HTMLResponse:
    """Keep what was asked for and mail what asks to confirm it; known and unknown addresses get the same answer."""
    workspace, form = _workspace(request), await read_form(request)
    check_key(workspace, form)
    known = workspace.project.newsletters
    chosen = [known[newsletter_id] for newsletter_id in texts_of(form, "newsletter") if newsletter_id in known]
    answer = _judge(form, chosen)
    if answer.complaint:
        return await _show_again(request, form, answer)
    networks: Gate = request.app.state.network_gate
    visitor = find_visitor(request)
    if not text_of(form, TRAP_FIELD):
        if not await run_in_threadpool(networks.admits, network_of(visitor), workspace.clock()):
            return _show_crowded(request)
        await _keep(request, form, chosen, visitor)
    page = "embed_asked" if _place(form) == "embed" else "asked"
    return show(
        request,
        page,
        policy=EMBED_POLICY if page == "embed_asked" else PAGE_POLICY,
        address=answer.address,
        names=[newsletter.name for newsletter in chosen],
        accent=chosen[0].accent if len(chosen) == 1 else None,
    )


def find_visitor(request: Request) -> str:
    """Return the network address of whoever asks."""
    peer = request.client.host if request.client else ""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    return visitor_address(peer, [hop for hop in forwarded if hop.strip()], request.app.state.trusted_proxies)


def _judge(form: FormData, chosen: list[Newsletter]) -> Answer:
    """Say what is amiss with a form before anything is kept."""
    ids, address = frozenset(newsletter.id for newsletter in chosen), text_of(form, "email").strip()
    if not chosen:
        return Answer(ids, address, "Choose at least one newsletter.", 400)
    try:
        normalise_address(address)
    except ValueError:
        shown = f"“{address}” cannot be mailed to" if address else "The address is missing"
        return Answer(ids, address, f"{shown}. Write it as name@example.com.", 400)
    return Answer(ids, address)


async def _keep(request: Request, form: FormData, chosen: list[Newsletter], visitor: str) -> None:
    confirmations: Confirmations = request.app.state.confirmations
    addresses: Gate = request.app.state.address_gate
    address = text_of(form, "email").strip()
    key, now = normalise_address(address)[1], _workspace(request).clock()
    if not await run_in_threadpool(addresses.admits, key, now):
        return
    is_open = _place(form) == "all"
    wordings = {newsletter.id: _wording(request, None if is_open else newsletter) for newsletter in chosen}
    wish = Wish(address, wordings, f"form on {_source(form)}", visitor)
    subscriber_id = await run_in_threadpool(confirmations.keep, wish)
    if subscriber_id is not None:
        confirmations.mail_soon(subscriber_id)


async def _show_again(request: Request, form: FormData, answer: Answer) -> HTMLResponse:
    """Show the form once more, as it was filled in, with what is amiss."""
    place = _place(form)
    newsletter = _workspace(request).project.newsletters.get(text_of(form, "newsletter"))
    if place == "embed" and newsletter is not None:
        return _show_embedded(request, newsletter, answer)
    if place == "one" and newsletter is not None:
        return await _show_one(request, newsletter, answer)
    return await _show_all(request, "", answer)


def _show_crowded(request: Request) -> HTMLResponse:
    page = show(
        request,
        "told",
        status=429,
        title="Too many at once",
        text="Many sign-ups came from your network within the hour. Yours will be welcome in an hour.",
    )
    page.headers["Retry-After"] = "3600"
    return page


async def _show_all(request: Request, near: str, answer: Answer) -> HTMLResponse:
    catalogue: Catalogue = request.app.state.catalogue
    nearby = await run_in_threadpool(catalogue.find_near, near) if near.strip() else None
    groups = await run_in_threadpool(catalogue.groups, nearby)
    return show(
        request,
        "all",
        status=answer.status,
        groups=groups,
        near=nearby,
        answer=answer,
        trap=TRAP_FIELD,
        key=make_key(_workspace(request)),
        wording=_wording(request, None),
    )


async def _show_one(request: Request, newsletter: Newsletter, answer: Answer) -> HTMLResponse:
    workspace, catalogue = _workspace(request), request.app.state.catalogue
    latest = await run_in_threadpool(find_latest, workspace, newsletter.id)
    card = catalogue.card(newsletter, has_latest=latest is not None)
    return show(
        request,
        "one",
        status=answer.status,
        accent=newsletter.accent,
        language=newsletter.language,
        card=card,
        latest=latest,
        answer=answer,
        trap=TRAP_FIELD,
        key=make_key(workspace),
        wording=_wording(request, newsletter),
    )


def _show_embedded(request: Request, newsletter: Newsletter, answer: Answer) -> HTMLResponse:
    card = request.app.state.catalogue.card(newsletter, has_latest=False)
    return show(
        request,
        "embed",
        status=answer.status,
        policy=EMBED_POLICY,
        accent=newsletter.accent,
        language=newsletter.language,
        card=card,
        answer=answer,
        trap=TRAP_FIELD,
        key=make_key(_workspace(request)),
        wording=_wording(request, newsletter),
    )


def _wording(request: Request, newsletter: Newsletter | None) -> str:
    """Return what is agreed to, as the form shows it and the record of consent keeps it."""
    brand = _workspace(request).project.settings.brand.name
    return _WORDING.format(what=newsletter.name if newsletter else "what you choose", brand=brand)


def _place(form: FormData) -> str:
    """Return which of our forms this is: `all`, `one` or `embed`."""
    place = text_of(form, "place")
    return place if place in ("one", "embed") else "all"


def _source(form: FormData) -> str:
    newsletter_id = text_of(form, "newsletter")
    return {"all": "/", "one": f"/n/{newsletter_id}", "embed": f"/embed/{newsletter_id}"}[_place(form)]


def _workspace(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace
