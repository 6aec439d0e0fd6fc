"""What differs between two editions, in the order a reader would meet it; knows nothing of markup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

from digest.model.edition import Edition, EditionStory
from digest.model.story import Story


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `story_id` is "" where the edition itself differs; `text` says what, in words."""

    kind: Literal["added", "removed", "moved", "changed", "edition"]
    story_id: str
    text: str


class _Place(NamedTuple):
    section: str
    rank: int
    placed: EditionStory

    def __str__(self) -> str:
        return f"{self.section!r}, place {self.rank}"


def diff_editions(a: Edition, b: Edition) -> tuple[Change, ...]:
    """Return what changed from `a` to `b`: stories that came, left, moved or were edited, then the edition's own text.

    A story moved when its section or its rank among the stories that both editions have there differs.
    """
    before, after = _places(a), _places(b)
    changes: list[Change] = []
    for story_id, place in after.items():
        if story_id not in before:
            changes.append(Change("added", story_id, f"{place.placed.story.headline!r} in {place}"))
    for story_id, place in before.items():
        if story_id not in after:
            changes.append(Change("removed", story_id, f"{place.placed.story.headline!r} from {place}"))
    ranks_before, ranks_after = _common_ranks(before, after), _common_ranks(after, before)
    for story_id, place in after.items():
        if story_id not in before:
            continue
        if ranks_before[story_id] != ranks_after[story_id]:
            changes.append(Change("moved", story_id, f"{place.placed.story.headline!r}: {before[story_id]} → {place}"))
        changes += _edits(before[story_id].placed, place.placed)
    return (*changes, *_edition_changes(a, b))


def _places(edition: Edition) -> dict[str, _Place]:
    rows = [(section.title, section.stories) for section in edition.sections]
    rows.append(("further headlines", edition.more))
    return {
        placed.story.id: _Place(title, rank, placed)
        for title, stories in rows
        for rank, placed in enumerate(stories, 1)
    }


def _common_ranks(places: dict[str, _Place], others: dict[str, _Place]) -> dict[str, tuple[str, int]]:
    """Return section and rank among the stories that both editions have, so that one removal moves nobody."""
    counts: dict[str, int] = {}
    ranks: dict[str, tuple[str, int]] = {}
    for story_id, place in places.items():
        if story_id in others:
            counts[place.section] = counts.get(place.section, 0) + 1
            ranks[story_id] = (place.section, counts[place.section])
    return ranks


def _edits(before: EditionStory, after: EditionStory) -> Iterator[Change]:
    story = after.story
    if before.story.headline != story.headline:
        yield Change("changed", story.id, f"headline {before.story.headline!r} → {story.headline!r}")
    edited = [
        field.name
        for field in fields(Story)
        if field.name not in ("id", "headline", "fetched_at", "updated_at")
        and getattr(before.story, field.name) != getattr(story, field.name)
    ]
    if edited:
        yield Change("changed", story.id, f"{story.headline!r}: edited {', '.join(edited)}")
    if before.also != after.also:
        names = ", ".join(also.source_name for also in after.also) or "nobody"
        yield Change("changed", story.id, f"{story.headline!r}: also reported by {names}")


def _edition_changes(a: Edition, b: Edition) -> Iterator[Change]:
    for name in ("newsletter", "slot_at", "subject", "preheader", "note", "figures", "fallback", "word_count"):
        old, new = getattr(a, name), getattr(b, name)
        if old != new:
            yield Change("edition", "", f"{name.replace('_', ' ')}: {old} → {new}")
