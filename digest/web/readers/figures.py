"""`/figures`: opens and clicks of the newsletters that count them, for the operator with the password; no reader."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from digest.config.newsletter import Newsletter
from digest.errors import NotFoundError
from digest.pipeline.measuring import EditionFigures, load_figures, load_totals
from digest.pipeline.workspace import Workspace
from digest.store.measures import EditionTotals
from digest.web.pages import show
from digest.web.readers.charts import Column, draw_columns

router = APIRouter()
_SHOWN_HOURS = 48
_LABELS = 6


@router.get("/figures", responses={401: {}, 404: {}})
async def overview(request: Request) -> Response:
    """Show each newsletter that is counted, with its latest editions."""
    refused = _refuse(request)
    if refused is not None:
        return refused
    workspace: Workspace = request.app.state.workspace
    counted = [one for one in workspace.project.newsletters.values() if one.measure.opens or one.measure.clicks]
    lines = [(one, await run_in_threadpool(load_totals, workspace, one.id)) for one in counted]
    return show(request, "figures", lines=lines)


@router.get("/figures/{newsletter_id}", responses={401: {}, 404: {}})
async def of_newsletter(request: Request, newsletter_id: str) -> Response:
    """Show the figures of one newsletter: by edition, and the latest one by hour and by link."""
    refused = _refuse(request)
    if refused is not None:
        return refused
    workspace: Workspace = request.app.state.workspace
    newsletter = workspace.project.get_newsletter(newsletter_id)
    totals = await run_in_threadpool(load_totals, workspace, newsletter.id)
    latest = await run_in_threadpool(load_figures, workspace, totals[0].edition) if totals else None
    return show(
        request,
        "figures_one",
        accent=newsletter.accent,
        newsletter=newsletter,
        totals=totals,
        by_edition=_by_edition(newsletter, totals[::-1]),
        latest=latest,
        by_hour=_by_hour(latest) if latest else "",
    )


def _refuse(request: Request) -> HTMLResponse | None:
    """Answer who has no password; None for who may look."""
    workspace: Workspace = request.app.state.workspace
    password = workspace.project.settings.web.figures_password.get_secret_value()
    if not password:
        raise NotFoundError("page", "figures")
    if hmac.compare_digest(_given(request.headers.get("authorization", "")), password.encode()):
        return None
    text = "Any user name will do; the password is web.figures_password."
    page = show(request, "told", status=401, title="Who is it", text=text)
    page.headers["WWW-Authenticate"] = 'Basic realm="figures", charset="UTF-8"'
    return page


def _given(authorization: str) -> bytes:
    scheme, _, encoded = authorization.partition(" ")
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        return b""
    return decoded.partition(b":")[2] if scheme.lower() == "basic" else b""


def _by_edition(newsletter: Newsletter, totals: Sequence[EditionTotals]) -> Markup:
    every = max(1, -(-len(totals) // _LABELS))
    columns = [
        Column(
            f"{day:%b} {day.day}" if at % every == 0 else "",
            f"{day:%b} {day.day}: {one.readers:,} readers, {one.opens:,} opens, {one.clicks:,} clicks",
            (one.readers, one.opens, one.clicks),
        )
        for at, one in enumerate(totals)
        for day in [one.slot_at.astimezone(newsletter.zone)]
    ]
    return draw_columns(columns, kinds=("readers", "opens", "clicks"), title="Readers, opens and clicks by edition")


def _by_hour(figures: EditionFigures) -> Markup:
    pairs = list(zip(figures.opens_by_hour, figures.clicks_by_hour, strict=True))[:_SHOWN_HOURS]
    columns = [
        Column(
            f"{hour} h" if hour % 6 == 0 else "", f"Hour {hour}: {opens:,} opens, {clicks:,} clicks", (opens, clicks)
        )
        for hour, (opens, clicks) in enumerate(pairs)
    ]
    return draw_columns(columns, kinds=("opens", "clicks"), title="Opens and clicks by hour after the slot")
