"""What selection decided for one edition, and why: chosen stories, near misses, reasons in words."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a decision: `rule` names it (window, match, cap, duplicate, used, …), `took` its vote."""

    rule: str
    took: bool
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """A score as named parts, each already weighted; `total` is their sum."""

    parts: tuple[tuple[str, float], ...] = ()

    @property
    def total(self) -> float:
        """The sum of the parts, which orders the stories."""
        return sum(value for _, value in self.parts)


@dataclass(frozen=True, slots=True)
class ChosenStory:
    """A story that made the edition; `also` holds ids of other versions of the same event."""

    story_id: str
    score: Score
    reasons: tuple[Reason, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChosenSection:
    """A section of the newsletter (by its index there) and the stories that fill it, in order."""

    index: int
    stories: tuple[ChosenStory, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A story that was looked at and not taken, with the reasons; `score` where it got one."""

    story_id: str
    reasons: tuple[Reason, ...]
    score: Score = field(default_factory=Score)


@dataclass(frozen=True, slots=True)
class Choice:
    """The stories of one edition. `skip_reason` is set when the edition must not go out."""

    sections: tuple[ChosenSection, ...]
    more: tuple[ChosenStory, ...] = ()
    refused: tuple[Refusal, ...] = ()
    found: int = 0
    fallback: str = ""
    skip_reason: str = ""

    @property
    def story_ids(self) -> tuple[str, ...]:
        """Ids of all chosen stories in the order of the edition, `more` headlines last."""
        in_sections = tuple(s.story_id for section in self.sections for s in section.stories)
        return in_sections + tuple(s.story_id for s in self.more)
