"""What the page of a draft shows: where the edition stands, its stories in their places, what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest.config.newsletter import Newsletter
from digest.errors import UsageError
from digest.model.edition import Edition, EditionState
from digest.model.override import Override
from digest.pipeline.desk import EDITABLE, load_draft
from digest.pipeline.draft_mail import describe_deadline, local_words
from digest.pipeline.reports import report_edition
from digest.pipeline.workspace import Workspace
from digest.store import pool
from digest.store.editions import EditionRow

_BEFORE_MAIL = (EditionState.PLANNED, EditionState.BUILDING, EditionState.BUILT, EditionState.HELD)


@dataclass(frozen=True, slots=True)
class Item:
    """A story in its place; `is_first` and `is_last` say that it cannot go further up or down."""

    id: str
    number: int | None
    headline: str
    source: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """One edition as its editors see it. `edition` is None before it was made."""

    row: EditionRow
    newsletter: Newsletter
    told: str
    when: str
    edition: Edition | None
    sections: Sequence[tuple[str, Sequence[Item]]]
    override: Override
    dropped: Sequence[tuple[str, str]]

    @property
    def may_decide(self) -> bool:
        """Whether nobody was mailed yet."""
        return self.row.state in _BEFORE_MAIL

    @property
    def may_edit(self) -> bool:
        """Whether there is content that can still be changed."""
        return self.edition is not None and self.row.state in EDITABLE

    @property
    def may_approve(self) -> bool:
        """Whether an approval would say anything new."""
        return self.may_decide and (self.row.approved_at is None or self.row.state is EditionState.HELD)


def look_at(workspace: Workspace, row: EditionRow, newsletter: Newsletter) -> Draft:
    """Return what an editor should see of an edition now."""
    try:
        edition, override = load_draft(workspace, row)
    except UsageError:
        edition, override = None, Override(newsletter.id, "")
    return Draft(
        row=row,
        newsletter=newsletter,
        told=_told(workspace, row, newsletter),
        when=local_words(newsletter, row.slot_at),
        edition=edition,
        sections=_sections(newsletter, edition) if edition else (),
        override=override,
        dropped=_dropped(workspace, override),
    )


def _told(workspace: Workspace, row: EditionRow, newsletter: Newsletter) -> str:
    """Return in a sentence or two where the edition stands."""
    if row.state in _BEFORE_MAIL:
        return describe_deadline(newsletter, row)
    if row.state in (EditionState.SENDING, EditionState.DONE):
        sums = report_edition(workspace, row.id).sums
        verb = "went" if row.state is EditionState.DONE else "is going"
        return f"It {verb} out: {sums.sent:,} of {sums.selected:,} readers have it. It cannot be changed any more."
    return f"It is {row.state.value}" + (f": {row.reason}." if row.reason else ".")


def _sections(newsletter: Newsletter, edition: Edition) -> list[tuple[str, list[Item]]]:
    places = [(section.title, section.stories) for section in edition.sections]
    if edition.more:
        places.append((newsletter.more_headlines.title, edition.more))
    order = [story.story.id for _, stories in places for story in stories]
    return [
        (
            title,
            [
                Item(
                    one.story.id,
                    one.number,
                    one.story.headline,
                    one.story.source_name,
                    one.story.id == order[0],
                    one.story.id == order[-1],
                )
                for one in stories
            ],
        )
        for title, stories in places
    ]


def _dropped(workspace: Workspace, override: Override) -> list[tuple[str, str]]:
    if not override.dropped:
        return []
    with workspace.store.read() as connection:
        stories = pool.load_stories(connection, override.dropped)
    return [(one, stories[one].headline if one in stories else one) for one in override.dropped]
