"""How an edition's state may change: the one transition table; storing it is done in `editions`."""

from __future__ import annotations

from collections.abc import Mapping

from digest.model.edition import EditionState

_S = EditionState

TRANSITIONS: Mapping[EditionState, frozenset[EditionState]] = {
    _S.PLANNED: frozenset({_S.BUILDING, _S.HELD, _S.SKIPPED, _S.FAILED, _S.CANCELLED}),
    _S.BUILDING: frozenset({_S.BUILT, _S.PLANNED, _S.HELD, _S.SKIPPED, _S.FAILED, _S.CANCELLED}),
    # Back to BUILDING: an editor dropped or reordered stories before anybody was mailed.
    _S.BUILT: frozenset({_S.SENDING, _S.BUILDING, _S.HELD, _S.SKIPPED, _S.FAILED, _S.CANCELLED}),
    _S.SENDING: frozenset({_S.DONE, _S.HELD, _S.FAILED, _S.CANCELLED}),
    _S.HELD: frozenset({_S.BUILDING, _S.BUILT, _S.SENDING, _S.SKIPPED, _S.CANCELLED}),
    # A person may try a failed edition again; its deliveries go on where they stopped.
    _S.FAILED: frozenset({_S.BUILDING, _S.SENDING, _S.CANCELLED}),
    # `send --failed-only` takes a finished edition up again.
    _S.DONE: frozenset({_S.SENDING}),
    _S.SKIPPED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""From each state, the states that may follow it."""

FINISHED = frozenset({_S.DONE, _S.FAILED, _S.SKIPPED, _S.CANCELLED})
"""States in which nothing more happens unless a person asks for it."""

UNFINISHED = frozenset(set(EditionState) - FINISHED - {_S.HELD})
"""States that a restart goes on with; a held edition waits for a person."""


def may_follow(before: EditionState, after: EditionState) -> bool:
    """Say whether an edition may go from one state to the other; staying is always allowed."""
    return before == after or after in TRANSITIONS[before]
