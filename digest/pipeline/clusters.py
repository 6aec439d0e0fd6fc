"""The clusterer of a workspace: warmed up with the recent pool once, then kept as stories come in."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from digest.pipeline.workspace import Workspace
from digest.routing.clusters import Clusterer
from digest.store.recent import iter_recent

MEMORY = timedelta(days=6)
"""A cluster takes no story published longer than five days after its latest one."""


def open_clusterer(workspace: Workspace, connection: Connection) -> Clusterer:
    """Return a clusterer that knows the stories of the pool's last days."""
    recent = iter_recent(connection, since_at=workspace.clock() - MEMORY)
    return Clusterer.from_stories(recent)
