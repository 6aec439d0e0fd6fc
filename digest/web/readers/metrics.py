"""`/metrics`: counts of editions, deliveries, subscriptions and failing sources, for Prometheus; no address."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select
from starlette.concurrency import run_in_threadpool

from digest.pipeline.workspace import Workspace
from digest.store.tables import editions, sources, subscriptions, suppressions
from digest.store.tables_delivery import deliveries

router = APIRouter()


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Show the figures of this moment."""
    text = await run_in_threadpool(_measure, request.app.state.workspace)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _measure(workspace: Workspace) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Figures(workspace))
    return generate_latest(registry)


class _Figures(Collector):
    """Counts rows when asked."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Name the figures without counting."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Count."""
        with self._workspace.store.read() as connection:
            for name, text, column in (
                ("digest_editions", "Editions by state.", editions.c.state),
                ("digest_deliveries", "Deliveries by state.", deliveries.c.state),
                ("digest_subscriptions", "Subscriptions by state.", subscriptions.c.state),
            ):
                figure = GaugeMetricFamily(name, text, labels=[column.name])
                query = select(column, func.count()).group_by(column)
                for label, count in connection.execute(query):
                    figure.add_metric([label], count)
                yield figure
            yield from _totals(connection, len(self._workspace.project.sources))


def _totals(connection: Connection, configured: int) -> Iterator[GaugeMetricFamily]:
    barred = connection.execute(select(func.count()).select_from(suppressions)).scalar_one()
    yield GaugeMetricFamily("digest_suppressions", "Suppressed addresses.", value=barred)
    failing = connection.execute(select(func.count()).where(sources.c.failures > 0)).scalar_one()
    yield GaugeMetricFamily("digest_sources", "Configured sources.", value=configured)
    yield GaugeMetricFamily("digest_sources_failing", "Sources whose last reading failed.", value=failing)
