"""The figures that are counted in the store when somebody asks: a table of them, and how each is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

from digest import __version__
from digest.editions import next_slots
from digest.model.edition import EditionState, Lane
from digest.pipeline.workspace import Workspace
from digest.store import alarms
from digest.store.tables import editions, sources, stories, subscriptions, suppressions
from digest.store.tables_bounces import bounce_reports
from digest.store.tables_delivery import audiences, deliveries

Sample = tuple[tuple[str, ...], float]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a figure is counted from."""

    workspace: Workspace
    connection: Connection
    now: datetime


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its name, what it says, its labels, and how it is counted."""

    name: str
    text: str
    labels: tuple[str, ...]
    count: Callable[[Asked], Iterator[Sample]]


class Figures(Collector):
    """Counts when asked."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name nothing before it is counted."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Count everything in the table."""
        with self._workspace.store.read() as connection:
            asked = Asked(self._workspace, connection, self._workspace.clock())
            for figure in FIGURES:
                family = GaugeMetricFamily(figure.name, figure.text, labels=figure.labels)
                for labels, value in figure.count(asked):
                    family.add_metric(labels, value)
                yield family


def _by(column: ColumnElement[str], *where: ColumnElement[bool]) -> Callable[[Asked], Iterator[Sample]]:
    """Count the rows of a column's table by its values."""

    def count(asked: Asked) -> Iterator[Sample]:
        query = select(column, func.count()).where(*where).group_by(column)
        for row in asked.connection.execute(query):
            yield (row[0],), row[1]

    return count


def _rows(table: Table, *where: ColumnElement[bool]) -> Callable[[Asked], Iterator[Sample]]:
    """Count the rows of a table."""

    def count(asked: Asked) -> Iterator[Sample]:
        yield (), asked.connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()

    return count


def _deliveries(asked: Asked) -> Iterator[Sample]:
    query = (
        select(deliveries.c.state, func.count())
        .join(audiences, audiences.c.id == deliveries.c.audience_id)
        .where(audiences.c.fixed_at >= asked.now - _DAY)
        .group_by(deliveries.c.state)
    )
    for row in asked.connection.execute(query):
        yield (row[0],), row[1]


def _readers(asked: Asked) -> Iterator[Sample]:
    confirmed = subscriptions.c.state == "confirmed"
    yield from _by(subscriptions.c.newsletter, confirmed)(asked)


def _reports(asked: Asked) -> Iterator[Sample]:
    yield from _by(bounce_reports.c.kind, bounce_reports.c.at >= asked.now - _DAY)(asked)


def _configured_sources(asked: Asked) -> Iterator[Sample]:
    yield (), len(asked.workspace.project.sources)


def _source_failures(asked: Asked) -> Iterator[Sample]:
    configured = [source.id for source in asked.workspace.project.sources]
    for row in asked.connection.execute(select(sources.c.source, sources.c.failures)):
        if row.source in configured:
            yield (row.source,), row.failures


def _last_success(asked: Asked) -> Iterator[Sample]:
    for row in asked.connection.execute(select(sources.c.source, sources.c.last_success_at)):
        if row.last_success_at is not None:
            yield (row.source,), row.last_success_at.timestamp()


def _next_slot(asked: Asked) -> Iterator[Sample]:
    for newsletter in asked.workspace.project.newsletters.values():
        if newsletter.schedule is not None:
            for slot in next_slots(newsletter.schedule, newsletter.zone, after=asked.now, count=1):
                yield (newsletter.id,), slot.at.timestamp()


def _last_edition(asked: Asked) -> Iterator[Sample]:
    for row in asked.connection.execute(_last_done()):
        yield (row.newsletter,), row.slot_at.timestamp()


def _last_delay(asked: Asked) -> Iterator[Sample]:
    last = _last_done().subquery()
    query = (
        select(editions.c.newsletter, editions.c.slot_at, editions.c.finished_at)
        .join(last, (editions.c.newsletter == last.c.newsletter) & (editions.c.slot_at == last.c.slot_at))
        .where(editions.c.lane == Lane.LIST.value, editions.c.finished_at.is_not(None))
    )
    for row in asked.connection.execute(query):
        yield (row.newsletter,), (row.finished_at - row.slot_at).total_seconds()


def _last_done() -> Select[Any]:
    done = (editions.c.state == EditionState.DONE.value, editions.c.lane == Lane.LIST.value)
    query = select(editions.c.newsletter, func.max(editions.c.slot_at).label("slot_at"))
    return query.where(*done).group_by(editions.c.newsletter)


def _alarms(asked: Asked) -> Iterator[Sample]:
    for kind, count in alarms.count_standing(asked.connection).items():
        yield (kind,), count


def _version(asked: Asked) -> Iterator[Sample]:
    yield (__version__,), 1


FIGURES = (
    Figure("digest_alarms", "Alarms that last, by kind.", ("kind",), _alarms),
    Figure("digest_build_info", "The program's version; always 1.", ("version",), _version),
    Figure("digest_deliveries", "Deliveries of the last day's editions, by state.", ("state",), _deliveries),
    Figure(
        "digest_deliveries_waiting",
        "Deliveries that are left to do, of all editions.",
        (),
        _rows(deliveries, deliveries.c.next_try_at.is_not(None)),
    ),
    Figure(
        "digest_edition_delay_seconds",
        "From the slot to the end of the last sent edition.",
        ("newsletter",),
        _last_delay,
    ),
    Figure(
        "digest_edition_last_slot_timestamp_seconds", "Slot of the last sent edition.", ("newsletter",), _last_edition
    ),
    Figure("digest_edition_next_slot_timestamp_seconds", "The next slot.", ("newsletter",), _next_slot),
    Figure("digest_editions", "Editions in the ledger, by state.", ("state",), _by(editions.c.state)),
    Figure("digest_readers", "Confirmed subscriptions of a newsletter.", ("newsletter",), _readers),
    Figure("digest_reports", "Bounce and complaint reports of the last day, by kind.", ("kind",), _reports),
    Figure("digest_source_failures", "Readings of a source that failed in a row.", ("source",), _source_failures),
    Figure("digest_source_last_success_timestamp_seconds", "When a source was last read.", ("source",), _last_success),
    Figure("digest_sources", "Configured sources.", (), _configured_sources),
    Figure(
        "digest_sources_failing",
        "Sources whose last reading failed.",
        (),
        _rows(sources, sources.c.failures > 0),
    ),
    Figure("digest_stories", "Stories in the pool.", (), _rows(stories)),
    Figure("digest_subscriptions", "Subscriptions, by state.", ("state",), _by(subscriptions.c.state)),
    Figure(
        "digest_suppressions",
        "Suppressed addresses.",
        (),
        _rows(suppressions),
    ),
)
"""Every figure that is counted in the store; gauges, all of them."""
