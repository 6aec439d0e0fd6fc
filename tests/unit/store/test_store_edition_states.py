"""The transition table of editions: complete, and every edition can come to an end."""

from __future__ import annotations

import pytest

from digest.model.edition import EditionState
from digest.store.edition_states import FINISHED, TRANSITIONS, UNFINISHED, may_follow


def test_every_state_stands_in_the_table() -> None:
    """No state is forgotten, and staying is always allowed."""
    assert set(TRANSITIONS) == set(EditionState)
    assert all(may_follow(state, state) for state in EditionState)


@pytest.mark.parametrize("state", EditionState)
def test_from_every_state_an_end_is_reached(state: EditionState) -> None:
    """Whatever happens, some sequence of moves ends the edition: none hangs for ever."""
    seen = {state}
    while more := {after for before in seen for after in TRANSITIONS[before]} - seen:
        seen |= more
    assert seen & FINISHED


def test_nothing_is_sent_again_by_itself() -> None:
    """A skipped or cancelled edition is final, and a restart takes up only unfinished ones."""
    assert not TRANSITIONS[EditionState.SKIPPED]
    assert not TRANSITIONS[EditionState.CANCELLED]
    assert not may_follow(EditionState.DONE, EditionState.BUILDING)
    assert {EditionState.PLANNED, EditionState.BUILDING, EditionState.BUILT, EditionState.SENDING} == UNFINISHED
