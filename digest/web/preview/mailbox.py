"""Caught mail: the messages in the built-in catcher's folders as a mail client shows them; catches none itself."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from digest.delivery.catcher import CaughtMessage, MailCatcher
from digest.errors import NotFoundError
from digest.web.preview.bench import Bench
from digest.web.preview.messages import ShownMessage, parse_message
from digest.web.preview.showing import bench_of, show_frame, show_lines, show_page, show_trouble

router = APIRouter()
BOXES = ("caught", "demo")
"""The catcher's own folder, and the demo's: in the order of `Bench.mail_folders`."""
_MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Caught:
    """A line of the list."""

    box: str
    name: str
    at: datetime
    to: str
    subject: str


@router.get("/preview/-/mail")
@router.get("/preview/-/mail/{box}/{name}")
def mailbox(request: Request, box: str = "", name: str = "", tab: str = "html") -> HTMLResponse:
    """Show the list of caught messages, and one of them: the newest unless named."""
    bench = bench_of(request)
    if not bench.is_ready and bench.trouble:
        return show_trouble(request, bench.trouble)
    listed = caught_messages(bench)
    first = listed[0] if listed else None
    box, name = (box, name) if name else (first.box, first.name) if first else ("", "")
    message = _message(bench, box, name) if name else None
    shown = {"box": box, "name": name, "message": message, "tab": tab}
    return show_page(request, "preview/mail.html.j2", listed=listed, folders=bench.mail_folders, shown=shown)


@router.get("/preview/-/mail/{box}/{name}/page.html")
def message_page(request: Request, box: str, name: str) -> HTMLResponse:
    """Show the HTML part of a caught message."""
    return show_frame(_message(bench_of(request), box, name).html)


@router.get("/preview/-/mail/{box}/{name}/text.html")
def message_text(request: Request, box: str, name: str, part: str = "text") -> HTMLResponse:
    """Show the text part of a caught message, or the whole of it as it came."""
    if part == "source":
        raw = _file(bench_of(request), box, name).read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
        return show_lines(raw, numbered=True)
    return show_lines(_message(bench_of(request), box, name).text)


@router.get("/preview/-/mail/{box}/{name}/message.eml")
def message_file(request: Request, box: str, name: str) -> Response:
    """Give a caught message as a file."""
    file = _file(bench_of(request), box, name)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.read_bytes(), media_type="message/rfc822", headers=headers)


def caught_messages(bench: Bench) -> list[Caught]:
    """Return the newest messages of all boxes, the newest first."""
    found: list[tuple[str, CaughtMessage]] = []
    for box, folder in zip(BOXES, bench.mail_folders, strict=False):
        # A message put there by hand has no envelope beside it.
        with contextlib.suppress(OSError, ValueError, KeyError):
            found += [(box, message) for message in MailCatcher(folder).newest(_MOST_LISTED)]
    found.sort(key=lambda one: one[1].caught_at, reverse=True)
    return [
        Caught(box, message.path.stem, message.caught_at, ", ".join(message.envelope_to), message.subject)
        for box, message in found[:_MOST_LISTED]
    ]


def _message(bench: Bench, box: str, name: str) -> ShownMessage:
    return parse_message(_file(bench, box, name).read_bytes())


def _file(bench: Bench, box: str, name: str) -> Path:
    folders = dict(zip(BOXES, bench.mail_folders, strict=False))
    file = folders[box] / f"{name}.eml" if box in folders else None
    if file is None or "/" in name or name.startswith(".") or not file.is_file():
        raise NotFoundError("message", name)
    return file
