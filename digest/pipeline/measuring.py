"""Measuring as a use case: which editions go out measured, visits become counts, counts become figures."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from digest.config.newsletter import Newsletter
from digest.errors import DigestError
from digest.measuring.editions import Measuring, links_of, measured
from digest.measuring.seals import MeasuredLinks
from digest.measuring.visits import HOLD, Counted, Visits
from digest.model.edition import RenderedEdition
from digest.pipeline.record import built_from_json
from digest.pipeline.workspace import Workspace
from digest.store import editions, measures
from digest.store.measures import LAST_HOUR, Count, EditionTotals

_HOUR = timedelta(hours=1)
_MOST_LISTED = 30


def measured_links(workspace: Workspace) -> MeasuredLinks:
    """Return what makes and checks measured links."""
    return MeasuredLinks(str(workspace.project.settings.web.public_url), workspace.delivery_keys)


def as_mailed(workspace: Workspace, newsletter: Newsletter, rendered: RenderedEdition) -> RenderedEdition:
    """Return the edition as it goes to subscribers: measured where the newsletter asks for it, else as it is.

    Copies for addresses named by hand are never measured.
    """
    measure, edition = newsletter.measure, rendered.edition
    if edition.is_copy or not (measure.opens or measure.clicks or measure.utm.source):
        return rendered
    day = edition.slot_at.astimezone(newsletter.zone).date().isoformat()
    most = workspace.project.settings.lint.max_bytes
    return measured(rendered, Measuring(measure, measured_links(workspace), day, most))


class Counting:
    """Takes visits of the pages and writes what counts of them, some seconds later, in the running event loop.

    What waits is lost with the process: a count is no promise.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._visits = Visits()
        self._task: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("measuring")

    def note(self, visit: Counted, visitor: str) -> None:
        """Take one visit; see `Visits.enter`."""
        self._visits.enter(visit, visitor)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write_later())

    async def finish(self) -> None:
        """Write what waits at once, as when the process ends; clicks that are still judged count as they stand."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
        await asyncio.to_thread(self._write, HOLD)

    async def _write_later(self) -> None:
        while not self._visits.is_empty:
            await asyncio.sleep(HOLD.total_seconds())
            await asyncio.to_thread(self._write, timedelta(0))

    def _write(self, ahead: timedelta) -> None:
        settled = self._visits.settle(self._workspace.clock() + ahead)
        by_edition: dict[str, Counter[Counted]] = defaultdict(Counter)
        for visit, times in settled.items():
            by_edition[visit.edition][visit] += times
        try:
            for edition_id, visits in by_edition.items():
                self._add(edition_id, visits)
        except DigestError as error:
            self._log.error("visits not counted", error=str(error))

    def _add(self, edition_id: str, visits: Counter[Counted]) -> None:
        """Add to the counts of an edition, as far as its newsletter still wants them."""
        newsletters = self._workspace.project.newsletters
        with self._workspace.store.begin() as connection:
            slot = measures.find_slot(connection, edition_id)
            if slot is None or slot[0] not in newsletters:
                return
            measure, counts = newsletters[slot[0]].measure, Counter[Count]()
            for visit, times in visits.items():
                hour = max(0, min(LAST_HOUR, (visit.at - slot[1]) // _HOUR))
                if measure.opens if visit.kind == "open" else measure.clicks:
                    counts[Count(visit.kind, visit.link, hour)] += times
            measures.add_counts(connection, edition_id, counts)


@dataclass(frozen=True, slots=True)
class LinkFigure:
    """Clicks on one link of an edition; `headline` is empty where it belongs to no story."""

    number: int
    url: str
    headline: str
    clicks: int


@dataclass(frozen=True, slots=True)
class EditionFigures:
    """What was counted of one edition; `opens_by_hour` begins at its slot."""

    opens: int
    clicks: int
    links: tuple[LinkFigure, ...]
    opens_by_hour: tuple[int, ...]
    clicks_by_hour: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what `editions report --json` prints."""
        links = [{"url": one.url, "headline": one.headline, "clicks": one.clicks} for one in self.links if one.clicks]
        return {"opens": self.opens, "clicks": self.clicks, "links": links}


def load_figures(workspace: Workspace, edition_id: str) -> EditionFigures:
    """Return what was counted of an edition; raises NotFoundError for one that is not in the ledger."""
    with workspace.store.read() as connection:
        editions.get_edition(connection, edition_id)
        content = editions.find_content(connection, edition_id)
        counts = measures.load_counts(connection, edition_id)
    by_hour = {kind: [0] * (LAST_HOUR + 1) for kind in ("open", "click")}
    by_link: Counter[int] = Counter()
    for count, times in counts.items():
        by_hour[count.kind][count.hour] += times
        by_link[count.link] += times if count.kind == "click" else 0
    links = _links(workspace, built_from_json(content).rendered, by_link) if content else ()
    opens, clicks = by_hour["open"], by_hour["click"]
    return EditionFigures(sum(opens), sum(clicks), links, tuple(opens), tuple(clicks))


def _links(workspace: Workspace, rendered: RenderedEdition, clicks: Counter[int]) -> tuple[LinkFigure, ...]:
    headlines = {item.story.url: item.story.headline for item in reversed(rendered.edition.stories)}
    base = str(workspace.project.settings.web.public_url)
    found = enumerate(links_of(rendered, base=base), start=1)
    figures = [LinkFigure(number, url, headlines.get(url, ""), clicks[number]) for number, url in found]
    return tuple(sorted(figures, key=lambda one: (-one.clicks, one.number)))


def load_totals(workspace: Workspace, newsletter_id: str) -> list[EditionTotals]:
    """Return the figures of a newsletter's latest editions, the latest first."""
    with workspace.store.read() as connection:
        return measures.load_totals(connection, newsletter_id, limit=_MOST_LISTED)
