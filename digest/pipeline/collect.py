"""Collect: read the sources, route what is new, put it into the pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from digest.config.sources import SourceConfig
from digest.errors import NotFoundError
from digest.model.source import Reading
from digest.pipeline.workspace import Workspace
from digest.sources import open_context, read_all
from digest.store import sources as source_states


@dataclass(frozen=True, slots=True)
class CollectedSource:
    """What one reading brought: `stories` were in it, `new` of them were not in the pool before."""

    id: str
    status: str
    stories: int
    new: int
    updated: int
    error: str


async def collect(
    workspace: Workspace,
    *,
    only: Sequence[str] = (),
    force: bool = False,
    progress: Callable[[CollectedSource], None] = lambda done: None,
) -> list[CollectedSource]:
    """Read all sources, or `only` those named, and pool their stories.

    A source that fails is reported and concerns nobody else. `force` reads sources that are not due yet.
    Raises NotFoundError for an id in `only` that is no source.
    """
    wanted = _wanted(workspace, only)
    order = {source.id: at for at, source in enumerate(wanted)}
    with workspace.store.read() as connection:
        states = source_states.load_states(connection)
    collected = []
    async with open_context(workspace.project, workspace.clock()) as context:
        async for reading in read_all(wanted, states, context=context, force=force):
            done = _pool(workspace, reading)
            collected.append(done)
            progress(done)
    return sorted(collected, key=lambda done: order[done.id])


def _wanted(workspace: Workspace, only: Sequence[str]) -> tuple[SourceConfig, ...]:
    known = {source.id: source for source in workspace.project.sources}
    for source_id in only:
        if source_id not in known:
            raise NotFoundError("source", source_id, tuple(known))
    return tuple(source for source in workspace.project.sources if not only or source.id in only)


def _pool(workspace: Workspace, reading: Reading) -> CollectedSource:
    """Put the stories of one reading into the pool, and remember the source's state, in one transaction."""
    with workspace.store.begin() as connection:
        added = workspace.intake.take(connection, reading.stories)
        source_states.save_state(connection, reading.state)
    return CollectedSource(
        reading.source, reading.status.value, len(reading.stories), added.new, added.updated, reading.error
    )
