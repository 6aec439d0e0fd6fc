"""`POST /api/webhooks/…`: mail services tell of bounces and complaints; only those that the settings name."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from digest.bounces.webhooks import WebhookError
from digest.errors import SourceError, StoreError
from digest.pipeline.webhooks import WebhookDesk
from digest.web.api.bodies import read_body

MAX_BYTES = 1_000_000
"""Services send events in groups; SendGrid's largest are 768 KB."""

router = APIRouter()
_ANSWERS: dict[int | str, dict[str, object]] = {400: {}, 403: {}, 404: {}, 413: {}, 503: {}}
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}}


@router.post("/api/webhooks/{service}", responses=_ANSWERS, openapi_extra=_BODY)
async def take_events(request: Request, service: str) -> JSONResponse:
    """Take the events of `ses` (through SNS), `sendgrid`, `mailgun` or `postmark`; each proves itself in its way.

    Answers 200 with how many reports there were and what they changed; the same event again counts once. 403: not
    believed. 404: the service is not configured. 503: try again.
    """
    desk: WebhookDesk = request.app.state.webhooks
    if not desk.takes(service):
        return _told(404, "no events of this service are taken here; see bounces.webhooks")
    try:
        body = await read_body(request, MAX_BYTES)
    except ClientDisconnect:
        return _told(400, "the request ended early")
    if body is None:
        return _told(413, f"events have at most {MAX_BYTES:,} bytes")
    try:
        handled = await desk.take(service, body, {name.lower(): value for name, value in request.headers.items()})
    except WebhookError as error:
        structlog.get_logger("webhooks").warning("not believed", service=service, why=error.message)
        return _told(403, error.message)
    except (SourceError, StoreError) as error:
        structlog.get_logger("webhooks").error("not now", service=service, error=str(error))
        return _told(503, "not now; try again")
    return JSONResponse({"reports": len(handled), "outcomes": [one.outcome.value for one in handled]})


def _told(status: int, message: str) -> JSONResponse:
    headers = {"Retry-After": "60"} if status == 503 else None
    return JSONResponse({"error": message}, status, headers=headers)
