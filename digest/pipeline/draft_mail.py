"""The mail of a draft: the edition as readers would get it, under a bar with what an editor may do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from digest.config.newsletter import Draft, Newsletter
from digest.errors import DigestError
from digest.model.edition import EditionState
from digest.model.subscriber import Subscriber
from digest.pipeline.editors import editor_link
from digest.pipeline.making import find_made
from digest.pipeline.record import BuiltEdition
from digest.pipeline.trial import send_trial
from digest.pipeline.workspace import Workspace
from digest.rendering.environment import template_environment, template_errors
from digest.store import drafts, editions
from digest.store.editions import EditionRow

MARK = "[Draft] "


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What became of one editor's mail; `told` names no address."""

    edition: str
    ok: bool
    told: str


async def mail_drafts(workspace: Workspace, newsletter: Newsletter) -> list[DraftReport]:
    """Mail the newsletter's drafts that editors did not get yet, each once; the links in them show, and act by POST."""
    if newsletter.draft is None or not newsletter.draft.to:
        return []
    with workspace.store.read() as connection:
        waiting = drafts.unmailed_drafts(connection, newsletter.id)
    reports = []
    for edition_id in waiting:
        if await asyncio.to_thread(_mark, workspace, edition_id):
            reports += [await _mail(workspace, newsletter, edition_id, to=address) for address in newsletter.draft.to]
    return reports


def _mark(workspace: Workspace, edition_id: str) -> bool:
    with workspace.store.begin() as connection:
        return drafts.mark_mailed(connection, edition_id, workspace.clock())


async def _mail(workspace: Workspace, newsletter: Newsletter, edition_id: str, *, to: str) -> DraftReport:
    with workspace.store.read() as connection:
        row = editions.get_edition(connection, edition_id)
    made = await asyncio.to_thread(find_made, workspace, edition_id)
    if made is None or made.built is None:
        return DraftReport(edition_id, False, "it has no content")
    built = under_bar(workspace, newsletter, row, made.built, editor=to)
    nobody = Subscriber(0, to, to.casefold())
    try:
        report = await send_trial(workspace, newsletter, built, nobody, to=to, mark=MARK)
    except DigestError as error:
        return DraftReport(edition_id, False, str(error))
    return DraftReport(edition_id, report.ok, report.told.replace(to, "an editor"))


def under_bar(
    workspace: Workspace, newsletter: Newsletter, row: EditionRow, built: BuiltEdition, *, editor: str
) -> BuiltEdition:
    """Return the edition with the editor's bar above it, in HTML and in text."""
    link = editor_link(workspace, row.id, row.slot_at, editor)
    values = {
        "newsletter": newsletter,
        "deadline": describe_deadline(newsletter, row),
        "link": link,
        "actions": _actions(row, link),
    }
    bar, lines = _render(workspace, values)
    rendered = built.rendered
    before, body, rest = rendered.html.partition("<body")
    tag_end = rest.find(">") + 1
    marked = f"{before}{body}{rest[:tag_end]}{bar}{rest[tag_end:]}" if body else bar + rendered.html
    return replace(built, rendered=replace(rendered, html=marked, text=f"{lines}\n{rendered.text}"))


def _render(workspace: Workspace, values: Mapping[str, object]) -> tuple[str, str]:
    environment = template_environment(workspace.template_folders, "web/editors/mail")
    with template_errors("draft mail"):
        bar, lines = (environment.get_template(f"bar.{kind}.j2").render(values) for kind in ("html", "txt"))
        return bar, lines


def _actions(row: EditionRow, link: str) -> Sequence[tuple[str, str]]:
    hold = () if row.state is EditionState.HELD else (("Hold it", f"{link}?ask=hold"),)
    return (("Approve", f"{link}?ask=approve"), *hold, ("Change stories or subject", link))


def describe_deadline(newsletter: Newsletter, row: EditionRow) -> str:
    """Return what happens to the edition and when, in a sentence."""
    when = local_words(newsletter, row.slot_at)
    policy = newsletter.draft or Draft()
    if row.state is EditionState.HELD:
        return f"It is held ({row.reason}) and waits for you." if row.reason else "It is held and waits for you."
    if row.approved_at is not None:
        return f"It is approved and goes out on {when}."
    if policy.at_deadline == "wait":
        return f"It goes out on {when} if somebody approves it by then; otherwise it waits."
    return f"It goes out on {when} unless somebody holds it."


def local_words(newsletter: Newsletter, at: datetime) -> str:
    """Return an instant as `Monday, November 23, 6:30 a.m. MST`, in the newsletter's zone."""
    local = at.astimezone(newsletter.zone)
    half = "a.m." if local.hour < 12 else "p.m."
    return f"{local:%A, %B} {local.day}, {local.hour % 12 or 12}:{local:%M} {half} {local:%Z}"
