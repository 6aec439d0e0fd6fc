"""A breaking edition: one story, at once, to all who get each edition; the next edition does not repeat it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from digest.config.newsletter import MoreHeadlines, Newsletter
from digest.config.rules import Rule, Section
from digest.editions import build_edition, edition_id
from digest.errors import NotFoundError, UsageError
from digest.model.choice import Choice, ChosenSection, ChosenStory, Reason, Score
from digest.model.edition import Lane
from digest.model.story import Story
from digest.pipeline.assemble import Assembled
from digest.pipeline.situations import load_situation
from digest.pipeline.workspace import Workspace
from digest.rendering import lint
from digest.store import editions, pool

MAX_SUBJECT = 80


def breaking_edition_of(newsletter: Newsletter) -> Newsletter:
    """Return the newsletter as it looks when one story cannot wait: the same readers and looks, one section."""
    section = Section.model_validate({"title": "Breaking", "match": Rule(), "limit": 1, "layout": "lead"})
    subject = {"subject": "Breaking: {{ lead.headline }}", "max_subject": MAX_SUBJECT}
    changes = {
        "sections": (section,),
        "more_headlines": MoreHeadlines(limit=0),
        "subject": newsletter.subject.model_copy(update=subject),
        "min_stories": 1,
        "figures": (),
        "sponsor": None,
        "note": "",
        "draft": None,
        "deliver": "at_slot",
    }
    return newsletter.model_copy(update=changes)


def find_breaking(workspace: Workspace, newsletter: Newsletter, name: str) -> Story:
    """Return the story that is to break (id, URL, guid or words of its headline).

    Raises NotFoundError where none is called so, and UsageError for one that is under embargo or that the newsletter
    told already.
    """
    now = workspace.clock()
    with workspace.store.read() as connection:
        story = pool.find_story(connection, name)
        if story is None:
            raise NotFoundError("story", name)
        told_in = _told_in(connection, newsletter, story)
    if story.embargo_until is not None and story.embargo_until > now:
        raise UsageError(f"{story.id} is under embargo until {story.embargo_until:%Y-%m-%d %H:%M %Z}")
    if told_in:
        raise UsageError(f"{newsletter.id} told {story.id} ({story.headline}) already, in {told_in}")
    return story


def _told_in(connection: Connection, newsletter: Newsletter, story: Story) -> str:
    clusters = editions.clusters_of(connection, [story.id])
    return editions.find_telling(connection, newsletter.id, story.id, clusters.get(story.id, ""))


def assemble_breaking(
    workspace: Workspace,
    newsletter: Newsletter,
    slot_at: datetime,
    story_id: str,
    *,
    picture_url: Callable[[str], str],
) -> Assembled:
    """Build, render and lint the edition of one story; writes nothing. Raises RenderError."""
    breaking = breaking_edition_of(newsletter)
    with workspace.store.read() as connection:
        situation = load_situation(workspace, connection, newsletter, slot_at=slot_at, lane=Lane.DIRECT)
        stories = pool.load_stories(connection, [story_id])
    reason = Reason("breaking", True, "sent at once by an editor")
    chosen = (ChosenStory(story_id, Score(), (reason,)),) if story_id in stories else ()
    if not chosen:
        gone = f"story {story_id} is no longer in the pool"
        return Assembled(breaking, slot_at, situation, Choice((), skip_reason=gone))
    choice = Choice((ChosenSection(0, chosen),), found=1)
    edition = build_edition(
        breaking,
        choice,
        stories,
        slot_at=slot_at,
        edition_id=edition_id(newsletter.id, slot_at, Lane.BREAKING),
        source_names=workspace.source_names,
    )
    rendered = workspace.renderer.render(edition, breaking, picture_url=picture_url)
    findings = lint(rendered, edition, breaking, settings=workspace.project.settings)
    return Assembled(breaking, slot_at, situation, choice, rendered.edition, rendered, tuple(findings))
