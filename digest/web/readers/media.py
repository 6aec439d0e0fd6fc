"""Pictures of folder sources, for hosted pictures in messages and for the archive."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from digest.errors import NotFoundError
from digest.pipeline.pictures import find_picture
from digest.web.pages import DATA_POLICY, safe_headers

router = APIRouter()
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")


@router.get("/media/{reference:path}")
async def media(request: Request, reference: str) -> FileResponse:
    """Serve a picture of a folder source; nothing else of the folder, and no SVG, which can hold scripts."""
    project = request.app.state.workspace.project
    picture = None if "\0" in reference else find_picture(f"media:{reference}", project.sources, project.folder)
    if picture is None or picture.content_type not in _SHOWN:
        raise NotFoundError("picture", reference)
    headers = safe_headers(DATA_POLICY) | {
        "Cache-Control": "public, max-age=86400",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return FileResponse(picture.file, media_type=picture.content_type, headers=headers)
