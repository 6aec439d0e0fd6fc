"""What an editor does on the bench: steps of edits, saving them, a test message; the only requests that are not GET."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from digest.errors import DigestError, NotFoundError
from digest.pipeline.trial import TrialReport, send_trial
from digest.web.preview.bench import Bench
from digest.web.preview.edits import apply_edit
from digest.web.preview.guard import MAX_FORM, ForbiddenError, parse_form
from digest.web.preview.newsletter import page_values
from digest.web.preview.readers import chosen_reader
from digest.web.preview.showing import bench_of, show_page
from digest.web.preview.state import State
from digest.web.preview.why import story_places

router = APIRouter()


@router.post("/preview/{newsletter_id}/edit")
async def edit(request: Request, newsletter_id: str) -> RedirectResponse:
    """Take one step of editing, or save; lead back to the page."""
    values = await _form(request)
    bench, state = bench_of(request), State.from_query(newsletter_id, request.query_params)
    await run_in_threadpool(_take_step, bench, state, values)
    bench.tell_change()
    return RedirectResponse(state.link(), 303)


def _take_step(bench: Bench, state: State, values: dict[str, str]) -> None:
    at = state.slot_at(bench.workspace.project.get_newsletter(state.newsletter).zone)
    action, _, story = values.get("go", "").partition(" ")
    if action == "save":
        bench.save_edits(state.newsletter, at)
        return
    view = bench.view(state.newsletter, at)
    if action == "undo":
        bench.edits.undo(view.saved)
        return
    bench.edits.change(view.saved, apply_edit(view.edits, action, values | {"story": story}, story_places(view)))


@router.post("/preview/{newsletter_id}/test")
async def test(request: Request, newsletter_id: str) -> HTMLResponse:
    """Send the chosen reader's message, marked as a test, to an address of the editor's own."""
    values = await _form(request)
    bench, state = bench_of(request), State.from_query(newsletter_id, request.query_params)
    at = state.slot_at(bench.workspace.project.get_newsletter(newsletter_id).zone)
    view = await run_in_threadpool(bench.view, newsletter_id, at)
    if view.built is None:
        raise NotFoundError("edition of", f"{newsletter_id} ({view.assembled.skip_reason})")
    try:
        reader = await run_in_threadpool(chosen_reader, bench, state)
        report = await send_trial(bench.workspace, view.newsletter, view.built, reader, to=values.get("to", ""))
    except DigestError as error:
        report = TrialReport(False, str(error))
    shown = await run_in_threadpool(page_values, bench, view, state)
    return show_page(request, "preview/newsletter.html.j2", **(shown | {"said": report}))


async def _form(request: Request) -> dict[str, str]:
    """Return the values of a form of ours; raises ForbiddenError for any other."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise ForbiddenError("the form is too large")
    values = parse_form(bytes(body))
    request.app.state.access.check_form(values)
    return values
