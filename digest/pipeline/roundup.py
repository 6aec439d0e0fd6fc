"""The roundup of the week, for readers who want that instead of each edition: built by the same engine from what the
week's editions told, and delivered once; which readers want it is their choice on the preferences page.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import Connection, func, select

from digest.config.newsletter import MoreHeadlines, Newsletter, Window
from digest.config.rules import Rule, Section
from digest.config.schedule import Schedule
from digest.editions import build_edition, content_hash, edition_id, latest_slot
from digest.errors import DeliveryError, RenderError
from digest.model.audience import parse_audience
from digest.model.edition import EditionState, Lane
from digest.model.subscriber import Frequency, SubscriptionState
from digest.pipeline.claims import Claims
from digest.pipeline.envelope import message_template
from digest.pipeline.hands import open_hands
from digest.pipeline.mail import Mail
from digest.pipeline.pictures import PictureLinks, for_messages
from digest.pipeline.record import BuiltEdition, built_from_json, built_to_json
from digest.pipeline.reports import EditionReport, report_edition
from digest.pipeline.workspace import Workspace
from digest.selection import Situation, choose
from digest.store import editions, pool
from digest.store.audiences import Chosen
from digest.store.editions import EditionRow, Slot
from digest.store.tables import edition_stories, subscriptions
from digest.store.tables import editions as ledger
from digest.subscriptions.links import reader_maker

ROUNDUP_SCHEDULE = Schedule(at=(time(9),), days=("sat",))
"""When roundups go out, in the newsletter's own zone: the week is over, and there is time to read."""

_WEEK = timedelta(days=7)
_OLDEST = timedelta(days=14)  # a story told on Monday may have been published some days before
_LATE = timedelta(hours=12)
_SECTIONS = (("The week’s big thing", 1, "lead"), ("Also this week", 5, "story"), ("In brief", 6, "brief"))


def weekly_edition_of(newsletter: Newsletter) -> Newsletter:
    """Return the newsletter as its roundup: the same readers, rules and looks, a week's window and sections."""
    rules = Rule(any=tuple(section.match for section in newsletter.sections))
    sections = tuple(
        Section.model_validate({"title": title, "match": rules if layout != "brief" else Rule(), "limit": limit,
                                "layout": layout})
        for title, limit, layout in _SECTIONS
    )  # fmt: skip
    subject = {"subject": "{{ newsletter.name }}, the week: {{ lead.headline }}", "max_subject": 80}
    changes = {
        "sections": sections,
        "more_headlines": MoreHeadlines(title="The rest of the week", limit=10, match=Rule()),
        "window": Window(since="fixed", length=_OLDEST, max=_OLDEST),
        # Monday's news counts as much as Friday's.
        "weights": newsletter.weights.model_copy(update={"freshness": 0.0}),
        "subject": newsletter.subject.model_copy(update=subject),
        "tagline": "The week, in one letter",
        "schedule": ROUNDUP_SCHEDULE,
        **dict.fromkeys(("fallback", "pinned", "must_include", "avoid_repeats_of", "figures"), ()),
        "note": "",
        "draft": None,
        "max_per_source": None,
        "max_per_topic": None,
    }
    return newsletter.model_copy(update=changes)


class Roundups:
    """Publishes roundups over an open way out. Call `attend` as often as you like: the ledger lets each go out once."""

    def __init__(self, workspace: Workspace, mail: Mail, *, stop: asyncio.Event | None = None) -> None:
        self._workspace = workspace
        self._mail = mail
        self._stop = stop
        self._claims = Claims(workspace)

    async def attend(self, newsletter: Newsletter) -> list[EditionReport]:
        """Publish the newsletter's roundup if it is due and anybody wants it, and go on with unfinished ones."""
        slots = await asyncio.to_thread(self._due, newsletter)
        return [report for slot_at in slots if (report := await self.publish(newsletter, slot_at)) is not None]

    async def publish(self, newsletter: Newsletter, slot_at: datetime) -> EditionReport | None:
        """Publish the roundup of the week before `slot_at`; None where another process has it or it is finished."""
        name = edition_id(newsletter.id, slot_at, Lane.WEEKLY)
        slot = Slot(name, newsletter.id, slot_at, Lane.WEEKLY)
        row, is_ours = await asyncio.to_thread(self._claims.claim_slot, slot)
        if not is_ours:
            return None
        message = ""
        async with self._claims.hold(row.id):
            try:
                built = await asyncio.to_thread(self._build, row, newsletter)
                if built is not None:
                    await self._deliver(row.id, newsletter, built)
            except RenderError as error:
                self._set_state(row.id, EditionState.FAILED, str(error))
            except DeliveryError as error:
                message = str(error)
        return report_edition(self._workspace, row.id, message=message)

    def _due(self, newsletter: Newsletter) -> list[datetime]:
        """Return the slots that want attention: unfinished ones, and the last one if it is fresh and new."""
        with self._workspace.store.read() as connection:
            rows = editions.unfinished_editions(connection, newsletter.id)
        open_slots = [row.slot_at for row in rows if row.lane is Lane.WEEKLY]
        return [*open_slots, *find_due_roundups(self._workspace, newsletter)]

    def _build(self, row: EditionRow, newsletter: Newsletter) -> BuiltEdition | None:
        """Return the roundup as it was built, now or before a restart; None when there is nothing to tell."""
        with self._workspace.store.read() as connection:
            content = editions.find_content(connection, row.id)
        if content:
            return built_from_json(content)
        self._set_state(row.id, EditionState.BUILDING)
        built, reason = build_roundup(self._workspace, newsletter, row.slot_at)
        if built is None:
            self._set_state(row.id, EditionState.SKIPPED, reason)
            return None
        edition, now = built.rendered.edition, self._workspace.clock()
        with self._workspace.store.begin() as connection:
            text = built_to_json(built)
            editions.save_content(connection, edition, text, content_hash=content_hash(edition), now=now)
            editions.save_window(connection, row.id, row.slot_at - _WEEK, row.slot_at)
            editions.set_state(connection, row.id, EditionState.BUILT, now=now)
        return built

    async def _deliver(self, row_id: str, newsletter: Newsletter, built: BuiltEdition) -> None:
        weekly = weekly_edition_of(newsletter)
        template = message_template(self._workspace, weekly, built, signer=self._mail.signer)
        await asyncio.to_thread(self._enqueue, row_id, newsletter)
        make = reader_maker(newsletter, built.rendered.edition, self._workspace.links, page="-weekly")
        async with open_hands(self._workspace, self._mail, row_id, self._stop):
            sums = await self._mail.outbox.run(
                row_id, template, make, self._mail.pool, stop=self._stop, server_patience=timedelta(seconds=15)
            )
        if sums.finished:
            self._set_state(row_id, EditionState.DONE)

    def _enqueue(self, row_id: str, newsletter: Newsletter) -> None:
        """Fix the audience: who wants the roundup, among those whom the newsletter is for."""
        condition = parse_audience(newsletter.audience) if newsletter.audience else None
        self._mail.outbox.enqueue(
            row_id,
            newsletter.id,
            useful_until=self._workspace.clock() + newsletter.useful_for,
            uncertain=newsletter.uncertain,
            chosen=Chosen(condition, Frequency.WEEKLY),
        )
        with self._workspace.store.read() as connection:
            state = editions.get_edition(connection, row_id).state
        if state is not EditionState.SENDING:
            self._set_state(row_id, EditionState.SENDING)

    def _set_state(self, row_id: str, state: EditionState, reason: str | None = None) -> None:
        with self._workspace.store.begin() as connection:
            editions.set_state(connection, row_id, state, now=self._workspace.clock(), reason=reason)


def find_due_roundups(workspace: Workspace, newsletter: Newsletter) -> list[datetime]:
    """Return the last slot if it is fresh, new to the ledger, and anybody wants a roundup."""
    now = workspace.clock()
    slot = latest_slot(ROUNDUP_SCHEDULE, newsletter.zone, at=now)
    if slot is None or now - slot.at > _LATE:
        return []
    with workspace.store.read() as connection:
        is_known = editions.find_slot(connection, newsletter.id, slot.at, Lane.WEEKLY) is not None
        return [] if is_known or not _is_wanted(connection, newsletter) else [slot.at]


def build_roundup(workspace: Workspace, newsletter: Newsletter, slot_at: datetime) -> tuple[BuiltEdition | None, str]:
    """Choose among the stories that the editions of the week before `slot_at` told, build and render them.

    Returns the edition, or why there is none. Changes nothing. Raises RenderError.
    """
    weekly = weekly_edition_of(newsletter)
    weights = {source.id: source.weight for source in workspace.project.sources}
    situation = Situation(slot_at, slot_at - _OLDEST, source_weights=weights)
    with workspace.store.read() as connection:
        told, _ = editions.load_used(connection, [newsletter.id], slot_at - _WEEK, before_at=slot_at)
        weekly = weekly.model_copy(update={"pinned": _best_lead(connection, newsletter, slot_at)})
        pooled = pool.load_candidates(connection, slot_at - _OLDEST, slot_at, with_text=True)
        choice = choose(weekly, [candidate for candidate in pooled if candidate.id in told], situation)
        if choice.skip_reason:
            return None, choice.skip_reason
        also = {other for section in choice.sections for story in section.stories for other in story.also}
        stories = pool.load_stories(connection, {*choice.story_ids, *also})
    edition = build_edition(
        weekly,
        choice,
        stories,
        slot_at=slot_at,
        edition_id=edition_id(newsletter.id, slot_at, Lane.WEEKLY),
        source_names=workspace.source_names,
    )
    project = workspace.project
    links = PictureLinks(project.sources, project.folder, address=for_messages(project.settings))
    rendered = workspace.renderer.render(edition, weekly, picture_url=links)
    return BuiltEdition(replace(rendered, mjml=""), tuple(links.used)), ""


def _best_lead(connection: Connection, newsletter: Newsletter, slot_at: datetime) -> tuple[str, ...]:
    """Return the story that led one of the week's editions with the highest score: it leads the roundup, too."""
    query = (
        select(edition_stories.c.story_id)
        .join(ledger)
        .where(
            ledger.c.newsletter == newsletter.id,
            ledger.c.lane == Lane.LIST.value,
            ledger.c.slot_at >= slot_at - _WEEK,
            ledger.c.slot_at < slot_at,
            edition_stories.c.position == 0,
        )
        .order_by(edition_stories.c.score.desc(), ledger.c.slot_at.desc())
        .limit(1)
    )
    return tuple(connection.scalars(query))


def _is_wanted(connection: Connection, newsletter: Newsletter) -> bool:
    """Say whether anybody gets this newsletter as a roundup: without readers no edition is built."""
    living = (SubscriptionState.CONFIRMED.value, SubscriptionState.PAUSED.value)
    query = select(func.count()).where(
        subscriptions.c.newsletter == newsletter.id,
        subscriptions.c.frequency == Frequency.WEEKLY.value,
        subscriptions.c.state.in_(living),
    )
    return connection.execute(query).scalar_one() > 0
