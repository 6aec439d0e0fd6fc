"""`/metrics`: what the store knows of editions, deliveries, readers and sources, for Prometheus; never an address."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.concurrency import run_in_threadpool

from digest.pipeline.measures import REGISTRY
from digest.pipeline.workspace import Workspace
from digest.web.operations.figures import Figures

router = APIRouter()


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Show the figures of this moment."""
    text = await run_in_threadpool(measure, request.app.state.workspace)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def measure(workspace: Workspace) -> bytes:
    """Return all figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(Figures(workspace))
    return generate_latest(registry) + generate_latest(REGISTRY)
