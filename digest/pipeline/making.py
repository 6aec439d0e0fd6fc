"""Making: from a claimed slot to content that is fixed in the ledger; mails nobody.

Both steps may be called again after a crash at any moment: what was built is kept, what was not is built anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from digest.editions import content_hash
from digest.model.edition import EditionState
from digest.model.override import Override
from digest.pipeline.assemble import Assembled, assemble
from digest.pipeline.breaking import assemble_breaking
from digest.pipeline.edits import load_edits
from digest.pipeline.order import Order
from digest.pipeline.pictures import message_pictures
from digest.pipeline.record import BuiltEdition, built_from_json, built_to_json
from digest.pipeline.workspace import Workspace
from digest.store import editions
from digest.store.editions import EditionRow


@dataclass(frozen=True, slots=True)
class Made:
    """What came of making an edition: its content and its hash, or the state that it should end in, and why."""

    built: BuiltEdition | None = None
    content_hash: str = ""
    state: EditionState = EditionState.BUILT
    reason: str = ""


def make_edition(workspace: Workspace, row: EditionRow, order: Order) -> Made:
    """Return the edition as it was built, now or before a restart; one built now is kept in the ledger.

    Where the rules or the checks refuse it, the ledger is left as it is. Raises RenderError.
    """
    kept = find_made(workspace, row.id)
    if kept is not None:
        return kept
    with workspace.store.begin() as connection:
        editions.set_state(connection, row.id, EditionState.BUILDING, now=workspace.clock())
    assembled, built = assemble_built(workspace, order, load_edits(workspace, row.id))
    if built is None:
        return refused(assembled)
    _keep(workspace, row.id, assembled, built)
    return Made(built, content_hash(built.rendered.edition))


def find_made(workspace: Workspace, edition_id: str) -> Made | None:
    """Return the content that the ledger keeps of an edition; None before it was built."""
    with workspace.store.read() as connection:
        content = editions.find_content(connection, edition_id)
        row = editions.find_edition(connection, edition_id)
    if not content or row is None:
        return None
    return Made(built_from_json(content), row.content_hash)


def assemble_built(
    workspace: Workspace, order: Order, override: Override | None
) -> tuple[Assembled, BuiltEdition | None]:
    """Assemble the edition of an order, under an editor's edits; None where it must not go out. Writes nothing."""
    links = message_pictures(workspace.project)
    if order.story:
        assembled = assemble_breaking(workspace, order.newsletter, order.slot_at, order.story, picture_url=links)
    else:
        assembled = assemble(
            workspace,
            order.newsletter,
            order.slot_at,
            until_at=order.until_at,
            lane=order.lane,
            override=override,
            picture_url=links,
        )
    if assembled.rendered is None or assembled.errors:
        return assembled, None
    return assembled, BuiltEdition(assembled.rendered, tuple(links.used))


def refused(assembled: Assembled) -> Made:
    """Return why an assembled edition must not go out: a rule skips it, or a check fails it."""
    if assembled.skip_reason:
        return Made(state=EditionState.SKIPPED, reason=assembled.skip_reason)
    return Made(state=EditionState.FAILED, reason="; ".join(str(found.message) for found in assembled.errors))


def _keep(workspace: Workspace, edition_id: str, assembled: Assembled, built: BuiltEdition) -> None:
    """Fix the content of the edition and remember its stories as told, in one transaction."""
    now, edition = workspace.clock(), built.rendered.edition
    with workspace.store.begin() as connection:
        content = built_to_json(built)
        editions.save_content(connection, edition, content, content_hash=content_hash(edition), now=now)
        editions.save_window(connection, edition_id, assembled.situation.since_at, assembled.situation.end_at)
        editions.record_used(connection, edition)
        editions.set_state(connection, edition_id, EditionState.BUILT, now=now)
