"""One newsletter: its page with tabs and panels, and the files of its edition that the frames show."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from digest.editions import diff_editions
from digest.errors import NotFoundError
from digest.model.slots import fill_marks
from digest.pipeline.pictures import LocalPicture
from digest.pipeline.record import BuiltEdition
from digest.pipeline.steering import place_titles
from digest.web.preview.bench import Bench, View
from digest.web.preview.facts import edit_facts, shown_findings, slot_facts, slot_text
from digest.web.preview.looks import mark_place, show_as
from digest.web.preview.messages import parse_message
from digest.web.preview.readers import chosen_reader, known_readers, message_of, values_for
from digest.web.preview.showing import bench_of, show_frame, show_lines, show_page, show_trouble
from digest.web.preview.state import PARTS, TABS, State
from digest.web.preview.why import chosen_places, missed_stories

router = APIRouter()


@router.get("/preview/{newsletter_id}")
def newsletter(request: Request, newsletter_id: str) -> HTMLResponse:
    """Show one edition with everything about it."""
    bench = bench_of(request)
    if bench.trouble:
        return show_trouble(request, bench.trouble)
    state = State.from_query(newsletter_id, request.query_params)
    view = _view(bench, state)
    return show_page(request, "preview/newsletter.html.j2", **page_values(bench, view, state))


def page_values(bench: Bench, view: View, state: State) -> dict[str, Any]:
    """Return what the page shows beside the frame."""
    rendered = view.assembled.rendered
    limit = bench.workspace.project.settings.lint.max_bytes
    values: dict[str, Any] = {
        "state": state,
        "tabs": TABS,
        "parts": PARTS,
        "view": view,
        "newsletter": view.newsletter,
        "rendered": rendered,
        "skip_reason": view.assembled.skip_reason,
        "sender": view.newsletter.sender_name
        or f"{bench.workspace.project.settings.brand.name} {view.newsletter.name}",
        "sender_email": bench.workspace.project.settings.sender.email,
        "slot": slot_facts(bench, view),
        "limit": limit,
        "size_percent": round(100 * rendered.html_bytes / limit) if rendered else 0,
        "findings": shown_findings(view, state),
        "edits": edit_facts(bench, view),
        "places": chosen_places(view),
        "missed": missed_stories(bench, view),
        "titles": place_titles(view.newsletter),
        "said": "",
    }
    if state.tab == "reader":
        values |= {"readers": known_readers(bench, view.newsletter), "reader": chosen_reader(bench, state)}
    if rendered is not None and state.tab in ("reader", "source"):
        values["message"] = parse_message(message_of(bench, view, state))
    if state.tab == "compare":
        values["comparison"] = _comparison(bench, view)
    return values


def _comparison(bench: Bench, view: View) -> dict[str, Any]:
    before, rendered = bench.previous_edition(view), view.assembled.rendered
    at = slot_text(view.newsletter, before.slot_at)
    if before.edition is None or rendered is None:
        return {"reason": f"Nothing to compare with at {at}: {before.reason or view.assembled.skip_reason}"}
    changes = diff_editions(before.edition, rendered.edition)
    return {
        "reason": "",
        "at": at,
        "is_sent": before.is_sent,
        "edition": before.edition,
        "changes": [change for change in changes if not change.text.startswith(("slot at", "word count"))],
    }


@router.get("/preview/{newsletter_id}/edition.html")
def edition_html(request: Request, newsletter_id: str) -> HTMLResponse:
    """Show the edition as one look shows it, for a made-up reader."""
    bench, state = bench_of(request), State.from_query(newsletter_id, request.query_params)
    view = _view(bench, state)
    rendered = _built(view).rendered
    markup = fill_marks(rendered.html, rendered.marker, values_for(bench, view, state), encode=html.escape)
    for picture in view.pictures.used.values():
        markup = markup.replace(view.pictures.address(picture), _served(picture))
    markup = show_as(markup, state.look)
    return show_frame(mark_place(markup, state.mark) if state.mark else markup)


@router.get("/preview/{newsletter_id}/edition.txt")
def edition_text(request: Request, newsletter_id: str) -> HTMLResponse:
    """Show the text part, for a made-up reader."""
    bench, state = bench_of(request), State.from_query(newsletter_id, request.query_params)
    view = _view(bench, state)
    rendered = _built(view).rendered
    return show_lines(fill_marks(rendered.text, rendered.marker, values_for(bench, view, state)))


@router.get("/preview/{newsletter_id}/source.html")
def source(request: Request, newsletter_id: str) -> HTMLResponse:
    """Show the edition's HTML, its MJML, or the whole message, line by line."""
    bench, state = bench_of(request), State.from_query(newsletter_id, request.query_params)
    view = _view(bench, state)
    rendered = _built(view).rendered
    if state.part == "html":
        text = fill_marks(rendered.html, rendered.marker, values_for(bench, view, state), encode=html.escape)
    elif state.part == "mjml":
        text = rendered.mjml
    else:
        text = message_of(bench, view, state).decode("utf-8", "replace").replace("\r\n", "\n")
        text = text if state.part == "message" else text.partition("\n\n")[0]
    return show_lines(text, find=state.find, numbered=True)


@router.get("/preview/{newsletter_id}/message.html")
def message_page(request: Request, newsletter_id: str) -> HTMLResponse:
    """Show the chosen reader's message as it comes out of its bytes."""
    bench, state = bench_of(request), State.from_query(newsletter_id, request.query_params)
    shown = parse_message(message_of(bench, _view(bench, state), state))
    return show_frame(show_as(shown.html, state.look))


@router.get("/preview/{newsletter_id}/message.eml")
def message_file(request: Request, newsletter_id: str) -> Response:
    """Give the chosen reader's message as a file."""
    bench, state = bench_of(request), State.from_query(newsletter_id, request.query_params)
    view = _view(bench, state)
    name = f"{newsletter_id}-{view.slot_at:%Y%m%dT%H%M%SZ}.eml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(message_of(bench, view, state), media_type="message/rfc822", headers=headers)


def _view(bench: Bench, state: State) -> View:
    zone = bench.workspace.project.get_newsletter(state.newsletter).zone
    return bench.view(state.newsletter, state.slot_at(zone))


def _built(view: View) -> BuiltEdition:
    if view.built is None:
        raise NotFoundError("edition of", f"{view.newsletter.id} ({view.assembled.skip_reason})")
    return view.built


def _served(picture: LocalPicture) -> str:
    return f"/preview/-/media/{quote(picture.reference.removeprefix('media:'))}"
