"""The editors' desk: a draft's content is changed by hand and fixed anew, until it is sent; shows nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from digest.editions import content_hash as hash_of
from digest.errors import RenderError, UsageError
from digest.model.edition import Edition, EditionState
from digest.model.override import Override
from digest.pipeline.edits import edits_to_json, load_edits
from digest.pipeline.making import assemble_built, find_made, refused
from digest.pipeline.order import Order
from digest.pipeline.overrides import load_override
from digest.pipeline.record import BuiltEdition, built_to_json
from digest.pipeline.steering import place_titles
from digest.pipeline.workspace import Workspace
from digest.store import drafts, editions
from digest.store.editions import EditionRow

EDITABLE = (EditionState.BUILT, EditionState.HELD)
Places = Sequence[tuple[str, Sequence[str]]]
"""Titles of sections with the ids of their stories, in reading order."""

_CHANGED = "the edition was changed meanwhile; look at it as it is now, and decide again"


def edit_edition(
    workspace: Workspace,
    edition_id: str,
    change: Callable[[Override, Places], Override],
    *,
    content_hash: str,
) -> None:
    """Let an editor `change` an edition that nobody was mailed yet; it is assembled anew and fixed.

    `content_hash` is that of the edition the editor saw. Nothing of the pool that came after the first draft comes in.
    Raises UsageError where the edition was changed since, is being sent, or would not be fit to go out.
    """
    row = _editable(workspace, edition_id, content_hash)
    newsletter = workspace.project.get_newsletter(row.newsletter)
    edition, before = load_draft(workspace, row)
    titles = place_titles(newsletter)
    rows = {section.title: [item.story.id for item in section.stories] for section in edition.sections}
    rows[titles[-1]] = [item.story.id for item in edition.more]
    after = change(before, [(title, rows.get(title, [])) for title in titles])
    order = Order(newsletter, row.slot_at, until_at=row.until_at, known_lane=row.lane)
    try:
        assembled, built = assemble_built(workspace, order, after)
    except RenderError as error:
        raise UsageError(f"with this change the edition cannot be made: {error}") from error
    if built is None:
        raise UsageError(f"with this change there would be no edition: {refused(assembled).reason}")
    if not _replace(workspace, row, built, edits=after):
        raise UsageError(_CHANGED)


def load_draft(workspace: Workspace, row: EditionRow) -> tuple[Edition, Override]:
    """Return an edition as it is fixed now, and the edits that made it so; UsageError where it has none."""
    made = find_made(workspace, row.id)
    if made is None or made.built is None:
        raise UsageError(f"{row.id} is {row.state.value} and was not made yet")
    edits = load_edits(workspace, row.id)
    if edits is None:
        newsletter = workspace.project.get_newsletter(row.newsletter)
        edits = load_override(workspace.project.folder, newsletter, row.slot_at)
    return made.built.rendered.edition, edits


def _editable(workspace: Workspace, edition_id: str, content_hash: str) -> EditionRow:
    with workspace.store.read() as connection:
        row = editions.get_edition(connection, edition_id)
    if row.state not in EDITABLE:
        raise UsageError(f"it is {row.state.value}: too late to change it")
    if row.content_hash != content_hash:
        raise UsageError(_CHANGED)
    return row


def _replace(workspace: Workspace, row: EditionRow, built: BuiltEdition, *, edits: Override) -> bool:
    """Fix the new content in place of the one the editor saw; False where that is not there any more."""
    edition, now = built.rendered.edition, workspace.clock()
    with workspace.store.begin() as connection:
        if not editions.touch_content(connection, row.id, states=EDITABLE, content_hash=row.content_hash, now=now):
            return False
        editions.save_content(connection, edition, built_to_json(built), content_hash=hash_of(edition), now=now)
        editions.record_used(connection, edition)
        drafts.add_draft(connection, row.id, now)
        drafts.save_edits(connection, row.id, edits_to_json(edits))
    return True
