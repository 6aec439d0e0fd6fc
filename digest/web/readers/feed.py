"""The Atom feed of a newsletter's public editions (RFC 4287)."""

from __future__ import annotations

import html
import re

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from digest.pipeline.workspace import Workspace
from digest.web.pages import DATA_POLICY, render, safe_headers
from digest.web.readers.archive import Published, load_published

router = APIRouter()
_ENTRIES = 20
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@router.get("/archive/{newsletter_id}/feed.xml")
async def feed(request: Request, newsletter_id: str) -> Response:
    """Show the latest editions as a feed: title, summary and headlines of each, with its page."""
    workspace: Workspace = request.app.state.workspace
    newsletter = workspace.project.get_newsletter(newsletter_id)
    found = await run_in_threadpool(lambda: list(load_published(workspace, newsletter, limit=_ENTRIES)))
    settings = workspace.project.settings
    xml = render(
        workspace.template_folders,
        "readers/feed.xml.j2",
        brand=settings.brand,
        host=settings.web.public_url.host,
        public_url=str(settings.web.public_url).rstrip("/"),
        newsletter=newsletter,
        editions=found,
        headlines_html=_headlines_html,
        updated_at=found[0].entry.slot_at if found else workspace.clock(),
    )
    headers = safe_headers(DATA_POLICY) | {"Cache-Control": "public, max-age=300"}
    return Response(_NOT_XML.sub("", xml), media_type="application/atom+xml", headers=headers)


def _headlines_html(edition: Published) -> str:
    """Return what the edition is about as a list, in HTML; the feed escapes it once more."""
    return "<ul>" + "".join(f"<li>{html.escape(headline)}</li>" for headline in edition.headlines) + "</ul>"
