"""The facts the bench shows beside an edition: when, how much, what the lint says, what the edits change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from digest.config.newsletter import Newsletter
from digest.editions import diff_editions, latest_slot, next_slots
from digest.errors import DigestError
from digest.model.finding import Finding
from digest.pipeline.overrides import override_file, override_yaml
from digest.web.preview.bench import Bench, View
from digest.web.preview.edits import describe_edits
from digest.web.preview.looks import find_place
from digest.web.preview.state import State

_JUST = timedelta(microseconds=1)
_SLUG_KINDS = ("css-selector-", "css-", "html-", "image-")


@dataclass(frozen=True, slots=True)
class Card:
    """A newsletter in a list; figures are None until its edition was assembled."""

    id: str
    name: str
    kind: str
    accent_light: str
    accent_dark: str
    slot: str
    stories: int | None = None
    found: int = 0
    warnings: int = 0
    problem: str = ""
    edited: bool = False


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """The slot of an edition and its neighbours, in the newsletter's own time; addresses are ISO times."""

    text: str
    clock: str
    at: str
    before: str
    after: str
    is_next: bool
    ledger: str


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A lint finding with the address that shows its place, "" where it has none."""

    level: str
    rule: str
    message: str
    cure: str
    place: str
    address: str


@dataclass(frozen=True, slots=True)
class EditFacts:
    """What the edits in work do; `is_saved` says that the file holds just them."""

    is_saved: bool
    is_empty: bool
    steps: int
    changes: tuple[tuple[str, str], ...]
    yaml: str
    file: str


def newsletter_card(bench: Bench, newsletter_id: str, *, assemble: bool = True) -> Card:
    """Return the card of one newsletter; what is wrong with its edition stands on it.

    Without `assemble`, figures are only told where they are known already.
    """
    newsletter = bench.workspace.project.get_newsletter(newsletter_id)
    slot = bench.next_slot(newsletter)
    card = Card(
        newsletter.id,
        newsletter.name,
        newsletter.kind,
        newsletter.accent.light,
        newsletter.accent.dark,
        slot_text(newsletter, slot),
    )
    try:
        if not assemble and not bench.is_assembled(newsletter_id):
            return card
        view = bench.view(newsletter_id)
    except DigestError as error:
        return replace(card, stories=0, problem=str(error))
    assembled = view.assembled
    errors = [finding.message for finding in assembled.errors]
    return replace(
        card,
        stories=len(assembled.edition.stories) if assembled.edition else 0,
        found=assembled.choice.found,
        warnings=len(assembled.warnings) - len(errors),
        problem=assembled.skip_reason or (errors[0] if errors else ""),
        edited=not view.edits.is_empty,
    )


def slot_text(newsletter: Newsletter, at: datetime) -> str:
    """Return a slot in the newsletter's time, as `Mon Nov 23, 06:30 MST`."""
    local = at.astimezone(newsletter.zone)
    return f"{local:%a %b} {local.day}, {local:%H:%M %Z}"


def slot_facts(bench: Bench, view: View) -> SlotFacts:
    """Return the slot of a view, those around it, and what the ledger says of it."""
    newsletter, slot_at = view.newsletter, view.slot_at
    before = after = None
    if newsletter.schedule is not None:
        earlier = latest_slot(newsletter.schedule, newsletter.zone, at=slot_at - _JUST)
        later = next_slots(newsletter.schedule, newsletter.zone, after=slot_at, count=1)
        before, after = earlier.at if earlier else None, later[0].at if later else None
    row = bench.ledger_row(view)
    reason = f": {row.reason}" if row and row.reason else ""
    return SlotFacts(
        text=slot_text(newsletter, slot_at),
        clock=f"{slot_at.astimezone(newsletter.zone):%I:%M %p}".lstrip("0"),
        at=_local(newsletter, slot_at),
        before=_local(newsletter, before),
        after=_local(newsletter, after),
        is_next=slot_at == bench.next_slot(newsletter),
        ledger=f"{row.state.value}{reason}" if row else "",
    )


def _local(newsletter: Newsletter, at: datetime | None) -> str:
    return f"{at.astimezone(newsletter.zone):%Y-%m-%dT%H:%M}" if at else ""


def shown_findings(view: View, state: State) -> list[ShownFinding]:
    """Return the lint's findings and the renderer's warnings, each with the address of its place."""
    rendered = view.assembled.rendered
    if rendered is None:
        return []
    found = [
        ShownFinding(f.level, f.rule, f.message, f.cure, f.place, _address(f, rendered.html, state))
        for f in view.assembled.findings
    ]
    lint = {finding.message for finding in view.assembled.findings}
    told = [text for text in rendered.edition.warnings if text not in lint]
    return found + [ShownFinding("warning", "edition", text, "", "", "") for text in told]


def _address(finding: Finding, html: str, state: State) -> str:
    """Return where a finding is to be seen: outlined in the edition, in the inbox lines, or in the source."""
    if finding.rule in ("subject", "preheader"):
        return state.link(tab="inbox")
    if finding.rule == "size":
        return state.link(tab="source", part="headers")
    if find_place(html, finding.place) is not None:
        tab = state.tab if state.tab in ("phone", "dark", "no-pictures", "outlook") else "desktop"
        return state.link(tab=tab, mark=finding.place)
    words = finding.place
    for kind in _SLUG_KINDS:
        words = words.removeprefix(kind)
    if finding.place and words in html:
        return state.link(tab="source", part="html", find=words)
    return ""


def edit_facts(bench: Bench, view: View) -> EditFacts:
    """Return what the edits in work change against what the rules alone would make."""
    changes: list[tuple[str, str]] = []
    if not view.edits.is_empty:
        base = bench.view_without_edits(view).assembled
        base_edition = base.rendered.edition if base.rendered else None
        own = view.assembled.rendered.edition if view.assembled.rendered else None
        differences = diff_editions(base_edition, own) if base_edition and own else ()
        changes = describe_edits(base_edition, own, differences)
    headlines = bench.headlines(view.edits.story_ids)
    return EditFacts(
        is_saved=view.edits == view.saved,
        is_empty=view.edits.is_empty,
        steps=bench.edits.steps(view.saved),
        changes=tuple(changes),
        yaml="" if view.edits.is_empty else override_yaml(view.edits, headlines),
        file=override_file(Path(bench.folder.name), view.edits.newsletter, view.edits.slot).as_posix(),
    )
