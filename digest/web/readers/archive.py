"""Editions for everyone to look at: the list, and each page, nothing personal in it; others' markup is confined."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from digest.config.newsletter import Newsletter
from digest.errors import NotFoundError
from digest.model.edition import Lane
from digest.model.slots import fill_marks
from digest.pipeline.pictures import MEDIA, find_picture, for_messages, hosted
from digest.pipeline.record import BuiltEdition, built_from_json
from digest.pipeline.workspace import Workspace
from digest.store import editions
from digest.web.pages import EDITION_POLICY, mark_language, render, safe_headers, show
from digest.web.readers.catalogue import PUBLIC_STATES
from digest.web.readers.dates import day_words, month_words

router = APIRouter()
_MOST_LISTED = 800


@dataclass(frozen=True, slots=True)
class Entry:
    """One edition in the list; `day` is what its address ends with."""

    id: str
    day: str
    slot_at: datetime
    local: datetime
    subject: str
    language: str = "en"

    @property
    def is_weekly(self) -> bool:
        """Whether it is the roundup of a week."""
        return self.day.endswith("-weekly")

    @property
    def is_breaking(self) -> bool:
        """Whether it is one story that could not wait."""
        return "-breaking-" in self.day

    @property
    def day_words(self) -> str:
        """The local day as `Mon, Nov 23`, in the newsletter's language."""
        return day_words(self.local, self.language)


@dataclass(frozen=True, slots=True)
class Published:
    """An edition with its content; `newer` and `older` are its neighbours in the list."""

    entry: Entry
    built: BuiltEdition
    newer: Entry | None = None
    older: Entry | None = None

    @property
    def headlines(self) -> list[str]:
        """What it is about, in reading order."""
        edition = self.built.rendered.edition
        return [item.story.headline for section in edition.sections for item in section.stories]


@router.get("/archive/{newsletter_id}")
@router.get("/archive/{newsletter_id}/")
async def listing(request: Request, newsletter_id: str) -> HTMLResponse:
    """List all editions of a newsletter, the latest first, by month."""
    workspace: Workspace = request.app.state.workspace
    newsletter = workspace.project.get_newsletter(newsletter_id)
    entries = await run_in_threadpool(list_entries, workspace, newsletter)
    months = [(month_words(month, newsletter.language), list(found)) for month, found in groupby(entries, key=_month)]
    card = request.app.state.catalogue.card(newsletter, has_latest=bool(entries))
    return show(request, "archive", accent=newsletter.accent, language=newsletter.language, card=card, months=months)


@router.get("/archive/{newsletter_id}/{day}")
async def edition(request: Request, newsletter_id: str, day: str) -> HTMLResponse:
    """Show the newsletter's edition of a local day, or `latest`.

    An earlier edition of the same day has its time after the day, as `2026-11-23-0630`, a roundup `-weekly`, a breaking
    story `-breaking-` and its time.
    """
    workspace: Workspace = request.app.state.workspace
    newsletter = workspace.project.get_newsletter(newsletter_id)
    found = await run_in_threadpool(find_published, workspace, newsletter, day)
    if found is None:
        raise NotFoundError("edition", f"{newsletter_id} {day}")
    return HTMLResponse(_public_page(workspace, newsletter, found), headers=safe_headers(EDITION_POLICY))


def list_entries(workspace: Workspace, newsletter: Newsletter, *, limit: int = _MOST_LISTED) -> list[Entry]:
    """Return the editions that anybody may see, the latest first."""
    with workspace.store.read() as connection:
        rows = editions.list_editions(connection, newsletter=newsletter.id, states=PUBLIC_STATES, limit=limit)
    entries: dict[str, Entry] = {}
    for row in (row for row in rows if row.lane is not Lane.DIRECT and row.content_hash):
        local = row.slot_at.astimezone(newsletter.zone)
        day = local.date().isoformat()
        if row.lane is Lane.WEEKLY:
            day = f"{day}-weekly"
        elif row.lane is Lane.BREAKING:
            day = f"{day}-breaking-{local:%H%M}"
        elif day in entries:
            day = f"{day}-{local:%H%M}"
        entries[day] = Entry(row.id, day, row.slot_at, local, row.subject, newsletter.language)
    return list(entries.values())


def find_published(workspace: Workspace, newsletter: Newsletter, day: str) -> Published | None:
    """Return the edition of a local day, or the `latest`, with its content."""
    entries = list_entries(workspace, newsletter)
    if day == "latest":
        day = next((entry.day for entry in entries if not (entry.is_weekly or entry.is_breaking)), "")
    elif day not in {entry.day for entry in entries}:
        day = f"{day}-weekly"  # the link to share in a roundup names its day alone
    for index, entry in enumerate(entries):
        if day == entry.day:
            content = _find_content(workspace, entry)
            older = entries[index + 1] if index + 1 < len(entries) else None
            newer = entries[index - 1] if index else None
            return Published(entry, content, newer, older) if content else None
    return None


def find_latest(workspace: Workspace, newsletter_id: str) -> Published | None:
    """Return the latest edition of a newsletter that anybody may see."""
    return find_published(workspace, workspace.project.get_newsletter(newsletter_id), "latest")


def load_published(workspace: Workspace, newsletter: Newsletter, *, limit: int) -> Iterator[Published]:
    """Yield the latest editions with their content; roundups repeat what others told and are left out."""
    for entry in (entry for entry in list_entries(workspace, newsletter, limit=limit) if not entry.is_weekly):
        content = _find_content(workspace, entry)
        if content is not None:
            yield Published(entry, content)


def _find_content(workspace: Workspace, entry: Entry) -> BuiltEdition | None:
    with workspace.store.read() as connection:
        content = editions.find_content(connection, entry.id)
    return built_from_json(content) if content else None


def _month(entry: Entry) -> date:
    return entry.local.date().replace(day=1)


def _public_page(workspace: Workspace, newsletter: Newsletter, found: Published) -> str:
    return _framed(workspace, newsletter, found, public_markup(workspace, newsletter, found.built))


def public_markup(workspace: Workspace, newsletter: Newsletter, built: BuiltEdition) -> str:
    """Return the edition as anybody may see it: personal links lead to the newsletter's own page."""
    settings, project = workspace.project.settings, workspace.project
    front = f"{str(settings.web.public_url).rstrip('/')}/n/{newsletter.id}"
    rendered = built.rendered
    values = dict.fromkeys(("unsubscribe_url", "preferences_url", "weekly_url", "view_url"), front)
    page = fill_marks(rendered.html, rendered.marker, values, encode=html.escape)
    address, public = for_messages(settings), hosted("")
    for reference in built.pictures:
        picture = find_picture(reference, project.sources, project.folder)
        if picture is not None:
            page = page.replace(address(picture), public(picture))
    return page


def _framed(workspace: Workspace, newsletter: Newsletter, found: Published, page: str) -> str:
    """Put share metadata into the head of the edition, and the thin bar above it."""
    values = {
        "brand": workspace.project.settings.brand,
        "public_url": str(workspace.project.settings.web.public_url).rstrip("/"),
        "newsletter": newsletter,
        "english": mark_language("en", page=newsletter.language),
        "stem": newsletter.name.removesuffix("."),
        "found": found,
        "rendered": found.built.rendered,
        "picture": _share_picture(workspace, found),
    }
    head = render(workspace.template_folders, "readers/edition_head.html.j2", **values)
    bar = render(workspace.template_folders, "readers/edition_bar.html.j2", **values)
    before, head_end, after = page.partition("</head>")
    body_at = after.find(">", after.find("<body")) + 1
    return f"{before}{head}{head_end}{after[:body_at]}{bar}{after[body_at:]}"


def _share_picture(workspace: Workspace, found: Published) -> str:
    """Return the address of the first picture, for those who share the page."""
    project = workspace.project
    for item in found.built.rendered.edition.stories:
        if item.story.picture is None:
            continue
        url = item.story.picture.url
        if not url.startswith(MEDIA):
            return url
        local = find_picture(url, project.sources, project.folder)
        if local is not None:
            return hosted(str(project.settings.web.public_url))(local)
    return ""
