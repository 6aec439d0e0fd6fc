"""Measured links and the picture that counts openings: signed by us, the same for all readers; nothing of a reader's.

A GET here changes no subscription and no other state of a reader. What a person does is added to a count of the
edition, which knows nobody; HEAD, programs and what fetches ahead are not counted.
"""

from __future__ import annotations

import base64

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from digest.errors import NotFoundError
from digest.measuring.robots import is_person
from digest.measuring.visits import Counted, Kind
from digest.pipeline.measuring import Counting, measured_links
from digest.pipeline.workspace import Workspace
from digest.web.pages import DATA_POLICY, safe_headers
from digest.web.readers.signup import find_visitor
from digest.web.readers.transport import IS_HEAD

router = APIRouter()
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@router.get("/go/{edition_id}/{number}/{seal}", status_code=302, response_class=RedirectResponse)
async def go(request: Request, edition_id: str, number: str, seal: str, to: str = "") -> Response:
    """Count a click and lead on to where the edition's link leads; nowhere else."""
    link = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else -1
    workspace: Workspace = request.app.state.workspace
    if not to or str(link) != number or not measured_links(workspace).is_click(seal, edition_id, link, to):
        raise NotFoundError("link", to[:200])
    _count(request, edition_id, "click", link, f"{find_visitor(request)} {request.headers.get('user-agent', '')}")
    return RedirectResponse(to, 302, headers=safe_headers(DATA_POLICY))


@router.get("/seen/{edition_id}/{seal}/{visit}.gif", response_class=Response)
async def seen(request: Request, edition_id: str, seal: str, visit: str) -> Response:
    """Count an opening and show a picture of one pixel that nobody sees."""
    workspace: Workspace = request.app.state.workspace
    if not measured_links(workspace).is_open(seal, edition_id):
        raise NotFoundError("picture", edition_id)
    _count(request, edition_id, "open", 0, visit)
    headers = safe_headers(DATA_POLICY) | {"Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(_PIXEL, media_type="image/gif", headers=headers)


def _count(request: Request, edition_id: str, kind: Kind, link: int, visitor: str) -> None:
    counting: Counting = request.app.state.counting
    workspace: Workspace = request.app.state.workspace
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not request.scope.get(IS_HEAD) and is_person(headers, is_picture=kind == "open"):
        counting.note(Counted(edition_id, kind, link, workspace.clock()), visitor)
