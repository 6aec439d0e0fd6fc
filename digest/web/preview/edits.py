"""Edits in work: an override for each edition, changed step by step, undone step by step; saved only when asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from digest.editions import Change
from digest.errors import UsageError
from digest.model.edition import Edition
from digest.model.override import Override, StoryEdit

Places = list[tuple[str, list[str]]]
"""The sections of an edition as it is now: title and story ids, in reading order."""

MAX_TEXT = 5_000


@dataclass(slots=True)
class _Work:
    saved: Override
    states: list[Override] = field(default_factory=list)


class Edits:
    """The edits of all editions that this bench was asked for; what is saved is in files."""

    def __init__(self) -> None:
        self._work: dict[tuple[str, str], _Work] = {}

    def current(self, saved: Override) -> Override:
        """Return the edits in work over the saved ones; a file that somebody else changed wins over them."""
        work = self._of(saved)
        return work.states[-1]

    def change(self, saved: Override, new: Override) -> None:
        """Take one step."""
        work = self._of(saved)
        if new != work.states[-1]:
            work.states.append(new)

    def undo(self, saved: Override) -> bool:
        """Take the last step back, also one that was saved since; False where there is none."""
        work = self._of(saved)
        if len(work.states) == 1:
            return False
        work.states.pop()
        return True

    def steps(self, saved: Override) -> int:
        """Return how many steps can be undone."""
        return len(self._of(saved).states) - 1

    def note_saved(self, before: Override, after: Override) -> None:
        """Remember that the file holds `after` now, so that its change is known to be our own."""
        self._of(before).saved = after

    def _of(self, saved: Override) -> _Work:
        key = (saved.newsletter, saved.slot)
        work = self._work.get(key)
        if work is None or work.saved != saved:
            work = self._work[key] = _Work(saved, [saved])
        return work


def apply_edit(override: Override, action: str, values: dict[str, str], places: Places) -> Override:
    """Return the edits after one step of an editor's.

    Raises UsageError for a step that is not understood.
    """
    story_id = values.get("story", "")
    match action:
        case "pin":
            return override.pin(story_id)
        case "include":
            return override.include(story_id)
        case "drop":
            return override.drop(story_id)
        case "release":
            return override.release(story_id)
        case "up" | "down":
            return override.arrange(_swapped(places, story_id, -1 if action == "up" else 1))
        case "words":
            return override.write(story_id, StoryEdit(_text(values, "headline"), _text(values, "blurb")))
        case "lines":
            subject, preheader = (" ".join(_text(values, name).split()) for name in ("subject", "preheader"))
            return replace(override, subject=subject, preheader=preheader, note=_text(values, "note"))
        case "clear":
            return Override(override.newsletter, override.slot)
    raise UsageError(f"{action!r} is no edit")


def _swapped(places: Places, story_id: str, by: int) -> dict[str, list[str]]:
    """Return the sections that change when a story takes the place of its neighbour, also across sections."""
    order = [(title, other) for title, ids in places for other in ids]
    here = next((at for at, (_, other) in enumerate(order) if other == story_id), None)
    if here is None or not 0 <= here + by < len(order):
        return {}
    there = here + by
    titles = {order[here][0], order[there][0]}
    order[here], order[there] = (order[here][0], order[there][1]), (order[there][0], order[here][1])
    return {title: [other for named, other in order if named == title] for title in titles}


def _text(values: dict[str, str], name: str) -> str:
    return values.get(name, "").replace("\r\n", "\n").strip()[:MAX_TEXT]


def describe_edits(base: Edition | None, edited: Edition | None, changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    """Return what the edits do to the edition, as sign and words, in the order a reader meets it."""
    if base is None or edited is None:
        return [("~", "without these edits there is no edition" if base is None else "with these edits, no edition")]
    signs = {"added": "+", "removed": "−", "moved": "↕", "changed": "~", "edition": "~"}
    return [(signs[change.kind], change.text) for change in changes if not change.text.startswith("word count")]
