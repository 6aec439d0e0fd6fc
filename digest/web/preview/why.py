"""The stories of an edition and those that just missed it, each with what the rules said; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from digest.model.choice import ChosenStory, Reason, Refusal, Score
from digest.model.edition import EditionStory
from digest.model.override import Override, StoryEdit
from digest.pipeline.steering import place_titles
from digest.web.preview.bench import Bench, View

NO_EDIT = StoryEdit()
_MOST_MISSED = 40


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story in a list: its place where it has one, what it scored, why, and what an editor did to it."""

    id: str
    headline: str
    source: str
    age: str
    score: float
    parts: tuple[tuple[str, float], ...]
    reasons: tuple[Reason, ...]
    by_hand: str = ""
    edit: StoryEdit = NO_EDIT
    blurb: str = ""
    also: tuple[str, ...] = ()
    number: int | None = None

    @property
    def summary(self) -> str:
        """The last word on it, in a line."""
        against = [reason for reason in self.reasons if not reason.took]
        return (against or list(self.reasons))[-1].text if self.reasons else ""


@dataclass(frozen=True, slots=True)
class Place:
    """A section with its stories, or the list of further headlines."""

    title: str
    rows: tuple[StoryRow, ...]


def chosen_places(view: View) -> list[Place]:
    """Return the edition's stories in reading order."""
    rendered, choice = view.assembled.rendered, view.assembled.choice
    if rendered is None:
        return []
    titles = place_titles(view.newsletter)
    placed = {entry.story.id: entry for entry in rendered.edition.stories}
    rows = [(titles[section.index], section.stories) for section in choice.sections]
    rows.append((titles[-1], choice.more))
    return [
        Place(title, tuple(_row(view, story, placed[story.story_id]) for story in stories if story.story_id in placed))
        for title, stories in rows
        if stories
    ]


def story_places(view: View) -> list[tuple[str, list[str]]]:
    """Return section titles with story ids in reading order, as editing needs them."""
    return [(place.title, [row.id for row in place.rows]) for place in chosen_places(view)]


def missed_stories(bench: Bench, view: View) -> list[StoryRow]:
    """Return the stories that just missed the edition, those dropped by hand first, then the best scores."""
    refused = view.assembled.choice.refused
    chosen = set(view.assembled.choice.story_ids)
    unique = {refusal.story_id: refusal for refusal in refused if refusal.story_id not in chosen}
    dropped = [
        Refusal(story_id, unique[story_id].reasons if story_id in unique else ()) for story_id in view.edits.dropped
    ]
    others = [refusal for story_id, refusal in unique.items() if story_id not in view.edits.dropped]
    shown = [*dropped, *sorted(others, key=lambda refusal: -refusal.score.total)[:_MOST_MISSED]]
    stories = bench.stories([refusal.story_id for refusal in shown])
    return [
        StoryRow(
            id=refusal.story_id,
            headline=stories[refusal.story_id].headline,
            source=stories[refusal.story_id].source_name or stories[refusal.story_id].source,
            age=_age(view.slot_at - stories[refusal.story_id].published_at),
            score=refusal.score.total,
            parts=_parts(refusal.score),
            reasons=refusal.reasons,
            by_hand=_by_hand(view.edits, refusal.story_id),
        )
        for refusal in shown
        if refusal.story_id in stories
    ]


def _row(view: View, chosen: ChosenStory, entry: EditionStory) -> StoryRow:
    story = entry.story
    return StoryRow(
        id=story.id,
        headline=story.headline,
        source=story.source_name,
        age=_age(view.slot_at - story.published_at),
        score=chosen.score.total,
        parts=_parts(chosen.score),
        reasons=chosen.reasons,
        by_hand=_by_hand(view.edits, story.id),
        edit=view.edits.stories.get(story.id, NO_EDIT),
        blurb=story.summary,
        also=tuple(also.source_name for also in entry.also),
        number=entry.number,
    )


def _by_hand(edits: Override, story_id: str) -> str:
    words = [
        word
        for word, ids in (("pinned", edits.pinned), ("included", edits.included), ("dropped", edits.dropped))
        if story_id in ids
    ]
    return ", ".join([*words, *(["edited"] if story_id in edits.stories else [])])


def _parts(score: Score) -> tuple[tuple[str, float], ...]:
    return tuple((name, round(value, 2)) for name, value in score.parts)


def _age(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"
