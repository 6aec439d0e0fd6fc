"""An editor's edits laid over what the rules chose: pins and bans, order, words; pure, reads no file."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import replace

from digest.config.newsletter import Newsletter
from digest.model.candidate import Candidate
from digest.model.choice import Choice, ChosenSection, ChosenStory
from digest.model.edition import Edition
from digest.model.override import Override, StoryEdit
from digest.model.story import InlineHtml, Story

MAX_SUMMARY = 400


def steer(newsletter: Newsletter, override: Override, candidates: Iterable[Candidate]) -> Newsletter:
    """Return the newsletter as it chooses under the edits: pins, what must stand, what must not, the note."""
    if override.is_empty:
        return newsletter
    dropped = _every_version(override.dropped, candidates) if override.dropped else ()
    return newsletter.model_copy(
        update={
            "pinned": (*override.pinned, *newsletter.pinned),
            "must_include": (*override.included, *newsletter.must_include),
            "banned": (*newsletter.banned, *dropped),
            "note": override.note or newsletter.note,
        }
    )


def _every_version(ids: tuple[str, ...], candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """Return the ids with those of the other versions of their events, which would take their place else."""
    known = list(candidates)
    clusters = {candidate.cluster for candidate in known if candidate.id in ids and candidate.cluster}
    return tuple(dict.fromkeys((*ids, *(candidate.id for candidate in known if candidate.cluster in clusters))))


def arrange(choice: Choice, override: Override, newsletter: Newsletter) -> Choice:
    """Return the choice with its chosen stories in the places that the edits fix; the others follow them."""
    if not override.places:
        return choice
    titles = place_titles(newsletter)
    rows: dict[int, list[ChosenStory]] = {section.index: list(section.stories) for section in choice.sections}
    rows[len(titles) - 1] = list(choice.more)
    chosen = {story.story_id: story for row in rows.values() for story in row}
    for number, title in enumerate(titles):
        wanted = [chosen[story_id] for story_id in override.places.get(title, ()) if story_id in chosen]
        if wanted:
            moved = {story.story_id for story in wanted}
            rows = {at: [story for story in row if story.story_id not in moved] for at, row in rows.items()}
            rows[number] = [*wanted, *rows.get(number, ())]
    more = tuple(rows.pop(len(titles) - 1))
    sections = tuple(ChosenSection(number, tuple(rows[number])) for number in sorted(rows) if rows[number])
    return replace(choice, sections=sections, more=more)


def place_titles(newsletter: Newsletter) -> list[str]:
    """Return the titles of all places for stories in reading order, the further headlines last."""
    return [*(section.title for section in newsletter.sections), newsletter.more_headlines.title]


def edit_stories(stories: Mapping[str, Story], override: Override) -> dict[str, Story]:
    """Return the stories with an editor's own words in them."""
    edited = {
        story_id: _edited(stories[story_id], edit) for story_id, edit in override.stories.items() if story_id in stories
    }
    return {**stories, **edited}


def _edited(story: Story, edit: StoryEdit) -> Story:
    changed = replace(story, headline=" ".join(edit.headline.split()) or story.headline)
    paragraphs = [" ".join(paragraph.split()) for paragraph in edit.blurb.split("\n\n")]
    if not any(paragraphs):
        return changed
    lead = tuple(InlineHtml(html.escape(paragraph, quote=False)) for paragraph in paragraphs if paragraph)
    return replace(changed, lead=lead, summary=" ".join(filter(None, paragraphs))[:MAX_SUMMARY])


def unknown_stories(override: Override, candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """Return in words which edits name a story that is nowhere to be seen."""
    named = set(override.story_ids)
    missing = named - {candidate.id for candidate in candidates} if named else named
    return tuple(f"the override names story {story_id}, which is not in the pool" for story_id in sorted(missing))


def edit_edition(edition: Edition, override: Override, warnings: tuple[str, ...]) -> Edition:
    """Return the edition with the editor's subject and preheader, and what went wrong with the edits."""
    return replace(
        edition,
        subject=override.subject or edition.subject,
        preheader=override.preheader or edition.preheader,
        warnings=(*edition.warnings, *warnings),
    )
