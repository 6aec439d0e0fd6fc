"""An edition override: what an editor changed by hand in one edition; a value, read and kept elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class StoryEdit:
    """An editor's own words for one story; an empty text leaves the source's."""

    headline: str = ""
    blurb: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """The edits of one edition, over what the rules would choose; everything may be empty.

    `slot` names the edition in the newsletter's own time, as `2026-11-24 06:30`, or only its day where the newsletter
    has no schedule. Stories are named by id. `pinned` ones lead, `included` ones stand somewhere, `dropped` ones
    nowhere (nor does another version of their event). `places` gives the order of a section, by its title.
    """

    newsletter: str
    slot: str
    subject: str = ""
    preheader: str = ""
    note: str = ""
    pinned: tuple[str, ...] = ()
    included: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stories: Mapping[str, StoryEdit] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether the edition is as the rules made it."""
        return self == Override(self.newsletter, self.slot)

    @property
    def story_ids(self) -> tuple[str, ...]:
        """Every story named anywhere, each once."""
        placed = [story_id for ids in self.places.values() for story_id in ids]
        return tuple(dict.fromkeys((*self.pinned, *self.included, *self.dropped, *placed, *self.stories)))

    def pin(self, story_id: str) -> Override:
        """Let a story lead."""
        rest = self.release(story_id)
        return replace(rest, pinned=(story_id, *rest.pinned), places={})

    def include(self, story_id: str) -> Override:
        """Let a story stand somewhere."""
        rest = self.release(story_id)
        return replace(rest, included=(*rest.included, story_id))

    def drop(self, story_id: str) -> Override:
        """Keep a story out."""
        rest = self.release(story_id)
        return replace(rest, dropped=(*rest.dropped, story_id))

    def release(self, story_id: str) -> Override:
        """Leave it to the rules whether and where the story stands; words written for it stay."""

        def others(ids: Sequence[str]) -> tuple[str, ...]:
            return tuple(other for other in ids if other != story_id)

        kept = {title: others(ids) for title, ids in self.places.items()}
        return replace(
            self,
            pinned=others(self.pinned),
            included=others(self.included),
            dropped=others(self.dropped),
            places={title: ids for title, ids in kept.items() if ids},
        )

    def arrange(self, places: Mapping[str, Sequence[str]]) -> Override:
        """Fix the order of these sections, by title; that of the others stays."""
        return replace(self, places={**self.places, **{title: tuple(ids) for title, ids in places.items()}})

    def write(self, story_id: str, edit: StoryEdit) -> Override:
        """Give a story an editor's own words; empty ones take them back."""
        stories = {other: words for other, words in self.stories.items() if other != story_id}
        return replace(self, stories=stories | ({story_id: edit} if edit != StoryEdit() else {}))
