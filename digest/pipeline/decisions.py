"""What a person decides about an edition in the ledger: hold it, let it go, stop it, compare it with another."""

from __future__ import annotations

from digest.editions import Change, diff_editions
from digest.errors import NotFoundError, UsageError
from digest.model.edition import Edition, EditionState
from digest.pipeline.mail import open_outbox
from digest.pipeline.record import built_from_json
from digest.pipeline.workspace import Workspace
from digest.store import drafts, editions

COMMAND = "the command line"
"""Who decides where no editor's name is known."""

_BEFORE_MAIL = (EditionState.PLANNED, EditionState.BUILDING, EditionState.BUILT)


def hold_edition(workspace: Workspace, edition_id: str, *, reason: str) -> None:
    """Keep an edition from being sent until it is approved; an approval from before is taken back.

    Raises NotFoundError, and UsageError for one that is being sent or finished: it can only be cancelled.
    """
    with workspace.store.begin() as connection:
        row = editions.get_edition(connection, edition_id)
        if row.state not in (*_BEFORE_MAIL, EditionState.HELD):
            raise UsageError(f"{edition_id} is {row.state.value} and cannot be held; `editions cancel` stops a send")
        editions.withdraw_approval(connection, edition_id)
        editions.set_state(connection, edition_id, EditionState.HELD, now=workspace.clock(), reason=reason)


def approve_edition(workspace: Workspace, edition_id: str, *, by: str = COMMAND) -> None:
    """Let a held edition go, or say of a draft that it may: the daemon, or `send --resume`, sends it.

    A draft still waits for its slot; what is approved is never too late. Raises NotFoundError, and UsageError for an
    edition that waits for nobody.
    """
    with workspace.store.begin() as connection:
        row, now = editions.get_edition(connection, edition_id), workspace.clock()
        is_draft = drafts.find_draft(connection, edition_id) is not None
        if row.state is EditionState.HELD:
            state = EditionState.BUILT if row.content_hash else EditionState.BUILDING
            editions.set_state(connection, edition_id, state, now=now, reason="")
        elif not (is_draft and row.state in _BEFORE_MAIL):
            raise UsageError(f"{edition_id} is {row.state.value}, not held")
        editions.approve(connection, edition_id, by=by, now=now)


def cancel_edition(workspace: Workspace, edition_id: str, *, by: str = "a person") -> int:
    """Stop an edition for good; return how many deliveries were cancelled. Messages in flight still end.

    Raises NotFoundError, and UsageError for an edition that is finished.
    """
    with workspace.store.begin() as connection:
        row = editions.get_edition(connection, edition_id)
        if row.state in (EditionState.DONE, EditionState.SKIPPED, EditionState.CANCELLED):
            raise UsageError(f"{edition_id} is {row.state.value} already")
        reason = f"cancelled by {by}"
        editions.set_state(connection, edition_id, EditionState.CANCELLED, now=workspace.clock(), reason=reason)
    with open_outbox(workspace) as outbox:
        try:
            return outbox.cancel(edition_id)
        except NotFoundError:
            return 0


def compare_editions(workspace: Workspace, one: str, other: str) -> tuple[Change, ...]:
    """Return what changed from one edition to the other; raises NotFoundError, also where one was never built."""
    return diff_editions(_built(workspace, one), _built(workspace, other))


def _built(workspace: Workspace, edition_id: str) -> Edition:
    with workspace.store.read() as connection:
        editions.get_edition(connection, edition_id)
        content = editions.find_content(connection, edition_id)
    if not content:
        raise NotFoundError("built edition", edition_id)
    return built_from_json(content).rendered.edition
