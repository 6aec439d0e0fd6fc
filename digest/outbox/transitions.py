"""The one table of moves between the states of a delivery; pure."""

from __future__ import annotations

from digest.model.delivery import DeliveryState

_S = DeliveryState

TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    # claimed; or stopped before anything happened; or no time is left
    _S.QUEUED: frozenset({_S.SENDING, _S.FAILED, _S.SUPPRESSED, _S.CANCELLED}),
    # any result; queued again when nothing happened
    _S.SENDING: frozenset({_S.SENT, _S.DEFERRED, _S.FAILED, _S.UNCERTAIN, _S.SUPPRESSED, _S.QUEUED, _S.CANCELLED}),
    # its time has come; or no time is left
    _S.DEFERRED: frozenset({_S.SENDING, _S.FAILED, _S.SUPPRESSED, _S.CANCELLED}),
    # a person asks for another round (`--failed-only`)
    _S.FAILED: frozenset({_S.QUEUED}),
    # a person decides
    _S.UNCERTAIN: frozenset({_S.QUEUED, _S.SENT, _S.CANCELLED}),
    _S.SENT: frozenset(),
    _S.SUPPRESSED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""Where a delivery may go from each state. `sent` is final: nothing ever leaves it."""


def check_move(old: DeliveryState, new: DeliveryState) -> DeliveryState:
    """Return `new`; a move that the table does not know is a programming error (ValueError)."""
    if new not in TRANSITIONS[old]:
        raise ValueError(f"a delivery cannot go from {old} to {new}")
    return new
