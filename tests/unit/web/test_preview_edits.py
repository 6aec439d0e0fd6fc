"""Edits in work: steps, undo, and what a file changed by somebody else does to them."""

from __future__ import annotations

import pytest

from digest.errors import UsageError
from digest.model.override import Override, StoryEdit
from digest.web.preview.edits import Edits, apply_edit

EMPTY = Override("denver", "2026-11-24 06:30")
PLACES = [("Lead", ["a"]), ("Town", ["b", "c"]), ("More", ["d"])]


def test_steps_can_be_undone_one_by_one() -> None:
    """Each step back gives the state before; the first state stays."""
    edits = Edits()
    edits.change(EMPTY, EMPTY.pin("a"))
    edits.change(EMPTY, EMPTY.pin("a").drop("b"))
    assert edits.steps(EMPTY) == 2
    assert edits.undo(EMPTY)
    assert edits.current(EMPTY) == EMPTY.pin("a")
    assert edits.undo(EMPTY)
    assert not edits.undo(EMPTY)
    assert edits.current(EMPTY) == EMPTY


def test_what_was_saved_can_be_undone() -> None:
    """After saving, Undo gives the state before, which then differs from the file."""
    edits = Edits()
    changed = EMPTY.drop("b")
    edits.change(EMPTY, changed)
    edits.note_saved(EMPTY, changed)
    assert edits.current(changed) == changed
    assert edits.undo(changed)
    assert edits.current(changed) == EMPTY


def test_a_file_that_somebody_else_changed_wins() -> None:
    """Edits in work are over another state of the file, so they are let go."""
    edits = Edits()
    edits.change(EMPTY, EMPTY.drop("b"))
    other = EMPTY.pin("z")
    assert edits.current(other) == other
    assert edits.steps(other) == 0


@pytest.mark.parametrize(
    ("action", "story", "places"),
    [
        ("down", "b", {"Town": ("c", "b")}),
        ("up", "b", {"Lead": ("b",), "Town": ("a", "c")}),
        ("down", "c", {"Town": ("b", "d"), "More": ("c",)}),
        ("up", "a", {}),
        ("down", "d", {}),
        ("up", "nowhere", {}),
    ],
)
def test_a_move_swaps_neighbours_in_reading_order(action: str, story: str, places: dict[str, tuple[str, ...]]) -> None:
    """Up and down change places with the neighbour, also across sections, whose sizes stay."""
    assert apply_edit(EMPTY, action, {"story": story}, PLACES).places == places


def test_words_and_lines() -> None:
    """Words for a story and lines of the edition are kept trimmed; empty ones leave it to the rules."""
    edited = apply_edit(EMPTY, "words", {"story": "a", "headline": " New ", "blurb": "One.\r\n\r\nTwo."}, PLACES)
    assert edited.stories == {"a": StoryEdit("New", "One.\n\nTwo.")}
    assert apply_edit(edited, "words", {"story": "a"}, PLACES) == EMPTY
    lines = apply_edit(EMPTY, "lines", {"subject": " Good\nmorning ", "note": "Hello"}, PLACES)
    assert (lines.subject, lines.preheader, lines.note) == ("Good morning", "", "Hello")
    assert apply_edit(lines, "clear", {}, PLACES) == EMPTY


def test_unknown_steps_are_refused() -> None:
    """A step that is not understood is an error of usage."""
    with pytest.raises(UsageError, match="'publish' is no edit"):
        apply_edit(EMPTY, "publish", {}, PLACES)


def test_pin_include_and_drop_exclude_each_other() -> None:
    """The last word on a story holds; the first pin leads."""
    edits = EMPTY.drop("a").pin("a").pin("b")
    assert (edits.pinned, edits.dropped) == (("b", "a"), ())
    assert edits.include("a").pinned == ("b",)
    assert edits.release("a").release("b") == EMPTY
