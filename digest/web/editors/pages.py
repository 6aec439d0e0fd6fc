"""The page on which an editor decides about a draft: GET shows, POST acts; the link in the mail is the key to it."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from digest.errors import TokenError, UsageError
from digest.model.override import Override
from digest.pipeline.decisions import approve_edition, cancel_edition, hold_edition
from digest.pipeline.desk import Places, edit_edition
from digest.pipeline.editors import editor_number, read_editor_link
from digest.pipeline.making import find_made
from digest.pipeline.workspace import Workspace
from digest.subscriptions.tokens import Purpose
from digest.web.editors.view import look_at
from digest.web.pages import EDITION_POLICY, safe_headers, show
from digest.web.preview.edits import apply_edit
from digest.web.readers.archive import public_markup
from digest.web.readers.forms import KEY_FIELD, FormError, describe_form, read_form, text_of

router = APIRouter()
_KEY_GOOD_FOR = timedelta(days=1)
_MAX_TEXT = 5_000
_LINES = ("subject", "preheader", "note")
_ASKED = {
    "approve": "Press “Approve” to let it go out.",
    "hold": "Press “Hold it” to keep it back until somebody approves it.",
}
_DONE = {
    "lead": "It leads now.",
    "up": "Moved.",
    "down": "Moved.",
    "drop": "Dropped; what the rules would choose next took its place.",
    "release": "It is up to the rules again.",
    "lines": "Saved.",
    "clear": "All changes are undone.",
}
_STEPS = {"lead": "pin"}


@router.get("/draft/{token}")
async def draft(request: Request, token: str, ask: str = "") -> HTMLResponse:
    """Show the draft and what may be done with it; nothing changes."""
    return await _show(request, token, says=_ASKED.get(ask, ""), ask=ask if ask in _ASKED else "")


@router.post(
    "/draft/{token}", openapi_extra=describe_form(KEY_FIELD, "seen", "act", "subject", "preheader", "note", "reason")
)
async def decide(request: Request, token: str) -> HTMLResponse:
    """Approve, hold or stop the edition, or change it, as the pressed button says."""
    form = await read_form(request)
    try:
        says = await run_in_threadpool(_act, _workspace(request), token, form)
    except UsageError as error:
        return await _show(request, token, complaint=_sentence(str(error)), status=409)
    return await _show(request, token, says=says)


@router.get("/draft/{token}/edition")
async def edition(request: Request, token: str) -> HTMLResponse:
    """Show the edition itself as it would go out, confined: no script, no form, an origin of its own."""
    workspace = _workspace(request)
    row, newsletter, _ = await run_in_threadpool(read_editor_link, workspace, token)
    made = await run_in_threadpool(find_made, workspace, row.id)
    page = public_markup(workspace, newsletter, made.built) if made and made.built else "<p>It was not made yet.</p>"
    return HTMLResponse(page, headers=safe_headers(EDITION_POLICY))


def _act(workspace: Workspace, token: str, form: FormData) -> str:
    """Do what the button says, and return what was done; raises FormError for a form that is not our page's."""
    row, _, editor = read_editor_link(workspace, token)
    _check_key(workspace, form, row.id, editor)
    action, _, story_id = text_of(form, "act").partition(" ")
    match action:
        case "approve":
            approve_edition(workspace, row.id, by=editor)
            return "Approved."
        case "hold":
            reason = " ".join(text_of(form, "reason").split())
            hold_edition(workspace, row.id, reason=f"held by {editor}" + (f": {reason}" if reason else ""))
            return "Held: it stays here until somebody approves it."
        case "cancel":
            cancel_edition(workspace, row.id, by=editor)
            return "Stopped for good."
    if action not in _DONE:
        raise FormError("The page did not say what to do. Go back, reload it, and send it again.")
    values = {name: text_of(form, name, longest=_MAX_TEXT) for name in _LINES} | {"story": story_id}

    def change(before: Override, places: Places) -> Override:
        shown = [(title, list(ids)) for title, ids in places]
        return apply_edit(before, _STEPS.get(action, action), values, shown)

    edit_edition(workspace, row.id, change, content_hash=text_of(form, "seen"))
    return _DONE[action]


async def _show(
    request: Request, token: str, *, says: str = "", complaint: str = "", ask: str = "", status: int = 200
) -> HTMLResponse:
    workspace = _workspace(request)
    row, newsletter, editor = await run_in_threadpool(read_editor_link, workspace, token)
    shown = await run_in_threadpool(look_at, workspace, row, newsletter)
    return show(
        request,
        "draft",
        folder="editors",
        status=status,
        accent=newsletter.accent,
        draft=shown,
        token=token,
        key=_make_key(workspace, row.id, editor),
        says=says,
        complaint=complaint,
        ask=ask,
    )


def _make_key(workspace: Workspace, edition_id: str, editor: str) -> str:
    """Return the value of the hidden field: no page of another site can know it."""
    expires_at = workspace.clock() + _KEY_GOOD_FOR
    return workspace.tokens.make(Purpose.FORM, edition_id, editor_number(editor), expires_at=expires_at)


def _check_key(workspace: Workspace, form: FormData, edition_id: str, editor: str) -> None:
    try:
        facts = workspace.tokens.read(text_of(form, KEY_FIELD), Purpose.FORM, now=workspace.clock())
    except TokenError as error:
        raise FormError("The page had been open for too long. Go back, reload it, and send it again.") from error
    if (facts.newsletter, facts.subscriber_id) != (edition_id, editor_number(editor)):
        raise FormError("The form belongs to another page. Go back, reload it, and send it again.")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _workspace(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace
