"""The preferences of one reader: what, how often, a pause, who one is; the data to take away, or to erase."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from babel.core import Locale
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from digest.model.subscriber import Frequency, Subscriber, Subscription, SubscriptionState
from digest.pipeline.kept_reports import forget_mail
from digest.pipeline.workspace import Workspace
from digest.store import subscribers
from digest.subscriptions.preferences import Person, Preferences, save_person, save_preferences
from digest.subscriptions.records import erase
from digest.subscriptions.records import show as show_records
from digest.subscriptions.signup import Consent
from digest.subscriptions.tokens import Purpose, TokenFacts
from digest.web.pages import DATA_POLICY, safe_headers, show
from digest.web.readers.catalogue import Card
from digest.web.readers.forms import (
    KEY_FIELD,
    FormError,
    check_key,
    describe_form,
    make_key,
    read_form,
    text_of,
    texts_of,
)
from digest.web.readers.signup import find_visitor

router = APIRouter()
PAUSES = (7, 14, 30, 90)
"""Days that a pause may last, as the pages offer them."""

_WORDING = "Turned on {name} from {brand} on the preferences page."
_LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl", "pl", "ru", "uk", "ar", "he", "hi", "zh", "ja", "ko", "vi")
_GETS = (SubscriptionState.CONFIRMED, SubscriptionState.PAUSED)


@dataclass(frozen=True, slots=True)
class Line:
    """One newsletter on the page and what the reader has of it; `note` says what is special."""

    card: Card
    on: bool
    weekly: bool
    note: str = ""


@router.get("/preferences/{token}")
async def preferences(request: Request, token: str) -> HTMLResponse:
    """Show the reader's choices; nothing changes."""
    return await _show(request, token, _read(request, token))


@router.post(
    "/preferences/{token}",
    openapi_extra=describe_form(
        KEY_FIELD, "do", "sure", "pause", "name", "language", "timezone", several=("shown", "on")
    ),
)
async def choose(request: Request, token: str) -> Response:
    """Save the choices, hand out the data, or erase it, as the button says."""
    workspace, facts = _workspace(request), _read(request, token)
    form = await read_form(request)
    check_key(workspace, form, facts.subscriber_id)
    match text_of(form, "do"):
        case "export":
            return await run_in_threadpool(_export, workspace, facts)
        case "erase" if text_of(form, "sure"):
            await run_in_threadpool(_erase, workspace, facts)
            text = "Your address and all that was kept with it are gone. Nothing will be sent to it again."
            return show(request, "told", title="Erased", text=text)
        case "erase":
            return await _show(request, token, facts, complaint="Tick the box beside the button to erase your data.")
        case "save":
            return await _save(request, token, facts, form)
    raise FormError("The page did not say what to do. Go back, reload it, and send it again.")


async def _save(request: Request, token: str, facts: TokenFacts, form: FormData) -> HTMLResponse:
    workspace = _workspace(request)
    person = Person(
        " ".join(text_of(form, "name").split()), text_of(form, "language"), text_of(form, "timezone").strip()
    )  # fmt: skip
    if person.problem:
        return await _show(request, token, facts, complaint=person.problem)
    person_and_ip = person, find_visitor(request)
    refused, begun = await run_in_threadpool(_store, workspace, facts, _chosen(workspace, form), person_and_ip)
    begun_newsletters = [workspace.project.newsletters[one] for one in begun]
    request.app.state.welcomes.mail_soon(facts.subscriber_id, begun_newsletters)
    names = [workspace.project.newsletters[newsletter_id].name for newsletter_id in refused]
    complaint = f"Mail to your address came back before, so {', '.join(names)} stays off." if names else ""
    return await _show(request, token, facts, done="" if complaint else "Saved.", complaint=complaint)


def _chosen(workspace: Workspace, form: FormData) -> Preferences:
    known = workspace.project.newsletters
    days = text_of(form, "pause")
    return Preferences(
        shown=frozenset(one for one in texts_of(form, "shown") if one in known),
        wanted=frozenset(one for one in texts_of(form, "on") if one in known),
        weekly=frozenset(one for one in known if text_of(form, f"often-{one}") == Frequency.WEEKLY.value),
        pause_days=int(days) if days in ("0", *map(str, PAUSES)) else None,
    )


def _store(
    workspace: Workspace, facts: TokenFacts, chosen: Preferences, person_and_ip: tuple[Person, str]
) -> tuple[list[str], list[str]]:
    """Carry out what was chosen; return what could not be turned on, and what began just now."""
    person, ip = person_and_ip
    brand, known = workspace.project.settings.brand.name, workspace.project.newsletters
    consents = {
        newsletter_id: Consent(_WORDING.format(name=known[newsletter_id].name, brand=brand), "preferences page", ip)
        for newsletter_id in chosen.wanted
    }
    with workspace.store.begin() as connection:
        had = _gets(connection, facts.subscriber_id)
        save_person(connection, facts.subscriber_id, person)
        now = workspace.clock()
        refused = save_preferences(connection, facts.subscriber_id, chosen, consents=consents, now=now)
        return refused, sorted((_gets(connection, facts.subscriber_id) - had) & known.keys())


def _gets(connection: Connection, subscriber_id: int) -> set[str]:
    """Return the newsletters that the reader gets, or has paused."""
    return {one.newsletter for one in subscribers.load_subscriptions(connection, subscriber_id) if one.state in _GETS}


def _export(workspace: Workspace, facts: TokenFacts) -> Response:
    """Return all that is kept about the reader, as a file."""
    with workspace.store.read() as connection:
        subscriber = subscribers.get_subscriber(connection, facts.subscriber_id)
        kept = show_records(connection, subscriber.email)
    headers = safe_headers(DATA_POLICY) | {"Content-Disposition": 'attachment; filename="my-newsletters.json"'}
    text = json.dumps(kept, ensure_ascii=False, indent=2) + "\n"
    return Response(text, media_type="application/json", headers=headers)


def _erase(workspace: Workspace, facts: TokenFacts) -> None:
    with workspace.store.begin() as connection:
        subscriber = subscribers.get_subscriber(connection, facts.subscriber_id)
        erase(connection, subscriber.email, workspace.clock())
    forget_mail(workspace, subscriber.email)


async def _show(
    request: Request, token: str, facts: TokenFacts, *, done: str = "", complaint: str = ""
) -> HTMLResponse:
    workspace = _workspace(request)
    subscriber, links = await run_in_threadpool(_load, workspace, facts)
    lines = await run_in_threadpool(_lines, request, links, facts.newsletter)
    return show(
        request,
        "preferences",
        status=400 if complaint else 200,
        token=token,
        key=make_key(workspace, facts.subscriber_id),
        person=subscriber,
        address=mask(subscriber.email),
        lines=[line for line in lines if line.on or line.note],
        others=[line for line in lines if not (line.on or line.note)],
        paused=any(link.state is SubscriptionState.PAUSED for link in links),
        pauses=PAUSES,
        languages=_language_names(),
        zones=_zones(),
        done=done,
        complaint=complaint,
    )


def mask(address: str) -> str:
    """Return an address so that its owner knows it, and whoever got a forwarded message does not."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _load(workspace: Workspace, facts: TokenFacts) -> tuple[Subscriber, list[Subscription]]:
    with workspace.store.read() as connection:
        subscriber = subscribers.get_subscriber(connection, facts.subscriber_id)
        return subscriber, subscribers.load_subscriptions(connection, facts.subscriber_id)


def _lines(request: Request, links: Sequence[Subscription], first: str) -> list[Line]:
    """Return all newsletters: the one the reader comes from, then those the reader has, then the others."""
    workspace, catalogue = _workspace(request), request.app.state.catalogue
    have = {link.newsletter: link for link in links}
    found = []
    for newsletter in workspace.project.newsletters.values():
        link = have.get(newsletter.id)
        on = link is not None and link.state in _GETS
        line = Line(
            catalogue.card(newsletter, has_latest=False),
            on,
            link is not None and link.frequency is Frequency.WEEKLY,
            _note(link, workspace.clock()),
        )
        found.append((newsletter.id != first or link is None, not on, newsletter.name.casefold(), line))
    return [line for *_, line in sorted(found, key=lambda one: one[:3])]


def _note(link: Subscription | None, now: datetime) -> str:
    if link is None:
        return ""
    if link.state is SubscriptionState.PENDING:
        return "Not confirmed yet: tick it to say yes."
    if link.state is SubscriptionState.PAUSED and link.paused_until and link.paused_until > now:
        return f"Paused until {link.paused_until:%B} {link.paused_until.day}."
    return ""


@cache
def _language_names() -> list[tuple[str, str]]:
    return [(code, str(Locale(code).get_display_name(code)).capitalize()) for code in _LANGUAGES]


@cache
def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))


def _read(request: Request, token: str) -> TokenFacts:
    workspace = _workspace(request)
    return workspace.tokens.read(token, Purpose.PREFERENCES, now=workspace.clock())


def _workspace(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace
