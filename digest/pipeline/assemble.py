"""Assemble: choose the stories of one edition, build it, render it, lint it; writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.config.newsletter import Newsletter
from digest.editions import build_edition, edition_id
from digest.model.candidate import Candidate
from digest.model.choice import Choice
from digest.model.edition import Edition, Lane, RenderedEdition
from digest.model.finding import Finding
from digest.model.override import Override
from digest.pipeline.figures import load_figures
from digest.pipeline.overlay import NO_OVERLAY, Overlay
from digest.pipeline.overrides import load_override
from digest.pipeline.record import built_from_json
from digest.pipeline.situations import load_candidates, load_situation
from digest.pipeline.steering import arrange, edit_edition, edit_stories, steer, unknown_stories
from digest.pipeline.workspace import Workspace
from digest.rendering import lint
from digest.selection import Situation, choose
from digest.store import editions, pool


@dataclass(frozen=True, slots=True)
class Assembled:
    """An edition ready to be looked at or sent; `rendered` is None when `skip_reason` says why not."""

    newsletter: Newsletter
    slot_at: datetime
    situation: Situation
    choice: Choice
    edition: Edition | None = None
    rendered: RenderedEdition | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def skip_reason(self) -> str:
        """Why the edition must not go out; empty when it may."""
        return self.choice.skip_reason

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that stop a send."""
        return tuple(finding for finding in self.findings if finding.level == "error")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an editor should know before the send, one line each."""
        rendered = self.rendered.edition.warnings if self.rendered else ()
        return rendered + tuple(f"{finding.rule}: {finding.message}" for finding in self.findings)


def assemble(
    workspace: Workspace,
    newsletter: Newsletter,
    slot_at: datetime,
    *,
    until_at: datetime | None = None,
    lane: Lane = Lane.LIST,
    overlay: Overlay = NO_OVERLAY,
    override: Override | None = None,
    picture_url: Callable[[str], str],
) -> Assembled:
    """Choose, build, render and lint the edition of a slot, from the pool as it is.

    Stories published up to `until_at` (the slot unless given) are looked at; those of the `overlay` take
    the place of their namesakes in the pool. An editor's `override` holds: the saved one unless given.
    """
    if override is None:
        override = load_override(workspace.project.folder, newsletter, slot_at)
    with workspace.store.read() as connection:
        situation = load_situation(workspace, connection, newsletter, slot_at=slot_at, until_at=until_at, lane=lane)
        candidates, choice = _choose(connection, newsletter, situation, override=override, overlay=overlay)
        newsletter = steer(newsletter, override, candidates)
        if choice.skip_reason:
            return Assembled(newsletter, slot_at, situation, choice)
        stories = pool.load_stories(connection, _all_ids(choice)) | dict(overlay.stories)
        previous = _find_previous(connection, newsletter, slot_at)
    edition = build_edition(
        newsletter,
        choice,
        edit_stories(stories, override),
        slot_at=slot_at,
        edition_id=edition_id(newsletter.id, slot_at, lane),
        source_names=workspace.source_names,
        figures=load_figures(newsletter, workspace.project.folder),
    )
    edition = edit_edition(edition, override, unknown_stories(override, candidates))
    edition = replace(edition, is_copy=lane is Lane.DIRECT)
    rendered = workspace.renderer.render(edition, newsletter, picture_url=picture_url)
    settings = workspace.project.settings
    findings = lint(rendered, edition, newsletter, settings=settings, previous=previous)
    return Assembled(newsletter, slot_at, situation, choice, rendered.edition, rendered, tuple(findings))


def _choose(
    connection: Connection, newsletter: Newsletter, situation: Situation, *, override: Override, overlay: Overlay
) -> tuple[list[Candidate], Choice]:
    """Choose among the stories of the window; only on a thin day among all that the fallback ladder could reach."""
    for ladder in (False, True) if newsletter.fallback else (False,):
        candidates = load_candidates(
            connection, newsletter, situation, overlay=overlay, names=override.story_ids, with_ladder=ladder
        )
        steered = steer(newsletter, override, candidates)
        tried = steered if ladder else steered.model_copy(update={"fallback": ()})
        choice = arrange(choose(tried, candidates, situation), override, newsletter)
        if not choice.skip_reason:
            break
    return candidates, choice


def _find_previous(connection: Connection, newsletter: Newsletter, slot_at: datetime) -> Edition | None:
    last = editions.last_edition(connection, newsletter.id, before_at=slot_at)
    content = editions.find_content(connection, last.id) if last else None
    return built_from_json(content).rendered.edition if content else None


def _all_ids(choice: Choice) -> set[str]:
    chosen = [story for section in choice.sections for story in section.stories] + list(choice.more)
    return {story.story_id for story in chosen} | {other for story in chosen for other in story.also}
